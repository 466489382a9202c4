using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using RaceLab.Engine.Content;
using RaceLab.Engine.Statistics;

namespace RaceLab.Engine.Races;

/// <summary>
/// A race's result as it is handed out: the document of <c>--json</c>, and of whatever else exports a race. Its property names are
/// its contract, which <c>docs/exports.md</c> describes. Times are in milliseconds, rounded to the microsecond.
/// </summary>
public sealed record RaceDocument
{
    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        WriteIndented = true,

        // The document goes to terminals and files, not into a page: "<", "'" and letters of all languages stay readable.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    /// <summary>The version that this lab writes. It counts up when a property goes or means something else; new ones come without.</summary>
    public const int NewestVersion = 1;

    /// <summary>Of this form.</summary>
    public int Version { get; init; } = NewestVersion;

    /// <summary>The scenario's id.</summary>
    public required string Scenario { get; init; }

    /// <summary>The strategy's id.</summary>
    public required string Strategy { get; init; }

    /// <summary>Workers asked for.</summary>
    public required int Workers { get; init; }

    /// <summary>Keys asked for.</summary>
    public required int Keys { get; init; }

    /// <summary>As <see cref="WorkloadText.FormatDistribution"/> writes it.</summary>
    public required string Distribution { get; init; }

    /// <summary>Attempts asked for of each worker; null where a duration ended the race.</summary>
    public required int? AttemptsPerWorker { get; init; }

    /// <summary>Duration asked for; null where a number of attempts ended the race.</summary>
    public required double? DurationMs { get; init; }

    /// <summary>The range that pauses were drawn from.</summary>
    public required PauseRange PauseMs { get; init; }

    /// <summary>Over which time workers that waited for each other began each attempt; null where nobody waited for anybody.</summary>
    public required double? ArrivalSpreadMs { get; init; }

    /// <summary>Whether each commit waited for the disk.</summary>
    public required bool SynchronousCommit { get; init; }

    /// <summary>What spoke to PostgreSQL, as <see cref="WorkloadText.FormatEngine"/> writes it.</summary>
    public required string Engine { get; init; }

    /// <summary>Where keys and pauses were drawn from.</summary>
    public required long Seed { get; init; }

    /// <summary>How the race ended. Only finished and stopped races have verdicts.</summary>
    public required RaceEnd End { get; init; }

    /// <summary>Why it ended other than by itself; null where it did.</summary>
    public required string? Problem { get; init; }

    /// <summary>The statement for which there is no verdict; null where that is not the reason.</summary>
    public required RefusalNumbers? Refused { get; init; }

    /// <summary>When the start barrier opened.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>The server's version, such as "15.18"; empty where there was none.</summary>
    public required string Postgres { get; init; }

    /// <summary>Attempts by outcome, the total first.</summary>
    public required AttemptNumbers Attempts { get; init; }

    /// <summary>How often blocks were run again.</summary>
    public required long Retries { get; init; }

    /// <summary>How often attempts arrived again.</summary>
    public required long Redeliveries { get; init; }

    /// <summary>
    /// Statements that the server rejected, by SQLSTATE, most frequent first: also those whose error the strategy caught, so this is not <c>attempts.rejected</c>.
    /// </summary>
    public required IReadOnlyDictionary<string, long> Rejected { get; init; }

    /// <summary>The same by SQLSTATE and constraint, as a monitor would count them, most frequent first.</summary>
    public required IReadOnlyList<RejectionNumbers> Rejections { get; init; }

    /// <summary>What chance alone lets one expect of values that were drawn; empty where none were.</summary>
    public required IReadOnlyList<ChanceNumbers> Chances { get; init; }

    /// <summary>By name; empty where the table could not be asked.</summary>
    public required IReadOnlyDictionary<string, InvariantNumbers> Invariants { get; init; }

    /// <summary>What callers were told against what the table holds; null where it could not be asked.</summary>
    public required Reconciliation? Reconciliation { get; init; }

    /// <summary>Of whole attempts.</summary>
    public required LatencyNumbers LatencyMs { get; init; }

    /// <summary>Each step that ran, in reading order.</summary>
    public required IReadOnlyList<StepNumbers> Steps { get; init; }

    /// <summary>From the start barrier to the end of the last attempt.</summary>
    public required double ElapsedMs { get; init; }

    /// <summary>Over <see cref="ElapsedMs"/>.</summary>
    public required double AttemptsPerSecond { get; init; }

    /// <summary>Attempts of the least and the most busy worker.</summary>
    public required WorkerSpread PerWorker { get; init; }

    /// <summary>Where the time went; null where nothing ran.</summary>
    public required TimingNumbers? Timing { get; init; }

