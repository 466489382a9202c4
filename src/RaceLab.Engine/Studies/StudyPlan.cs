using RaceLab.Engine.Content;
using RaceLab.Engine.Races;

namespace RaceLab.Engine.Studies;

/// <summary>
/// What a study is to do: races of one scenario, one after another, in the order of <see cref="Races"/>. A comparison and a sweep differ in which races
/// they plan and in what they make of the results, and in nothing else.
/// </summary>
public sealed record StudyPlan
{
    /// <summary>The most races of one study.</summary>
    public const int MostRaces = 400;

    /// <summary>The longest that a study may take, its waiting included; it ends there and says so.</summary>
    public static readonly TimeSpan MaximumElapsed = TimeSpan.FromMinutes(30);

    /// <summary>About how long a race takes beside its attempts: a clean database, connections, statements, counting. A rough figure for some twenty workers.</summary>
    public static readonly TimeSpan Preparation = TimeSpan.FromSeconds(0.5);

    /// <summary>What sort of study it is, such as "comparison".</summary>
    public required string Kind { get; init; }

    /// <summary>As it stood in content.</summary>
    public required Scenario Scenario { get; init; }

    /// <summary>Those that are raced, in the order in which they were chosen.</summary>
    public required IReadOnlyList<Strategy> Strategies { get; init; }

    /// <summary>What the races have in common; those that vary it have their own in <see cref="PlannedRace.Workload"/>.</summary>
    public required Workload Workload { get; init; }

    /// <summary>What else was chosen, by name, as the page's address writes it: enough to read the results, and to run the study again.</summary>
    public required IReadOnlyDictionary<string, string> Choices { get; init; }

    /// <summary>1 to <see cref="MostRaces"/>.</summary>
    public required IReadOnlyList<PlannedRace> Races { get; init; }

    /// <summary>About how long it takes when nobody is in its way; null where attempts, and no duration, end one of its races.</summary>
    public TimeSpan? ExpectedTime => Races.All(r => r.Workload.Duration is not null)
        ? Races.Aggregate(TimeSpan.Zero, (sum, r) => sum + r.Workload.Duration!.Value + Preparation)
        : null;

    /// <summary>Why it cannot be run, in a sentence for whoever asked: what, why, what to do; null where it can.</summary>
    public string? FindProblem()
    {
        if (Races.Count == 0) return "There is nothing to race: choose at least one strategy.";
        if (Races.Count > MostRaces) return $"These are {Races.Count} races, and one study has at most {MostRaces}. Choose fewer strategies, rounds or values.";
        if (Races.SelectMany(r => r.Workload.Validate()).FirstOrDefault() is { } problem) return problem.Message;
        return ExpectedTime > MaximumElapsed
            ? $"These {Races.Count} races would take about {ExpectedTime.Value.TotalMinutes:F0} minutes, and a study takes at most {MaximumElapsed.TotalMinutes:F0}. Choose a shorter duration, or fewer strategies, rounds or values."
            : null;
    }
}

/// <summary>One race of a study.</summary>
/// <param name="Round">From 1: those of one round are compared with each other; 0: raced to warm up, and not counted.</param>
/// <param name="Strategy">One of <see cref="StudyPlan.Strategies"/>.</param>
/// <param name="Workload">How hard.</param>
public sealed record PlannedRace(int Round, Strategy Strategy, Workload Workload);
