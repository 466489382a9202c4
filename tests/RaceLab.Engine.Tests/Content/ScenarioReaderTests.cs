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
        Assert.Equal(["key", "attempt", "worker", "delivery", "seen"], broken.Program.Variables);
        Assert.True(scenario.FindStrategy("sound")!.IsSound);
        Assert.Equal(38, scenario.Lines.Of(ContentLines.Statement("sound", "insert")));
    }

    [Fact]
    public void Read_Puzzle_GivesItsGoalSolutionAndHints()
    {
        var puzzle = ScenarioReader.Read(string.Join('\n', BadFiles.Good), "test", File).Scenario!.FindPuzzle("meet")!;

        Assert.Equal(("P", "X", "sound", 3), (puzzle.Title, puzzle.Text, puzzle.Strategy, puzzle.Sessions));
        Assert.Equal(("duplicates", "40P01", true, 2), (puzzle.Goal.Breaks?.Name, puzzle.Goal.Raises, puzzle.Goal.Waits, puzzle.Goal.Rows));
        Assert.Equal([Outcome.Created], puzzle.Goal.Told);
        Assert.Equal("1.begin, 2.begin, 3.insert", string.Join(", ", puzzle.Solution!));
        Assert.Equal(["Look.", "Look again."], puzzle.Hints);
    }

    [Fact]
    public void Read_PuzzleWithoutSolutionAndSessions_IsOneForTwoSessionsThatNoOrderSolves()
    {
        var yaml = BadFiles.With(47, "    solution: none").Replace("    sessions: 3\n", "", StringComparison.Ordinal);

        var puzzle = Assert.Single(ScenarioReader.Read(yaml, "test", File).Scenario!.Puzzles);

        Assert.Equal((2, true), (puzzle.Sessions, puzzle.CanTryEveryOrder));
        Assert.Null(puzzle.Solution);
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
    public void Read_Roles_EachSessionHasItsOwn()
    {
        var reading = ScenarioReader.Read(WithRoles("1.check, 2.insert, 3.check"), "test", File);

        Assert.Empty(reading.Errors);
        var strategy = reading.Scenario!.FindStrategy("broken")!;
        Assert.Equal(["reader", "row writer"], strategy.Program.Roles.Select(r => r.Name));
        Assert.Equal(["check", "insert"], strategy.Program.Steps.Select(s => s.Name));
        Assert.Equal(27, reading.Scenario.Lines.Of(ContentLines.Statement("broken", "insert")));
    }

    [Theory]
    [InlineData("1.check, 2.check", "names a step of the role 'reader', and session 2 has the role 'row writer'")]
    [InlineData("1.check, 2.insrt", "did you mean 'insert'?")]
    public void Read_WitnessWithAStepOfAnotherRole_IsRefused(string witness, string reason) =>
        Assert.Contains(reason, Assert.Single(ScenarioReader.Read(WithRoles(witness), "test", File).Errors).Reason, StringComparison.Ordinal);

    private static string WithRoles(string witness) => string.Join('\n', (string[])[
        .. BadFiles.Good[..18],
        $"    witness: [{witness}]",
        "    roles:",
        "      reader:",
        "        steps:",
        "          - check: SELECT k FROM t WHERE k = @key",
        "          - say: found",
        "      row writer:",
        "        steps:",
        "          - insert: INSERT INTO t VALUES (@attempt, @key)",
        "          - say: created",
        .. BadFiles.Good[27..]]);

    [Theory]
    [InlineData("INSERT INTO t VALUES (NULL, @key)", null)]
    [InlineData("INSERT INTO t VALUES (NULL, 'a')", "there is none")]
    [InlineData("INSERT INTO t VALUES (@attempt, @key)", "@attempt, @key stand here")]
    [InlineData("INSERT INTO t VALUES (NULL, 'a", "cannot be read")]
    public void Read_ForEachKey_IsOneStatementAboutTheKey(string sql, string? reason)
    {
        var reading = ScenarioReader.Read(BadFiles.With(6, $"{BadFiles.Good[5]}\nfor each key: {sql}"), "test", File);
        if (reason is null)
        {
            Assert.Equal("INSERT INTO t VALUES (NULL, $1)", reading.Scenario!.KeyRows!.Statement.Numbered);
            return;
        }

        var error = Assert.Single(reading.Errors);
        Assert.Equal(7, error.Line);
        Assert.Contains(reason, error.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_DeliveriesAndCrash_AreOfTheScenarioAndItsPrograms()
    {
        var yaml = BadFiles.With(5, "key: a{n}\ndeliveries: { until: acknowledged, at most: 3 }")
            .Replace("[1.check, 2.check, 1.insert, 2.insert]", "[1.check, 1.crash, e.deliver-1, 1.check, 2.check]", StringComparison.Ordinal)
            .Replace("      - pause: window", "      - crash: on delivery 1\n        when: not found\n      - pause: window", StringComparison.Ordinal);
        var reading = ScenarioReader.Read(yaml, "test", File);

        Assert.Empty(reading.Errors);
        Assert.Equal(3, reading.Scenario!.Deliveries);
        var broken = reading.Scenario.FindStrategy("broken")!;
        Assert.Equal("@delivery = 1 and not found", broken.Program.FindStep("crash")!.Note);
        Assert.Equal("1.check, 1.crash, e.deliver-1, 1.check, 2.check", string.Join(", ", broken.Witness));
        Assert.Equal(1, ScenarioReader.Read(string.Join('\n', BadFiles.Good), "test", File).Scenario!.Deliveries);
    }

    [Theory]
    [InlineData("1.check", 1, "check", null)]
    [InlineData("4.commit-2", 4, "commit-2", null)]
    [InlineData("e.deliver-3", ScheduledStep.Environment, "deliver-3", 3)]
    public void TryParse_Entry_IsReadAsItIsWritten(string text, int session, string step, int? receiver)
    {
        Assert.True(ScheduledStep.TryParse(text, out var entry));
        Assert.Equal((session, step, receiver), (entry.Session, entry.Step, entry.Receiver));
        Assert.Equal((receiver ?? session, text), (entry.Whose, entry.ToString()));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("0.check")]
    [InlineData("e.check")]
    [InlineData("e.deliver-0")]
    [InlineData("e.deliver")]
    [InlineData("12.check")]
    public void TryParse_SomethingElse_IsRefused(string? text) => Assert.False(ScheduledStep.TryParse(text, out _));

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
    public void Read_SignUp_HasEveryStrategyWithItsProof()
    {
        var reading = ScenarioReader.Read(System.IO.File.ReadAllText(SignUp.Path), "sign-up", File);

        Assert.Empty(reading.Errors);
        Assert.Superset(
            new HashSet<string> { "check-then-insert", "check-then-insert-in-transaction", "unique-and-catch", "do-nothing-then-select", "upsert", "advisory-lock", "serializable" },
            reading.Scenario!.Strategies.Select(s => s.Id).ToHashSet());
        Assert.Equal((30, 17), (reading.Scenario.Strategies.Count, reading.Scenario.Strategies.Count(s => !s.IsSound)));
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

    [Fact]
    public void Read_ExtensionsOfScenarioAndStrategy_AreAskedForTogether()
    {
        var yaml = BadFiles.With(4, "needs: { extensions: [citext] }").Replace("  sound:\n", "  sound:\n    needs: { extensions: [btree_gist, citext] }\n", StringComparison.Ordinal);

        var scenario = ScenarioReader.Read(yaml, "test", "f").Scenario!;

        Assert.Equal(["citext"], scenario.NeedsOf(scenario.FindStrategy("broken")!).Extensions);
        Assert.Equal(["citext", "btree_gist"], scenario.NeedsOf(scenario.FindStrategy("sound")!).Extensions);
    }

    [Fact]
    public void Read_ExtensionThatIsNoName_IsRefused()
    {
        var reading = ScenarioReader.Read(BadFiles.With(4, "needs: { extensions: ['x\"; DROP'] }"), "test", "f");
        Assert.Contains(reading.Errors, e => e.Line == 4 && e.Reason.Contains("no name of an extension", StringComparison.Ordinal));
    }
}
