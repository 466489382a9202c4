using RaceLab.Engine.Autopsies;
using RaceLab.Engine.Content;
using RaceLab.Engine.Sessions;
using RaceLab.Engine.Statistics;

namespace RaceLab.Engine.Races;

/// <summary>
/// Everything that is known about a race that is over. The page, <c>--json</c>, the table on the terminal and the state database all
/// show this one record, so that their numbers are the same.
/// </summary>
public sealed record RaceResult
{
    /// <summary>The scenario's id.</summary>
    public required string Scenario { get; init; }

    /// <summary>The strategy's id.</summary>
    public required string Strategy { get; init; }

    /// <summary>What was asked for.</summary>
    public required Workload Workload { get; init; }

    /// <summary>How it ended.</summary>
    public required RaceEnd End { get; init; }

    /// <summary>Why it ended other than by itself, in a sentence; null for <see cref="RaceEnd.Finished"/>.</summary>
    public string? Problem { get; init; }

    /// <summary>The statement for which there is no verdict, since the server has refused it; null where that is not the reason.</summary>
    public RefusedStatement? Refused { get; init; }

    /// <summary>When the start barrier opened.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>Such as "15.18".</summary>
    public required string PostgresVersion { get; init; }

    /// <summary>What spoke to PostgreSQL: "npgsql" or "wire".</summary>
    public string Engine { get; init; } = "npgsql";

    /// <summary>How attempts ended.</summary>
    public required AttemptCounts Attempts { get; init; }

    /// <summary>How often blocks were run again, over all attempts.</summary>
    public required long Retries { get; init; }

    /// <summary>How often attempts arrived again, over all of them: 0 where the scenario has no deliveries.</summary>
    public long Redeliveries { get; init; }

    /// <summary>
    /// Every statement that PostgreSQL rejected, whether the strategy caught it or not, most frequent first. Of more than <see cref="RejectionCount.MostConstraints"/> kinds the rarer ones
    /// are counted by their SQLSTATE alone.
    /// </summary>
    public required IReadOnlyList<RejectionCount> Rejections { get; init; }

    /// <summary>For each value that the strategy's attempts draw by chance, what chance alone lets one expect.</summary>
    public IReadOnlyList<ChanceOfRepeats> Chances { get; init; } = [];

    /// <summary>
    /// The invariants' verdicts in content's order; empty where the table could not be asked (<see cref="RaceEnd.Interrupted"/>, <see cref="RaceEnd.Refused"/>).
    /// </summary>
    public required IReadOnlyList<InvariantResult> Invariants { get; init; }

    /// <summary>What the callers were told against what the table holds; null where the table could not be asked.</summary>
    public Reconciliation? Reconciliation { get; init; }

    /// <summary>Latency of whole attempts.</summary>
    public required LatencySummary Latency { get; init; }

    /// <summary>Latency of each step that ran, in reading order.</summary>
    public required IReadOnlyList<StepLatency> Steps { get; init; }

    /// <summary>From the start barrier to the end of the last attempt.</summary>
    public required TimeSpan Elapsed { get; init; }

    /// <summary>Attempts per second over <see cref="Elapsed"/>; 0 where nothing ran.</summary>
    public required double AttemptsPerSecond { get; init; }

    /// <summary>Attempts of the workers with the fewest and the most.</summary>
    public required WorkerSpread PerWorker { get; init; }

    /// <summary>The first moments of the race, for the picture of what each worker did.</summary>
    public required IReadOnlyList<LaneSegment> Lanes { get; init; }

    /// <summary>Where the time went; null where nothing ran, or the race is older than its being kept.</summary>
    public RaceTiming? Timing { get; init; }

    /// <summary>What happened to each duplicated key, rejection and wait; null where nothing ran, or the race is older than its being kept.</summary>
    public Autopsy? Autopsy { get; init; }

    /// <summary>The last frame as a snapshot, charts included (<see cref="RaceFrame"/>).</summary>
    public required byte[] Snapshot { get; init; }
}

/// <summary>How a race ended.</summary>
public enum RaceEnd
{
    /// <summary>By itself.</summary>
    Finished,

    /// <summary>Somebody stopped it; the verdict is about the attempts that ran.</summary>
    Stopped,

