using System.Text.Json;
using RaceLab.Engine.Content;
using RaceLab.Engine.Programs;
using RaceLab.Engine.Races;
using RaceLab.Engine.Schedules;
using RaceLab.Engine.Sessions;

namespace RaceLab.Cli.Tests;

public sealed class StepCommandTests
{
    private const string Step = "step --scenario sign-up --strategy check-then-insert ";

    [Fact(Timeout = 30_000)]
    public async Task Step_Schedule_IsPlayedWithAsManySessionsAsItNames()
    {
        var lab = new FakeLab { Stepped = Duplicate };

        await lab.RunAsync(Step + "--schedule 1.check,3.check,e.deliver-3,e.replay,e.expire-1", TestContext.Current.CancellationToken);
        Assert.Equal(["1.check", "3.check", "e.deliver-3", "e.replay", "e.expire-1"], lab.Played!.Value.Schedule.Select(s => s.ToString()));
        Assert.Equal(3, lab.Played.Value.Sessions);

        await lab.RunAsync(Step + "--schedule 1.check", TestContext.Current.CancellationToken);
        Assert.Equal(2, lab.Played.Value.Sessions);

        await lab.RunAsync(Step + "--schedule 1.check --sessions 4", TestContext.Current.CancellationToken);
        Assert.Equal(4, lab.Played.Value.Sessions);
        Assert.True(lab.Disposed);
    }

    [Fact(Timeout = 30_000)]
    public async Task Step_Table_SaysWhatEachTurnSawAndHowItEnded()
    {
        var (code, text, error) = await new FakeLab { Stepped = Duplicate }.RunAsync(Step + "--schedule 1.check,2.check,1.insert", TestContext.Current.CancellationToken);

        Assert.Equal((0, ""), (code, error));
        Assert.Equal(
            """
            sign-up / check-then-insert, 2 sessions on PostgreSQL 15.18

               1.  1.check: 0 rows
                   SELECT id FROM users WHERE email = @key
               2.  2.check: 3 rows
                   SELECT id FROM users WHERE email = @key
                     id  | email
                     7   | NULL
                     123 | two lines
                     and 1 more row
               3.  1.insert: 1 row written
                   INSERT INTO users (email) VALUES (@key)
            The schedule ends here. What it leaves open is played to its end, session by session:
               4.  2.insert: 1 row written
                   INSERT INTO users (email) VALUES (@key)

            Session 1 was told: created.
            Session 2 was told: created.
            2 rows left, as the scenario counts them.
            duplicates (one row per email): as promised, the flaw shows: 1 too many, on 1 key.
            """.ReplaceLineEndings(),
            text.TrimEnd());
    }

    [Fact(Timeout = 30_000)]
    public async Task Step_Json_IsOneDocumentWithWaitsAndErrors()
    {
        // Both inserts are sent before anybody commits; the second one waits, and is rejected by the first one's COMMIT.
        var lab = new FakeLab
        {
            Stepped = () => Ended(
                Verdict.Kept,
                Played("1.insert", 0),
                Played("1.commit", 1),
                Played("2.insert", 1) with { BlockedBy = [1], Error = new SqlError("23505", "users_email_key", "duplicate key value") }),
        };

        var (_, text, _) = await lab.RunAsync(Step + "--schedule 1.insert,2.insert --json", TestContext.Current.CancellationToken);

        using var json = JsonDocument.Parse(text);
        var document = json.RootElement;
        var turns = document.GetProperty("turns").EnumerateArray().ToList();
        Assert.Equal(["1.insert", "2.insert", "1.commit"], turns.Select(t => t.GetProperty("step").GetString()));
        Assert.Equal([true, true, false], turns.Select(t => t.GetProperty("named").GetBoolean()));
        Assert.Equal([1, 3, 3], turns.Select(t => t.GetProperty("returnedAt").GetInt32()));
        Assert.Equal("INSERT INTO users (email) VALUES (@key)", turns[1].GetProperty("sql").GetString());
        Assert.Equal(("23505", "users_email_key"), (turns[1].GetProperty("sqlstate").GetString(), turns[1].GetProperty("constraint").GetString()));
        Assert.Equal([1], turns[1].GetProperty("blockedBy").EnumerateArray().Select(b => b.GetInt32()));
        Assert.Equal(("kept", 2), (document.GetProperty("verdict").GetString(), document.GetProperty("rows").GetInt32()));
        Assert.Equal(1, document.GetProperty("violations").GetProperty("duplicates").GetInt32());
        Assert.Equal("some", document.GetProperty("invariants").GetProperty("duplicates").GetProperty("promise").GetString());
        Assert.Equal(["created", "created"], document.GetProperty("outcomes").EnumerateArray().Select(o => o.GetString()));
    }

