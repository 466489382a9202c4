using RaceLab.Engine.Checks;
using RaceLab.Engine.Content;

namespace RaceLab.Engine.Tests.Content;

public sealed class PlayCheckTests(TestPostgres postgres)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary>Line to replace, its replacement, the line of the error, and words of the reason.</summary>
    public static TheoryData<int, string, int, string> Wrong => new()
    {
        { 19, "    witness: [1.check, 1.insert, 2.check]", 19, "the witness of 'broken' was played. It does not break 'duplicates', of which the strategy promises some violations: the run ended with one row, and the callers were told created, found." },
        { 19, "    witness:\n      - 1.check\n      - 2.check\n      - 1.insert\n      - 1.insert", 22, "1.insert cannot be played: the attempt of session 1 has ended." },
        { 19, "    witness: [1.insert, 2.check, 1.insert]", 19, "1.insert cannot be played: the next step of session 1 is 'check'." },
        { 26, "      - insert: ALTER TABLE t RENAME TO gone", 19, "the witness of 'broken' was played. The server refused the invariant 'duplicates' (42P01): relation \"t\" does not exist." },
        { 26, "      - insert: SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = current_user AND pid <> pg_backend_pid()", 26, "ended the session with which the lab asks the tables, too" },
        { 38, "          - insert: COPY t TO '/nowhere'", 28, "(SQLSTATE 42501)." },
        { 38, "          - insert: INSERT INTO t VALUES (@attempt, @key), (@attempt, @key)", 28, "It breaks 'duplicates' though nobody is beside anybody, and promises no violation." },
        { 47, "    solution: [1.begin, 2.begin]", 47, "the solution of 'meet' was played. It does not reach the goal" },
    };

    [Theory(Timeout = 60_000)]
    [MemberData(nameof(Wrong))]
    public async Task RunAsync_WhatDoesNotShowWhatItSays_IsReportedWithItsLine(int line, string replacement, int expectedLine, string reason)
    {
        var report = await PlayCheck.RunAsync(postgres.Lab, TimeProvider.System, [Read(BadFiles.With(line, replacement), withPuzzle: line >= 40)], Stop);

        var error = Assert.Single(report.Errors);
        Assert.Equal(expectedLine, error.Line);
        Assert.Contains(reason, error.Reason, StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task RunAsync_GoodFile_PlaysEachStrategy()
    {
        var report = await PlayCheck.RunAsync(postgres.Lab, TimeProvider.System, [Read(string.Join('\n', BadFiles.Good), withPuzzle: false)], Stop);

        Assert.Empty(report.Errors);
        Assert.Empty(report.NotPlayed);
        Assert.Equal(2, report.Played);
    }

    [Fact(Timeout = 60_000)]
    public async Task RunAsync_StrategyThatNeedsANewerServer_IsNotPlayedAndSaysWhy()
    {
        var scenario = Read(BadFiles.With(31, "    text: X\n    needs: { postgres: 99 }"), withPuzzle: false);

        var report = await PlayCheck.RunAsync(postgres.Lab, TimeProvider.System, [scenario], Stop);

        Assert.Equal(1, report.Played);
        var notPlayed = Assert.Single(report.NotPlayed);
        Assert.Equal(("test", "sound"), (notPlayed.Scenario, notPlayed.Id));
        Assert.Contains("PostgreSQL 99", notPlayed.Reason, StringComparison.Ordinal);
    }

    /// <summary>The good file is never played by others: its puzzle asks for what cannot be, and its sound strategy inserts twice.</summary>
    private static Scenario Read(string yaml, bool withPuzzle)
    {
        var sound = yaml.Replace(
            "- insert: INSERT INTO t VALUES (@attempt, @key)\n          - say",
            "- insert: INSERT INTO t SELECT @attempt::bigint, @key::text WHERE NOT EXISTS (SELECT FROM t WHERE k = @key)\n          - say", StringComparison.Ordinal);
        var reading = ScenarioReader.Read(sound, "test", "scenarios/test/scenario.yaml");
        Assert.Empty(reading.Errors);
        return withPuzzle ? reading.Scenario! : reading.Scenario! with { Puzzles = [] };
    }
}