    /// <summary>It ran, and there is no verdict: a statement was refused, or the server went away.</summary>
    Interrupted,

    /// <summary>It never started.</summary>
    Refused,
}

/// <summary>Attempts by outcome.</summary>
public sealed record AttemptCounts(long Created, long Found, long Updated, long Rejected, long Failed, long Unknown)
{
    /// <summary>All attempts that ended.</summary>
    public long Total => Created + Found + Updated + Rejected + Failed + Unknown;
}

/// <summary>Rejected statements of one kind.</summary>
/// <param name="SqlState">Five characters.</param>
/// <param name="Constraint">The constraint's name where the server named one.</param>
/// <param name="Count">How many.</param>
/// <param name="Message">The server's words for the first of them.</param>
public sealed record RejectionCount(string SqlState, string? Constraint, long Count, string Message)
{
    /// <summary>How many kinds are told apart by their constraint.</summary>
    public const int MostConstraints = 1_000;

    /// <summary>The rejections of a race.</summary>
    /// <param name="kinds">Their kinds.</param>
    /// <param name="counts">How many there were of each.</param>
    internal static IReadOnlyList<RejectionCount> Of(IReadOnlyList<Programs.SqlError> kinds, IReadOnlyList<long> counts)
    {
        var all = counts.Select((count, i) => new RejectionCount(kinds[i].SqlState, kinds[i].Constraint, count, kinds[i].Message)).Where(r => r.Count > 0).OrderByDescending(r => r.Count).ToList();
        return
        [
            .. all.Select((kind, place) => place < MostConstraints ? kind : kind with { Constraint = null })
                .GroupBy(kind => (kind.SqlState, kind.Constraint), (_, same) => same.Aggregate((first, other) => first with { Count = first.Count + other.Count }))
                .OrderByDescending(r => r.Count),
        ];
    }
}

/// <summary>What chance alone lets one expect of a value that was drawn for each attempt: so many draws, each of 2^<paramref name="Bits"/> values as likely as any other.</summary>
/// <param name="Input">Its name in content.</param>
/// <param name="Generator">What drew it, as content writes it.</param>
/// <param name="Draws">How often it was drawn.</param>
/// <param name="Bits">How many of its bits are chance.</param>
public sealed record ChanceOfRepeats(string Input, string Generator, long Draws, int Bits)
{
    /// <summary>How many of the draws are expected to meet a value that was drawn before.</summary>
    public double ExpectedRepeats => BirthdayBound.ExpectedRepeats(Draws, Bits);

    /// <summary>The probability that any two are the same.</summary>
    public double ProbabilityOfAny => BirthdayBound.ProbabilityOfAny(Draws, Bits);

    /// <summary>After how many draws the odds are even that two are the same.</summary>
    public double DrawsForEvenOdds => BirthdayBound.DrawsForEvenOdds(Bits);

    /// <summary>The chances of a race's inputs.</summary>
    /// <param name="inputs">What was drawn for each attempt.</param>
    /// <param name="attempts">How many attempts there were.</param>
    /// <param name="redeliveries">How often they arrived again.</param>
    /// <param name="keys">For how many different keys they were.</param>
    public static IReadOnlyList<ChanceOfRepeats> Of(IEnumerable<Programs.Input> inputs, long attempts, long redeliveries, long keys) =>
    [
        .. inputs.Where(i => i.RandomBits is not null).Select(i => new ChanceOfRepeats(
            i.Name, i.Text, i.Of == "key" ? keys : attempts + (i.OnEveryDelivery ? redeliveries : 0), i.RandomBits!.Value)),
    ];
}

/// <summary>An invariant after the race.</summary>
/// <param name="Name">Its name in content.</param>
/// <param name="Title">What must hold.</param>
/// <param name="Promise">What the strategy said of it.</param>
/// <param name="Verdict">Whether it was as promised.</param>
/// <param name="Violations">Keys that violate it, from the table.</param>
/// <param name="Excess">The sum of the excess over those keys, from the table: for duplicates, rows minus distinct keys.</param>
/// <param name="Live">The excess counted from the attempts' answers, or null where content names none.</param>
/// <param name="Offenders">Rows of violating keys, at most <see cref="OffendingRows.Limit"/>.</param>
public sealed record InvariantResult(
    string Name, string Title, Promise Promise, Verdict Verdict, long Violations, long Excess, long? Live, OffendingRows Offenders);

