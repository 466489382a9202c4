using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using RaceLab.Engine.Content;
using RaceLab.Engine.Programs;
using RaceLab.Engine.Races;
using RaceLab.Engine.Schedules;
using RaceLab.Engine.Sessions;

namespace RaceLab.Cli;

/// <summary>
/// A schedule that was played to its end, as <c>step</c> prints it. What the step page's document (<see cref="ScheduleDocument"/>) has, too, has the same name
/// here. Property names are a contract.
/// </summary>
/// <param name="Scenario">The scenario's id.</param>
/// <param name="Strategy">The strategy's id.</param>
/// <param name="Sessions">How many sessions.</param>
/// <param name="Postgres">The server's version.</param>
/// <param name="Schedule">As it was given.</param>
/// <param name="Turns">Every turn in the order in which it was taken, those that the schedule does not name included.</param>
/// <param name="Outcomes">What the sessions' callers were told, the first one's first.</param>
/// <param name="Rows">Rows in the table.</param>
/// <param name="Violations">Violated keys by invariant.</param>
/// <param name="Invariants">By name.</param>
/// <param name="Verdict">The worst of the invariants' verdicts.</param>
internal sealed record StepDocument(
    string Scenario,
    string Strategy,
    int Sessions,
    string Postgres,
    IReadOnlyList<string> Schedule,
    IReadOnlyList<PlayedTurn> Turns,
    IReadOnlyList<Outcome> Outcomes,
    long Rows,
    IReadOnlyDictionary<string, long> Violations,
    IReadOnlyDictionary<string, SteppedInvariant> Invariants,
    Verdict Verdict)
{
    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    /// <summary>The document of a result.</summary>
    public static StepDocument From(Scenario scenario, Strategy strategy, IReadOnlyList<ScheduledStep> schedule, ScheduleResult result, string postgres) => new(
        scenario.Id,
        strategy.Id,
        result.Outcomes.Count,
        postgres,
        [.. schedule.Select(s => s.ToString())],
        PlayedTurn.Of(result.Played, schedule, strategy.Program),
        result.Outcomes,
        result.Rows,
        result.Invariants.ToDictionary(i => i.Name, i => i.Violations),
        result.Invariants.ToDictionary(i => i.Name, i => new SteppedInvariant(i.Title, i.Promise, i.Verdict, i.Violations, i.Excess)),
        Worst([.. result.Invariants.Select(i => i.Verdict)]));

    /// <summary>As JSON.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, Options);

    private static Verdict Worst(IReadOnlyCollection<Verdict> verdicts) =>
        verdicts.Contains(Verdict.Broken) ? Verdict.Broken : verdicts.Contains(Verdict.NotShown) ? Verdict.NotShown : Verdict.Kept;
}

/// <summary>An invariant after the schedule.</summary>
/// <param name="Title">What must hold.</param>
/// <param name="Promise">What the strategy said of it.</param>
/// <param name="Verdict">Whether it was so.</param>
/// <param name="Violations">Keys that violate it.</param>
/// <param name="Excess">The excess over those keys.</param>
internal sealed record SteppedInvariant(string Title, Promise Promise, Verdict Verdict, long Violations, long Excess);

/// <summary>A turn.</summary>
/// <param name="Step">Such as 1.check.</param>
/// <param name="Named">Whether the schedule has it; false: a rollback that came up, or what was left open and played to its end.</param>
/// <param name="Sql">What was sent; null for what is no statement.</param>
/// <param name="Rows">Rows returned or affected.</param>
/// <param name="Answer">The rows; null for a statement that returns none.</param>
/// <param name="Sqlstate">The server's error; null: none.</param>
/// <param name="Constraint">The constraint that it names; null: none.</param>
/// <param name="Message">The server's words; null: no error.</param>
/// <param name="Told">What a turn was told by the call in the application that it waited for; null: it waited for none.</param>
/// <param name="LostConnection">Whether the connection went without a word, as in a crash.</param>
/// <param name="BlockedBy">The sessions that it had to wait for; 0 is a connection in the application's pool.</param>
/// <param name="ReturnedAt">The turn, counted from 1, with which its answer came back: its own, or the one that let it go.</param>
internal sealed record PlayedTurn(
    string Step,
    bool Named,
    string? Sql,
    long Rows,
    Answer? Answer,
    string? Sqlstate,
    string? Constraint,
    string? Message,
    Outcome? Told,
    bool LostConnection,
    IReadOnlyList<int> BlockedBy,
    int ReturnedAt)
{
    /// <summary>The turns in the order in which they were taken; <see cref="ScheduleResult.Played"/> has them in the order in which answers came back.</summary>
    /// <param name="played">Every turn.</param>
    /// <param name="schedule">The order that was asked for.</param>
    /// <param name="program">What the sessions followed.</param>
    public static IReadOnlyList<PlayedTurn> Of(IReadOnlyList<PlayedStep> played, IReadOnlyList<ScheduledStep> schedule, StepProgram program)
    {
        // A session has one statement under way at a time, so its own answers come in the order of sending.
        var left = played.Select((step, place) => (Step: step, Answered: place)).GroupBy(p => p.Step.Step.Session).Select(g => new Queue<(PlayedStep Step, int Answered)>(g)).ToList();
        var taken = new List<(PlayedStep Step, int Answered, bool Named)>();
        var position = 0;
        while (taken.Count < played.Count)
        {
            // Of several that were sent while nobody answered, the schedule says which came first, and behind its end the lower session's.
            var wanted = position < schedule.Count ? schedule[position] : (ScheduledStep?)null;
            var next = left.Where(q => q.Count > 0)
                .OrderBy(q => q.Peek().Step.SentAfter)
                .ThenBy(q => q.Peek().Step.Step != wanted)
                .ThenBy(q => q.Peek().Step.Step.Session)
                .First().Dequeue();
            var named = next.Step.Step == wanted;
            if (named) position++;
            taken.Add((next.Step, next.Answered, named));
        }

        return [.. taken.Select(t => Of(t.Step, t.Named, program, 1 + taken.FindLastIndex(other => other.Step.SentAfter <= t.Answered)))];
    }

    private static PlayedTurn Of(PlayedStep played, bool named, StepProgram program, int returnedAt) => new(
        played.Step.ToString(),
        named,
        played.Step.Session == ScheduledStep.Environment ? null : program.FindStep(played.Step.Step)?.Sql?.Written,
        played.Rows,
        played.Answer,
        played.Error?.SqlState,
        played.Error?.Constraint,
        played.Error?.Message,
        played.Told,
        played.IsSilent,
        played.BlockedBy,
        returnedAt);
}
