using RaceLab.Engine.Content;
using RaceLab.Engine.Programs;

namespace RaceLab.Engine.Tests.Content;

public sealed class ScenarioReaderTests
{
    private const string File = "scenarios/test/scenario.yaml";

    [Fact]
    public void Read_GoodFile_GivesEverythingInIt()
    {
        var reading = ScenarioReader.Read(string.Join('\n', BadFiles.Good), "test", File);

        Assert.Empty(reading.Errors);
        var scenario = reading.Scenario!;
        Assert.Equal(("test", "T", 15, "a7"), (scenario.Id, scenario.Title, scenario.MinimumPostgres, scenario.Key.For(7)));
        Assert.Equal(LiveCount.ExtraCreations, Assert.Single(scenario.Invariants).Live);
        var broken = scenario.FindStrategy("broken")!;
        Assert.False(broken.IsSound);
        Assert.Equal("1.check, 2.check, 1.insert, 2.insert", string.Join(", ", broken.Witness));
        Assert.Equal(["key", "attempt", "worker", "seen"], broken.Program.Variables);
        Assert.True(scenario.FindStrategy("sound")!.IsSound);
        Assert.Equal(38, scenario.Lines.Of(ContentLines.Statement("sound", "insert")));
    }

    [Theory]
    [MemberData(nameof(BadFiles.Cases), MemberType = typeof(BadFiles))]
    public void Read_BadLine_IsRefusedWithItsLineAndReason(int line, string? replacement, int expectedLine, string reason)
    {
        var reading = ScenarioReader.Read(BadFiles.With(line, replacement), "test", File);

        Assert.Null(reading.Scenario);
        Assert.Contains(reading.Errors, e => e.Line == expectedLine && e.File == File && e.Reason.Contains(reason, StringComparison.Ordinal));
    }

    [Fact]
    public void Read_SeveralErrors_AreAllReportedInOrder()
    {
        var lines = BadFiles.Good.ToArray();
        lines[3] = "needs: { postgres: 9 }";
        lines[17] = "    promises: { duplicates: perhaps }";
        lines[24] = "      - pause: long";

        var reading = ScenarioReader.Read(string.Join('\n', lines), "test", File);

        Assert.Equal([4, 18, 25], reading.Errors.Select(e => e.Line));
    }

    [Theory]
    [InlineData("", "empty")]
    [InlineData("just a text", "must be fields")]
    [InlineData("- a\n- b", "must be fields")]
    [InlineData("title: T\n---\ntitle: U", "one scenario")]
    public void Read_NoScenarioAtAll_IsRefused(string yaml, string reason)
    {
        var reading = ScenarioReader.Read(yaml, "test", File);

        Assert.Null(reading.Scenario);
        Assert.Contains(reading.Errors, e => e.Reason.Contains(reason, StringComparison.Ordinal));
    }

    [Fact]
    public void Read_BadFolderName_IsRefused() =>
        Assert.Contains("no id for a scenario", ScenarioReader.Read(string.Join('\n', BadFiles.Good), "Sign Up", File).Errors[0].Reason, StringComparison.Ordinal);

    [Fact]
    public void Read_SignUp_HasItsSevenStrategies()
    {
        var reading = ScenarioReader.Read(System.IO.File.ReadAllText(SignUp.Path), "sign-up", File);

        Assert.Empty(reading.Errors);
        Assert.Equal(
            ["check-then-insert", "check-then-insert-in-transaction", "unique-and-catch", "do-nothing-then-select", "upsert", "advisory-lock", "serializable"],
            reading.Scenario!.Strategies.Select(s => s.Id));
        Assert.Equal(2, reading.Scenario.Strategies.Count(s => !s.IsSound));
        Assert.Equal(
            ["begin", "check", "pause", "insert", "commit", "rollback", "back-off"],
            reading.Scenario.FindStrategy("serializable")!.Program.Steps.Select(s => s.Name));
        Assert.All(reading.Scenario.Strategies, s => Assert.Contains("](https://www.postgresql.org/docs/", s.Text, StringComparison.Ordinal));
        Assert.Equal(StepKind.Pause, reading.Scenario.FindStrategy("check-then-insert")!.Program.Steps[1].Kind);
    }

    [Fact]
    public void Read_NeedsOfScenarioAndStrategy_AreAskedForTogether()
    {
        var yaml = BadFiles.With(4, "needs: { postgres: 15, behaviour: [unique violations] }")
            .Replace("  sound:\n", "  sound:\n    needs: { postgres: 17, behaviour: [advisory locks, unique violations] }\n", StringComparison.Ordinal);

        var scenario = ScenarioReader.Read(yaml, "test", "f").Scenario!;

        var broken = scenario.NeedsOf(scenario.FindStrategy("broken")!);
        Assert.Equal(15, broken.Postgres);
        Assert.Equal([ServerBehaviour.UniqueViolations], broken.Behaviours);
        var sound = scenario.NeedsOf(scenario.FindStrategy("sound")!);
        Assert.Equal(17, sound.Postgres);
        Assert.Equal([ServerBehaviour.UniqueViolations, ServerBehaviour.AdvisoryLocks], sound.Behaviours);
    }
}
