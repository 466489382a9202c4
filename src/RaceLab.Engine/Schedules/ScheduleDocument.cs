using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using RaceLab.Engine.Content;
using RaceLab.Engine.Programs;
using RaceLab.Engine.Races;
using RaceLab.Engine.Sessions;

namespace RaceLab.Engine.Schedules;

/// <summary>A stepped run as the outside sees it: the schedule, and what came of each turn. Property names are a contract.</summary>
/// <param name="Scenario">The scenario's id.</param>
/// <param name="Strategy">The strategy's id.</param>
/// <param name="Sessions">How many sessions.</param>
/// <param name="Engine">What spoke to PostgreSQL for the sessions, as <see cref="WorkloadText.FormatEngine"/> writes it; null where they were never opened.</param>
/// <param name="Schedule">The whole schedule, turns that were not taken included.</param>
/// <param name="Position">How many of them were taken.</param>
/// <param name="Turns">What came of those.</param>
/// <param name="Outcomes">What the sessions' callers were told; null while an attempt goes on.</param>
/// <param name="Rows">Rows in the table; null while an attempt goes on.</param>
/// <param name="Violations">Violated keys by invariant; null while an attempt goes on.</param>
public sealed record ScheduleDocument(
    string Scenario,
    string Strategy,
    int Sessions,
    string? Engine,
    IReadOnlyList<string> Schedule,
    int Position,
    IReadOnlyList<TurnDocument> Turns,
    IReadOnlyList<Outcome>? Outcomes,
    long? Rows,
    IReadOnlyDictionary<string, long>? Violations)
{
    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    /// <summary>The document of a run.</summary>
    public static ScheduleDocument From(Scenario scenario, Strategy strategy, StepperState state)
    {
        ArgumentNullException.ThrowIfNull(scenario);
        ArgumentNullException.ThrowIfNull(strategy);
        ArgumentNullException.ThrowIfNull(state);
        return new ScheduleDocument(
            scenario.Id,
            strategy.Id,
            state.Sessions.Count,
            state.Engine is { } engine ? WorkloadText.FormatEngine(engine) : null,
            [.. state.Schedule.Select(s => s.ToString())],
            state.Turns.Count,
            [.. state.Turns.Select(t => new TurnDocument(
                t.Entry.ToString(), t.Step.Sql?.Written, t.Result?.Rows, t.Result?.Answer, t.Result?.Error?.SqlState, t.Result?.Error?.Constraint, t.BlockedBy, t.ReturnedAt + 1))],
            state.Result?.Outcomes,
            state.Result?.Rows,
            state.Result?.Invariants.ToDictionary(i => i.Name, i => i.Violations));
    }

    /// <summary>As JSON.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, Options);
}

/// <summary>A turn.</summary>
/// <param name="Step">Such as 1.check.</param>
/// <param name="Sql">What was sent.</param>
/// <param name="Rows">Rows returned or affected; null: still waits.</param>
/// <param name="Answer">The rows; null for a statement that returns none.</param>
/// <param name="Sqlstate">The server's error; null: none.</param>
/// <param name="Constraint">The constraint that it names; null: none.</param>
/// <param name="BlockedBy">The sessions that it had to wait for.</param>
/// <param name="ReturnedAt">The turn, counted from 1, with which it came back; null: still waits.</param>
public sealed record TurnDocument(
    string Step, string? Sql, long? Rows, Answer? Answer, string? Sqlstate, string? Constraint, IReadOnlyList<int> BlockedBy, int? ReturnedAt);
