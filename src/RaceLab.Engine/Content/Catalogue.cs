namespace RaceLab.Engine.Content;

/// <summary>The scenarios of a content folder. Edited files are picked up; a file that is wrong leaves its last good version in place.</summary>
public sealed class Catalogue : IDisposable
{
    /// <summary>In the order of their ids.</summary>
    public IReadOnlyList<Scenario> Scenarios { get; private set; } = [];

    /// <summary>What is wrong in the folder now; empty where all is well.</summary>
    public IReadOnlyList<ContentError> Errors { get; private set; } = [];

    /// <summary>Raised, from any thread, after <see cref="Scenarios"/> or <see cref="Errors"/> have changed.</summary>
    public event Action? Changed;

    /// <summary>The scenario of that id, or null.</summary>
    public Scenario? Find(string id) => Scenarios.FirstOrDefault(s => s.Id == id);

    /// <summary>Reads a folder, such as <c>content</c>, and watches it.</summary>
    public static Catalogue Open(string folder) => throw new NotImplementedException();

    /// <inheritdoc/>
    public void Dispose() => Changed?.Invoke();
}
