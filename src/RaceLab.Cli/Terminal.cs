namespace RaceLab.Cli;

/// <summary>Where the program writes.</summary>
/// <param name="Out">Results, and nothing else.</param>
/// <param name="Error">Everything that is said about them.</param>
/// <param name="ErrorIsTerminal">Whether somebody watches <paramref name="Error"/>, so that a moving line makes sense there.</param>
internal sealed record Terminal(TextWriter Out, TextWriter Error, bool ErrorIsTerminal)
{
    /// <summary>The process's own.</summary>
    public static Terminal OfProcess { get; } = new(Console.Out, Console.Error, !Console.IsErrorRedirected);
}
