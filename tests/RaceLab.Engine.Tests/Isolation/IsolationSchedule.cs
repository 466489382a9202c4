using System.Globalization;
using System.Text.RegularExpressions;
using RaceLab.Engine.Content;
using RaceLab.Engine.Databases;
using RaceLab.Engine.Programs;
using RaceLab.Engine.Schedules;

namespace RaceLab.Engine.Tests.Isolation;

/// <summary>
/// One permutation of a spec as a schedule: each session is a role that sends its statements one by one and goes on after errors. Teardowns are
/// left out: the sessions are closed, and the database is one that only this permutation has.
/// </summary>
internal sealed partial class IsolationSchedule
{
    private static readonly ErrorRules GoOn = new([new ErrorRule(null, null, ErrorAction.Continue)]);

    private readonly IsolationSpec _spec;
    private readonly List<Statement> _statements;

    public IsolationSchedule(IsolationSpec spec, IReadOnlyList<IsolationEntry> order)
    {
        _spec = spec;
        _statements = StatementsOf(spec, order);
    }

    /// <summary>Plays it; the course is in the words of <see cref="IsolationOutput"/>.</summary>
    public async Task<IReadOnlyList<string>> PlayAsync(LabServer server, CancellationToken cancellation)
    {
        var program = ProgramCompiler.Compile([.. _spec.Sessions.Select((session, i) => new RoleSteps(
            session.Name,
            [.. _statements.Where(s => s.Session == i + 1).Select(s => new SqlStep(s.Name, SqlText.Parse(s.Sql), [], null, GoOn, 1)), new SayStep(Outcome.Updated, null, 1)],
            1))]);
        var strategy = new Strategy("isolation", "Isolation", "A permutation of an isolation spec.", "", new Dictionary<string, Promise>(), [], null, program);
        var scenario = new Scenario("isolation", "Isolation", "An isolation spec.", "", 13, new KeyTemplate("{n}"),
            string.Join('\n', _spec.Setup), "SELECT 1 AS attempt, 1 AS key WHERE false", [], [strategy], _spec.Name);

        var result = await new ScheduleRunner(server, TimeProvider.System)
            .RunAsync(scenario, strategy, [.. _statements.Select(s => new ScheduledStep(s.Session, s.Name))], _spec.Sessions.Count, cancellation);
        return CourseOf(result.Played);
    }

    /// <summary>First what each session does before all others, then the steps; a step of several statements is so many entries.</summary>
    private static List<Statement> StatementsOf(IsolationSpec spec, IReadOnlyList<IsolationEntry> order)
    {
        var statements = new List<Statement>();
        for (var i = 0; i < spec.Sessions.Count; i++)
            if (spec.Sessions[i].Setup is { } setup) Add(i + 1, null, setup);
        foreach (var entry in order)
            Add(spec.SessionOf(entry.Step), entry.Step, spec.Sessions[spec.SessionOf(entry.Step) - 1].Steps[entry.Step]);
        return statements;

        void Add(int session, string? step, string sql)
        {
            var parts = SqlText.Split(sql);

            // The tester sends them together, which is the same only where a transaction is open or the first one opens it.
            var open = statements.LastOrDefault(s => s.Session == session && Boundary().IsMatch(s.Sql))?.Sql ?? "";
            if (parts.Count > 1 && !Begin().IsMatch(open) && !Begin().IsMatch(parts[0].Sql))
                throw new NotSupportedException($"'{sql}' is several statements outside a transaction, and a schedule has them one by one.");
            foreach (var part in parts)
                statements.Add(new Statement(session, step, string.Create(CultureInfo.InvariantCulture, $"{statements.Count}-{step ?? IsolationOutput.Setup}"), part.Sql));
        }
    }

    private List<string> CourseOf(IReadOnlyList<PlayedStep> played)
    {
        var course = new List<string>();
        var sent = played.Select(p => (Answer: p, Statement: _statements.FindIndex(s => s.Name == p.Step.Step))).ToList();
        for (var i = 0; i < sent.Count; i++)
        {
            // Whoever was sent before this answer came, and could not go on.
            foreach (var (_, waiting) in sent.Where(s => s.Answer.BlockedBy.Count > 0 && s.Answer.SentAfter == i).OrderBy(s => s.Statement))
                course.Add($"{_statements[waiting].Step} {IsolationOutput.Waiting}");

            var (answer, place) = sent[i];
            var step = _statements[place].Step;
            if (ResultOf(answer) is { } result) course.Add($"{(step is null ? IsolationOutput.Setup : $"{step} done")}{result}");
            else if (step is not null && _statements.FindLastIndex(s => s.Step == step) == place && !course.Exists(c => c.StartsWith($"{step} done", StringComparison.Ordinal)))
                course.Add($"{step} done");
        }

        return course;
    }

    private static string? ResultOf(PlayedStep played) => played switch
    {
        { Error: { } error } => $": {error.Message}",
        { Answer: { } answer } => IsolationOutput.Table([string.Join('|', answer.Columns), .. answer.Rows.Select(r => string.Join('|', r))]),
        _ => null,
    };

    /// <summary>One entry of the schedule.</summary>
    /// <param name="Session">From 1.</param>
    /// <param name="Step">The spec's step that it is, or is a part of; null: its session's setup.</param>
    /// <param name="Name">As the program calls it.</param>
    /// <param name="Sql">What is sent.</param>
    private sealed record Statement(int Session, string? Step, string Name, string Sql);

    [GeneratedRegex(@"^(BEGIN|COMMIT|ROLLBACK|ABORT)\b(?!\s+TO\b)", RegexOptions.IgnoreCase)]
    private static partial Regex Boundary();

    [GeneratedRegex(@"^BEGIN\b", RegexOptions.IgnoreCase)]
    private static partial Regex Begin();
}
