using RaceLab.Engine.Programs;

namespace RaceLab.Engine.Content;

/// <summary>How one attempt protects the invariant: a program of steps, with what it promises.</summary>
/// <param name="Id">Its key in the file: lower-case letters, digits and hyphens.</param>
/// <param name="Title">A few words for pickers.</param>
/// <param name="Summary">One sentence for its card.</param>
/// <param name="Text">What it does, what it costs, when to use it: Markdown.</param>
/// <param name="Promises">For every invariant of the scenario, by name.</param>
/// <param name="Witness">For a broken strategy, the schedule that shows its flaw every time; otherwise empty.</param>
/// <param name="Setup">SQL run after the schema and before the race, such as a unique constraint; null where there is none.</param>
/// <param name="Program">What one attempt does.</param>
public sealed record Strategy(
    string Id,
    string Title,
    string Summary,
    string Text,
    IReadOnlyDictionary<string, Promise> Promises,
    IReadOnlyList<ScheduledStep> Witness,
    string? Setup,
    StepProgram Program)
{
    /// <summary>What it asks of a server, beside what its scenario asks.</summary>
    public Needs Needs { get; init; } = Needs.Nothing;

    /// <summary>Whether it promises to keep every invariant.</summary>
    public bool IsSound => Promises.Values.All(p => p == Promise.None);
}
