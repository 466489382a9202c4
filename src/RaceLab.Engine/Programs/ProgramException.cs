namespace RaceLab.Engine.Programs;

/// <summary>A strategy's steps do not make a program.</summary>
public sealed class ProgramException(int line, string message) : Exception(message)
{
    /// <summary>The line of the step that is wrong, from 1.</summary>
    public int Line { get; } = line;
}
