namespace RaceLab.Engine.Content;

/// <summary>Something in content that cannot be used.</summary>
/// <param name="File">The file's path below the content folder.</param>
/// <param name="Line">From 1.</param>
/// <param name="Reason">What is wrong and what would be right, in a sentence.</param>
public sealed record ContentError(string File, int Line, string Reason)
{
    /// <inheritdoc/>
    public override string ToString() => $"{File}:{Line}: {Reason}";
}