    [Fact(Timeout = 30_000)]
    public async Task Step_TableWithAWait_SaysForWhomAndUntilWhen()
    {
        var lab = new FakeLab
        {
            Stepped = () => Ended(
                Verdict.Kept,
                Played("1.insert", 0),
                Played("1.commit", 1),
                Played("2.insert", 1) with { BlockedBy = [1], Error = new SqlError("23505", "users_email_key", "duplicate key value") }),
        };

        var (_, text, _) = await lab.RunAsync(Step + "--schedule 1.insert,2.insert", TestContext.Current.CancellationToken);

        Assert.Contains("2.  2.insert: waited for session 1 until turn 3, 1.commit; then 23505 unique_violation on users_email_key: duplicate key value", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_SeveralSentWhileNobodyAnswered_FollowTheScheduleAndThenTheSessions()
    {
        // Sessions 3 and 2 wait, in this order, for session 1, whose COMMIT lets session 2 go first; the rollback of session 3 comes up by itself.
        PlayedStep[] played =
        [
            Played("1.insert", 0), Played("1.commit", 1), Played("2.insert", 1) with { BlockedBy = [1] }, Played("3.insert", 1) with { BlockedBy = [1] },
            Played("3.rollback", 4), Played("e.deliver-3", 5),
        ];

        var turns = PlayedTurn.Of(played, Schedule("1.insert,3.insert,2.insert,1.commit,e.deliver-3"), ProgramCompiler.Compile([new SayStep(Outcome.Created, null, 1)], 1));

        Assert.Equal(["1.insert", "3.insert", "2.insert", "1.commit", "3.rollback", "e.deliver-3"], turns.Select(t => t.Step));
        Assert.Equal([1, 4, 4, 4, 5, 6], turns.Select(t => t.ReturnedAt));
        Assert.Equal([true, true, true, true, false, true], turns.Select(t => t.Named));
    }

    [Theory(Timeout = 30_000)]
    [InlineData(Verdict.Kept, 0)]
    [InlineData(Verdict.Broken, 1)]
    [InlineData(Verdict.NotShown, 4)]
    public async Task Step_Verdict_DecidesTheExitCode(Verdict verdict, int expected)
    {
        foreach (var output in new[] { "", " --json" })
        {
            var (code, _, _) = await new FakeLab { Stepped = () => Ended(verdict, Played("1.check", 0)) }.RunAsync(Step + "--schedule 1.check" + output, TestContext.Current.CancellationToken);
            Assert.Equal(expected, code);
        }
    }

    [Fact(Timeout = 30_000)]
    public async Task Step_ScheduleThatCannotBePlayed_EndsWithTwoAndSaysWhatIsNext()
    {
        var lab = new FakeLab { Stepped = () => throw new InfeasibleScheduleException(new ScheduledStep(1, "insert"), "1.insert cannot be played: the next step of session 1 is 'check'.") };

        var (code, text, error) = await lab.RunAsync(Step + "--schedule 1.insert", TestContext.Current.CancellationToken);

        Assert.Equal((2, ""), (code, text));
        Assert.Equal("1.insert cannot be played: the next step of session 1 is 'check'.", error.TrimEnd());
        Assert.True(lab.Disposed);
    }

    [Fact(Timeout = 30_000)]
    public async Task Step_NoServer_EndsWithThree()
    {
        var (code, text, error) = await new FakeLab { Refusal = "No PostgreSQL answers at example:5432." }.RunAsync(Step + "--schedule 1.check", TestContext.Current.CancellationToken);

        Assert.Equal((3, "", "No PostgreSQL answers at example:5432."), (code, text, error.TrimEnd()));
    }

    private static ScheduleResult Duplicate() => Ended(
        Verdict.Kept,
        Played("1.check", 0, 0) with { Answer = new Answer(["id"], [], 0) },
        Played("2.check", 1, 3) with { Answer = new Answer(["id", "email"], [["7", null], ["123", "two\nlines"]], 3) },
        Played("1.insert", 2),
        Played("2.insert", 3));

    private static ScheduleResult Ended(Verdict verdict, params PlayedStep[] played) => new(
        played,
        [Outcome.Created, Outcome.Created],
        2,
        [new("duplicates", "one row per email", verdict == Verdict.Broken ? Promise.None : Promise.Some, verdict, 1, 1, null, new OffendingRows([], [], 0))]);

    private static PlayedStep Played(string entry, int sentAfter, long rows = 1) => new(Schedule(entry)[0], [], rows, null, null, sentAfter);

    private static List<ScheduledStep> Schedule(string entries) => [.. entries.Split(',').Select(e => ScheduledStep.TryParse(e, out var scheduled) ? scheduled : throw new ArgumentException(e))];
}
