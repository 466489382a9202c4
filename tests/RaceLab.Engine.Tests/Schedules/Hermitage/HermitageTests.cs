using System.Globalization;
using RaceLab.Engine.Content;
using RaceLab.Engine.Programs;
using RaceLab.Engine.Schedules;

namespace RaceLab.Engine.Tests.Schedules.Hermitage;

/// <summary>
/// Hermitage's table for PostgreSQL, played on the server of these tests, whichever version that is: what every statement reads, writes, waits
/// for and fails with, and whether the anomaly then is there
/// (<see href="https://github.com/ept/hermitage"/>).
/// </summary>
public sealed class HermitageTests(TestPostgres postgres)
{
    private static readonly SayStep Done = new(Outcome.Updated, null, 1);

    private static readonly SayStep GivenUp = new(Outcome.Failed, null, 1);

    public static TheoryData<string, string> CasesAtEachLevel
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (var hermitage in HermitageCase.All)
                foreach (var level in HermitageCase.Levels) data.Add(hermitage.Name, level);
            return data;
        }
    }

    [Fact]
    public void Cases_AreTheFourteenOfThePublishedFile()
    {
        Assert.Equal(
            ["G0", "G1a", "G1b", "G1c", "OTV", "PMP", "PMP-write", "P4", "G-single", "G-single-dependencies", "G-single-write", "G2-item", "G2", "G2-two-edges"],
            HermitageCase.All.Select(c => c.Name));
        Assert.Equal(["G0", "G1a", "G1b", "G1c", "OTV", "PMP", "P4", "G-single", "G2-item", "G2"], HermitageCase.All.Select(c => c.Column).Distinct());
        Assert.Equal([5, 8, 10], HermitageCase.Levels.Select(l => HermitageCase.Published[l].Length));
        Assert.All(HermitageCase.All, c => Assert.NotEmpty(c.Anomaly));
    }

    [Theory(Timeout = 60_000)]
    [MemberData(nameof(CasesAtEachLevel))]
    public async Task Case_AtALevel_IsPreventedOrPossibleAsPublished(string name, string level)
    {
        var hermitage = HermitageCase.All.Single(c => c.Name == name);
        var index = HermitageCase.Levels.ToList().IndexOf(level);
        var played = await PlayAsync(hermitage, index);

        foreach (var entry in hermitage.Entries.Where(e => e.Expected[index].IsSent)) AssertAsExpected(played, entry, entry.Expected[index]);
        var anomaly = hermitage.Anomaly.Any(conditions => conditions.All(c => Holds(played, c)));
        Assert.Equal(!HermitageCase.Published[level].Contains(hermitage.Column), anomaly);
    }

    private static void AssertAsExpected(List<Observed> played, HermitageEntry entry, HermitageExpectation expected)
    {
        var at = played.FindIndex(p => p.Name == entry.Name);
        Assert.True(at >= 0, $"{entry.Name} was not played");
        var observed = played[at];
        Assert.Equal((entry.Name, expected.SqlState), (observed.Name, observed.Step.Error?.SqlState));
        if (expected.Rows is { } rows) Assert.Equal((entry.Name, rows), (observed.Name, observed.Rows));
        if (expected.Affected is { } affected) Assert.Equal((entry.Name, affected), (observed.Name, observed.Step.Rows));
        Assert.Equal(expected.WaitsUntil is null ? [] : [expected.WaitsUntil[0] - '0'], observed.Step.BlockedBy);
        if (expected.WaitsUntil is { } until) Assert.Equal(until, played[at - 1].Name);
    }

    private static bool Holds(List<Observed> played, string condition)
    {
        var words = condition.Split(' ');
        var step = played.Find(p => p.Name == (words[1] == "commits" ? $"{words[0]}.commit" : words[0]));
        return step is { Step.Error: null } && words[1] switch
        {
            "commits" => true,
            "shows" => step.Rows == string.Join(' ', words[2..]),
            "affects" => step.Step.Rows == long.Parse(words[2], CultureInfo.InvariantCulture),
            _ => throw new FormatException($"'{condition}' is no condition."),
        };
    }

    private async Task<List<Observed>> PlayAsync(HermitageCase hermitage, int level)
    {
        var sessions = hermitage.Entries.Max(e => e.Session);
        var program = ProgramCompiler.Compile([
            .. Enumerable.Range(1, sessions).Select(s => RoleOf(hermitage, s, (IsolationLevel)level)),
            new RoleSteps("reader", [Sql("final", "SELECT id, value FROM test"), Done], 1)]);
        var strategy = new Strategy("hermitage", "Hermitage", "A case of Hermitage.", "", new Dictionary<string, Promise>(), [], null, program);
        var scenario = new Scenario("hermitage", "Hermitage", "A case of Hermitage.", "", 13, new KeyTemplate("{n}"),
            "CREATE TABLE test (id int PRIMARY KEY, value int); INSERT INTO test (id, value) VALUES (1, 10), (2, 20)",
            "SELECT id AS attempt, value AS key FROM test", [], [strategy], "cases.txt");

        var named = hermitage.Entries.ToDictionary(e => StepOf(program, e, sessions + 1), e => e.Name);
        var schedule = hermitage.Entries.Where(e => e.Expected[level].IsSent).Select(e => StepOf(program, e, sessions + 1)).ToList();
        var result = await new ScheduleRunner(postgres.Lab, TimeProvider.System)
            .RunAsync(scenario, strategy, schedule, sessions + 1, TestContext.Current.CancellationToken);
        return [.. result.Played.Where(p => named.ContainsKey(p.Step)).Select(p => new Observed(named[p.Step], p))];
    }

    private static RoleSteps RoleOf(HermitageCase hermitage, int session, IsolationLevel level)
    {
        var own = hermitage.Entries.Where(e => e.Session == session).ToList();
        Step[] steps = [.. own.Where(e => e.Sql is not null).Select(e => Sql(NameOf(e), e.Sql!)), own[^1].Step == "abort" ? GivenUp : Done];
        return new RoleSteps($"session {session}", [new WithinStep(BlockKind.Transaction, level, null, ErrorRules.None, steps, 1)], 1);
    }

    private static ScheduledStep StepOf(StepProgram program, HermitageEntry entry, int reader)
    {
        var session = entry.Session == 0 ? reader : entry.Session;
        StepKind? brought = entry.Step switch { "begin" => StepKind.Begin, "commit" => StepKind.Commit, "abort" => StepKind.Rollback, _ => null };
        var name = brought is { } kind
            ? program.Steps.Single(s => s.Role == program.RoleOf(session).Name && s.Kind == kind).Name
            : NameOf(entry);
        return new ScheduledStep(session, name);
    }

    private static string NameOf(HermitageEntry entry) => entry.Session == 0 ? entry.Step : $"s{entry.Session}-{entry.Step}";

    private static SqlStep Sql(string name, string sql) => new(name, SqlText.Parse(sql), [], null, ErrorRules.None, 1);

    private sealed record Observed(string Name, PlayedStep Step)
    {
        /// <summary>What was read, ordered by id, since the table's own order is not what a case is about.</summary>
        public string Rows => Step.Answer is { Rows.Count: > 0 } answer
            ? string.Join(' ', answer.Rows.OrderBy(r => r[0], StringComparer.Ordinal).Select(r => $"{r[0]}={r[1]}"))
            : "nothing";
    }
}