    /// <summary>The document of a result.</summary>
    public static RaceDocument From(RaceResult result)
    {
        var workload = result.Workload;
        var attempts = result.Attempts;
        return new RaceDocument
        {
            Scenario = result.Scenario,
            Strategy = result.Strategy,
            Workers = workload.Workers,
            Keys = workload.Keys,
            Distribution = WorkloadText.FormatDistribution(workload.Distribution),
            AttemptsPerWorker = workload.Attempts,
            DurationMs = workload.Duration?.TotalMilliseconds,
            PauseMs = new PauseRange(workload.PauseLow.TotalMilliseconds, workload.PauseHigh.TotalMilliseconds),
            ArrivalSpreadMs = workload.ArrivalSpread?.TotalMilliseconds,
            SynchronousCommit = workload.SynchronousCommit,
            Engine = result.Engine,
            Seed = workload.Seed,
            End = result.End,
            Problem = result.Problem,
            Refused = result.Refused is { } refused ? new RefusalNumbers(refused.Statement, refused.SqlState, refused.Message, refused.IsOfContent) : null,
            StartedAt = result.StartedAt,
            Postgres = result.PostgresVersion,
            Attempts = new AttemptNumbers(
                attempts.Total, attempts.Created, attempts.Found, attempts.Updated, attempts.Rejected, attempts.Failed, attempts.Unknown),
            Retries = result.Retries,
            Redeliveries = result.Redeliveries,
            Rejected = BySqlState(result.Rejections),
            Rejections = [.. result.Rejections.Select(r => new RejectionNumbers(r.SqlState, r.Constraint, r.Count))],
            Chances = [.. result.Chances.Select(c => new ChanceNumbers(c.Input, c.Generator, c.Draws, c.Bits, c.ExpectedRepeats, c.ProbabilityOfAny))],
            Invariants = result.Invariants.ToDictionary(i => i.Name, InvariantNumbers.From),
            Reconciliation = result.Reconciliation,
            LatencyMs = LatencyNumbers.From(result.Latency),
            Steps = [.. result.Steps.Select(s => new StepNumbers(s.Step, s.Latency.Count, LatencyNumbers.From(s.Latency)))],
            ElapsedMs = Round(result.Elapsed.TotalMilliseconds),
            AttemptsPerSecond = Round(result.AttemptsPerSecond),
            PerWorker = result.PerWorker,
            Timing = TimingNumbers.From(result),
        };
    }

    /// <summary>The document as indented JSON.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, Json);

    internal static double Round(double number) => Math.Round(number, 3);

    private static OrderedDictionary<string, long> BySqlState(IEnumerable<RejectionCount> rejections)
    {
        var counts = rejections.GroupBy(r => r.SqlState).Select(g => KeyValuePair.Create(g.Key, g.Sum(r => r.Count)));
        return new OrderedDictionary<string, long>(counts.OrderByDescending(c => c.Value).ThenBy(c => c.Key, StringComparer.Ordinal));
    }
}

/// <summary>A statement that the server has refused (<see cref="Sessions.RefusedStatement"/>).</summary>
/// <param name="Statement">Whose it is, as it stands in a sentence.</param>
/// <param name="SqlState">Five characters.</param>
/// <param name="Message">The server's words.</param>
/// <param name="IsOfContent">Whether content is to blame, and not the server.</param>
public sealed record RefusalNumbers(string Statement, string SqlState, string Message, bool IsOfContent);

/// <summary>A pause's range in milliseconds.</summary>
public sealed record PauseRange(double Low, double High);

/// <summary>Attempts by outcome (<see cref="AttemptCounts"/>) with their total.</summary>
public sealed record AttemptNumbers(long Total, long Created, long Found, long Updated, long Rejected, long Failed, long Unknown);

/// <summary>Rejected statements of one kind (<see cref="RejectionCount"/>).</summary>
/// <param name="SqlState">Five characters.</param>
/// <param name="Constraint">The constraint's name; null where the server named none.</param>
/// <param name="Count">How many.</param>
public sealed record RejectionNumbers(string SqlState, string? Constraint, long Count);

/// <summary>What chance lets one expect of a drawn value (<see cref="ChanceOfRepeats"/>).</summary>
public sealed record ChanceNumbers(string Input, string Generator, long Draws, int Bits, double ExpectedRepeats, double ProbabilityOfAny);

/// <summary>An invariant after the race (<see cref="InvariantResult"/>), without the rows.</summary>
/// <param name="Title">What must hold.</param>
/// <param name="Promise">none or some.</param>
/// <param name="Verdict">kept, broken or notShown.</param>
/// <param name="Violations">Keys that violate it.</param>
/// <param name="Excess">The excess over those keys.</param>
/// <param name="Live">The excess counted from the attempts' answers; null where it is not counted.</param>
public sealed record InvariantNumbers(string Title, Promise Promise, Verdict Verdict, long Violations, long Excess, long? Live)
{
    internal static InvariantNumbers From(InvariantResult invariant) =>
        new(invariant.Title, invariant.Promise, invariant.Verdict, invariant.Violations, invariant.Excess, invariant.Live);
}

/// <summary>Percentiles in milliseconds.</summary>
public sealed record LatencyNumbers(double P50, double P90, double P99, double Max)
{
    internal static LatencyNumbers From(LatencySummary latency) => new(
        RaceDocument.Round(latency.P50Ms), RaceDocument.Round(latency.P90Ms), RaceDocument.Round(latency.P99Ms), RaceDocument.Round(latency.MaxMs));
}

/// <summary>One step's runs.</summary>
/// <param name="Step">Its name.</param>
/// <param name="Count">How often it ran.</param>
/// <param name="LatencyMs">Over those runs.</param>
public sealed record StepNumbers(string Step, long Count, LatencyNumbers LatencyMs);
