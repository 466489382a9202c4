using System.Numerics;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using RaceLab.Engine.Content;
using RaceLab.Engine.Races;

namespace RaceLab.Engine.Schedules;

/// <summary>An <see cref="Exploration"/> as the outside sees it: property names are a contract.</summary>
/// <param name="Scenario">The scenario's id.</param>
/// <param name="Strategy">The strategy's id.</param>
/// <param name="Sessions">How many sessions.</param>
/// <param name="Orders">Orders of turns, infeasible ones included.</param>
/// <param name="Infeasible">Orders that blocking makes impossible.</param>
/// <param name="Runs">Schedules that were executed.</param>
/// <param name="Complete">Whether every order was tried.</param>
/// <param name="RetriesAtMost">How often a block was run again at most.</param>
/// <param name="RetriesCut">Whether that limit was met.</param>
/// <param name="Outcomes">The different ends, those with violations first.</param>
/// <param name="Invariants">By name.</param>
/// <param name="Verdict">The worst of the invariants' verdicts.</param>
/// <param name="ElapsedMs">How long it took, in milliseconds.</param>
/// <param name="Postgres">The server's version.</param>
/// <param name="Engine">What spoke to PostgreSQL for the sessions, as <see cref="WorkloadText.FormatEngine"/> writes it.</param>
/// <param name="Schedules">Every executed schedule, in the order of running; left out where there are more than <see cref="MostSchedules"/>.</param>
public sealed record ExplorationDocument(
    string Scenario,
    string Strategy,
    int Sessions,
    BigInteger Orders,
    BigInteger Infeasible,
    int Runs,
    bool Complete,
    int RetriesAtMost,
    bool RetriesCut,
    IReadOnlyList<ExploredOutcomeDocument> Outcomes,
    IReadOnlyDictionary<string, ExploredInvariantDocument> Invariants,
    Verdict Verdict,
    double ElapsedMs,
    string Postgres,
    string Engine,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<ExploredScheduleDocument>? Schedules)
{
    /// <summary>The most schedules that are written one by one: whoever reads more than these wants the sums.</summary>
    public const int MostSchedules = 200;

    /// <summary>Whether the turns of blocks that were run again are among those whose orders were counted (<see cref="OrderBound.CountsRetries"/>).</summary>
    public bool OrdersIncludeRetries { get; init; }

    /// <summary>Steps whose statements are not known well enough, and why: because of them every order was played by itself.</summary>
    public IReadOnlyList<string> InEveryOrder { get; init; } = [];

    /// <summary>What no exploration tries, in sentences.</summary>
    public IReadOnlyList<string> NotTried { get; } = RaceLab.Engine.Schedules.NotTried.Always;

    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase), new WholeNumber() },
    };

    /// <summary>The document of an exploration.</summary>
    public static ExplorationDocument From(Exploration explored) => new(
        explored.Scenario,
        explored.Strategy,
        explored.Sessions,
        explored.Orders,
        explored.Infeasible,
        explored.Runs,
        explored.IsComplete,
        explored.RetriesAtMost,
        explored.RetriesCut,
        [
            .. explored.Outcomes.Select(o => new ExploredOutcomeDocument(
                o.Rows, o.Violations.Values.Sum(), o.Violations, o.Told, o.SqlStates, o.Waits, o.Orders, o.Runs, [.. o.Witness.Select(w => w.ToString())])),
        ],
        explored.Invariants.ToDictionary(i => i.Name, i => new ExploredInvariantDocument(i.Title, i.Promise, i.Verdict, i.Orders)),
        explored.Invariants.Any(i => i.Verdict == Verdict.Broken) ? Verdict.Broken
            : explored.Invariants.Any(i => i.Verdict == Verdict.NotShown) ? Verdict.NotShown
            : Verdict.Kept,
        Math.Round(explored.Elapsed.TotalMilliseconds, 3),
        explored.PostgresVersion,
        WorkloadText.FormatEngine(explored.Engine),
        explored.Runs > MostSchedules ? null : [.. explored.Schedules.Select(ExploredScheduleDocument.From)])
    {
        InEveryOrder = explored.InEveryOrder,
    };

    /// <summary>As JSON.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, Options);

    private sealed class WholeNumber : JsonConverter<BigInteger>
    {
        public override BigInteger Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            throw new NotSupportedException("This document is written and never read.");

        public override void Write(Utf8JsonWriter writer, BigInteger value, JsonSerializerOptions options) =>
            writer.WriteRawValue(value.ToString(System.Globalization.CultureInfo.InvariantCulture));
    }
}

/// <summary>One way in which orders end.</summary>
/// <param name="Rows">Rows in the table.</param>
/// <param name="Violations">Violated keys, over all invariants.</param>
/// <param name="ByInvariant">Violated keys by invariant.</param>
/// <param name="Told">What the callers were told, sorted.</param>
/// <param name="Sqlstates">SQLSTATEs of rejected statements, sorted.</param>
/// <param name="Waits">Whether a statement had to wait.</param>
/// <param name="Orders">How many orders end so.</param>
/// <param name="Runs">Executed schedules that stand for them.</param>
/// <param name="Witness">The shortest schedule that ends so.</param>
public sealed record ExploredOutcomeDocument(
    long Rows,
    long Violations,
    IReadOnlyDictionary<string, long> ByInvariant,
    IReadOnlyList<string> Told,
    IReadOnlyList<string> Sqlstates,
    bool Waits,
    BigInteger Orders,
    int Runs,
    IReadOnlyList<string> Witness);

/// <summary>An invariant over all orders.</summary>
/// <param name="Title">What must hold.</param>
/// <param name="Promise">What the strategy said of it.</param>
/// <param name="Verdict">Whether it was so.</param>
/// <param name="Orders">How many orders violate it.</param>
public sealed record ExploredInvariantDocument(string Title, Promise Promise, Verdict Verdict, BigInteger Orders);

/// <summary>One executed schedule.</summary>
/// <param name="Entries">Such as <c>1.check</c>, in the order of sending.</param>
/// <param name="Waits">The entries that had to wait.</param>
/// <param name="Outcome">How it ended: an index of the outcomes, from 0.</param>
/// <param name="Orders">For how many orders it stands.</param>
public sealed record ExploredScheduleDocument(
    IReadOnlyList<string> Entries, IReadOnlyList<ExploredWaitDocument> Waits, int Outcome, BigInteger Orders)
{
    internal static ExploredScheduleDocument From(ExploredSchedule schedule) => new(
        [.. schedule.Entries.Select(e => e.Step.ToString())],
        [.. schedule.Entries.Select((e, at) => new ExploredWaitDocument(at, e.WaitsFor, e.Until)).Where(w => w.For.Count > 0)],
        schedule.Outcome,
        schedule.Orders);
}

/// <summary>An entry that had to wait.</summary>
/// <param name="At">Its place among the entries, from 0.</param>
/// <param name="For">The sessions that it waited for.</param>
/// <param name="Until">The place of the entry with which it could go on.</param>
public sealed record ExploredWaitDocument(int At, IReadOnlyList<int> For, int Until);
