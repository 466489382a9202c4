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
    /// <summary>What it tries, in a few words, by which a scenario with many strategies groups them; null: it stands by itself, in front.</summary>
    public string? Tries { get; init; }

    /// <summary>What it asks of a server, beside what its scenario asks.</summary>
    public Needs Needs { get; init; } = Needs.Nothing;

    /// <summary>The most instances of an application.</summary>
    public const int MostInstances = 16;

    /// <summary>
    /// Over how many instances of the application its workers are spread, in turn: 1 to <see cref="MostInstances"/>. What is in the process exists once in each.
    /// </summary>
    public int Instances { get; init; } = 1;

    /// <summary>How it comes by its connections; null: each worker has one, from before its first attempt to behind its last.</summary>
    public ConnectionUse? Connection { get; init; }

    /// <summary>The instance of a worker or a session, from 1.</summary>
    /// <param name="worker">From 1.</param>
    public int InstanceOf(int worker) => ((worker - 1) % Instances) + 1;

    /// <summary>Whether it promises to keep every invariant.</summary>
    public bool IsSound => Promises.Values.All(p => p == Promise.None);
}