/// <summary>Whether an invariant came out as the strategy said.</summary>
public enum Verdict
{
    /// <summary>As promised: none promised and none there, or a flaw promised and shown.</summary>
    Kept,

    /// <summary>None were promised, and there are some.</summary>
    Broken,

    /// <summary>A flaw was promised, and this race did not show it. That proves nothing.</summary>
    NotShown,
}

/// <summary>Rows of the table, as text.</summary>
/// <param name="Columns">Column names.</param>
/// <param name="Rows">At most <see cref="Limit"/> rows, ordered by key and attempt.</param>
/// <param name="Total">How many there are in all.</param>
public sealed record OffendingRows(IReadOnlyList<string> Columns, IReadOnlyList<IReadOnlyList<string?>> Rows, long Total)
{
    /// <summary>The most rows that a result carries.</summary>
    public const int Limit = 50;

    /// <summary>Of a value that is longer, in bytes, only as many characters are carried, and an ellipsis.</summary>
    public const int LongestText = 2_000;
}

/// <summary>
/// The book-keeping after a race: rows whose callers were told "created" must be there, and every row there must belong to such a
/// caller or to one whose answer was lost, be it an earlier delivery's (acknowledged ⊆ rows ⊆ acknowledged + unknown).
/// </summary>
/// <param name="Acknowledged">Attempts that were told "created".</param>
/// <param name="Rows">Rows in the table that attempts made.</param>
/// <param name="Unknown">Attempts whose answer was lost, and those that were told something else only after an earlier delivery's was.</param>
/// <param name="UnknownWithRow">Of those, the ones that did make a row.</param>
/// <param name="Missing">Acknowledged, but no row.</param>
/// <param name="Unacknowledged">Rows of attempts that were neither told "created" nor unknown.</param>
public sealed record Reconciliation(long Acknowledged, long Rows, long Unknown, long UnknownWithRow, long Missing, long Unacknowledged)
{
    /// <summary>Whether the books balance.</summary>
    public bool Holds => Missing == 0 && Unacknowledged == 0;
}

/// <summary>Latency of one step.</summary>
/// <param name="Step">The step's name.</param>
/// <param name="Latency">Over all its runs.</param>
public sealed record StepLatency(string Step, LatencySummary Latency);

/// <summary>Attempts of the least and the most busy worker.</summary>
public sealed record WorkerSpread(long Min, long Max)
{
    /// <summary>How many times as many the busiest made: 1 is as fair as can be. Null where the other made none.</summary>
    public double? MaxByMin => Min == 0 ? null : Math.Round((double)Max / Min, 3);
}

/// <summary>One step of one attempt in the picture of what each worker did.</summary>
/// <param name="Worker">From 0.</param>
/// <param name="Step">Index of the step in the program.</param>
/// <param name="StartUs">Microseconds since the start barrier.</param>
/// <param name="EndUs">Microseconds since the start barrier.</param>
/// <param name="Mark">What to mark at its end.</param>
public readonly record struct LaneSegment(int Worker, int Step, int StartUs, int EndUs, LaneMark Mark)
{
    /// <summary>Whether it waited for a lock, as far as that is known.</summary>
    public LaneWait Wait { get; init; }

    /// <summary>Why the statement was rejected: the number of its kind, from 1; 0: it was not.</summary>
    public int Rejection { get; init; }
}

/// <summary>What is known of a step's waiting for a lock.</summary>
public enum LaneWait : byte
{
    /// <summary>Nothing: it worked, or nobody saw it wait.</summary>
    None,

    /// <summary>The times of others imply that it waited.</summary>
    Inferred,

    /// <summary>It was seen waiting in the lock tables.</summary>
    Sampled,
}

/// <summary>Marks at the end of a segment.</summary>
public enum LaneMark : byte
{
    /// <summary>None.</summary>
    None,

    /// <summary>The attempt ended as created.</summary>
    Created,

    /// <summary>The attempt ended as created for a key that another attempt had created already.</summary>
    Duplicate,

    /// <summary>The statement was rejected.</summary>
    Rejected,

    /// <summary>The attempt ended as found or updated.</summary>
    Found,

    /// <summary>The attempt ended as failed or unknown.</summary>
    Lost,
}
