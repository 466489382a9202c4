using RaceLab.Engine.Content;
using RaceLab.Engine.Races;
using RaceLab.Engine.Statistics;

namespace RaceLab.Engine.History;

/// <summary>What is kept of races and studies that are over: found again by whoever made them.</summary>
public interface IHistory
{
    /// <summary>How much is kept.</summary>
    HistoryLimits Limits { get; }

    /// <summary>One page of what is kept, the newest first.</summary>
    /// <exception cref="ArchiveUnavailableException">The archive cannot be asked just now.</exception>
    Task<HistoryList> ListAsync(HistoryQuery query, CancellationToken cancellation);
}

/// <summary>One page.</summary>
/// <param name="Entries">The newest first, at most <see cref="HistoryQuery.PageSize"/>.</param>
/// <param name="Next">Where older ones begin; null: there are none.</param>
/// <param name="OwnEntries">How many entries the owner has in all, whatever is looked for.</param>
/// <param name="OwnBytes">How large their records are together, as they are written.</param>
public sealed record HistoryList(IReadOnlyList<HistoryEntry> Entries, HistoryPlace? Next, long OwnEntries, long OwnBytes);

/// <summary>One race or study, as a list shows it.</summary>
/// <param name="Id">As in its permalink.</param>
/// <param name="Kind">What it is: race, comparison or sweep.</param>
/// <param name="CreatedAt">When it was asked for.</param>
/// <param name="Scenario">The scenario's id.</param>
/// <param name="Strategy">The strategy's id; empty for a study of several.</param>
/// <param name="Ended">How it ended, in a word.</param>
/// <param name="Race">A race's numbers; null for a study.</param>
/// <param name="Study">A study's numbers; null for a race.</param>
public sealed record HistoryEntry(string Id, string Kind, DateTimeOffset CreatedAt, string Scenario, string Strategy, string Ended, RaceSummary? Race, StudySummary? Study)
{
    /// <summary>The <see cref="Kind"/> of a race.</summary>
    public const string RaceKind = "race";
}

/// <summary>The numbers of a race that a list shows, out of its <see cref="RaceResult"/>.</summary>
public sealed record RaceSummary
{
    /// <summary>What was asked for.</summary>
    public required Workload Workload { get; init; }

    /// <summary>How it ended.</summary>
    public required RaceEnd End { get; init; }

    /// <summary>Over all its invariants.</summary>
    public required HistoryVerdict Verdict { get; init; }

    /// <summary>In content's order; empty where the table could not be asked.</summary>
    public required IReadOnlyList<InvariantSummary> Invariants { get; init; }

    /// <summary>How attempts ended.</summary>
    public required AttemptCounts Attempts { get; init; }

    /// <summary>0 where nothing ran.</summary>
    public required double AttemptsPerSecond { get; init; }

    /// <summary>Of whole attempts.</summary>
    public required LatencySummary Latency { get; init; }

    /// <summary>The invariant whose excess stands for the race: the first that was violated, else the first; null where there is none.</summary>
    public InvariantSummary? Telling => Invariants.FirstOrDefault(i => i.Violations > 0) ?? (Invariants.Count > 0 ? Invariants[0] : null);
}

/// <summary>An invariant after the race, without the rows (<see cref="InvariantResult"/>).</summary>
public sealed record InvariantSummary(string Name, Promise Promise, Verdict Verdict, long Violations, long Excess);

/// <summary>The numbers of a study that a list shows, out of its record.</summary>
/// <param name="Workload">What its races have in common.</param>
/// <param name="Strategies">Ids, in the order in which they were chosen.</param>
/// <param name="Races">How many races are over.</param>
/// <param name="Planned">How many were planned.</param>
public sealed record StudySummary(Workload Workload, IReadOnlyList<string> Strategies, int Races, int Planned);
