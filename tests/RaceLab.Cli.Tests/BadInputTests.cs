namespace RaceLab.Cli.Tests;

public sealed class BadInputTests
{
    private const string Race = "race --scenario sign-up --strategy check-then-insert ";
    private const string Step = "step --scenario sign-up --strategy check-then-insert ";

    [Theory(Timeout = 30_000)]
    [InlineData("", "Say what to do: race or step or explore or check or take-home")]
    [InlineData("rave", "There is no command 'rave': it is race or step or explore or check or take-home.")]
    [InlineData("race", "Say which scenario with --scenario: there is sign-up.")]
    [InlineData("explore", "Say which scenario with --scenario: there is sign-up.")]
    [InlineData("explore --scenario sign-up --strategy check-then-insert --sessions 4", "--sessions must be 2 or 3, and '4' is not.")]
    [InlineData("explore --scenario sign-up --strategy check-then-insert --sessions many", "--sessions must be 2 or 3, and 'many' is not.")]
    [InlineData("race --scenario sign-up", "Say which strategy with --strategy: there is check-then-insert, on-conflict-do-nothing.")]
    [InlineData("race --scenario signup --strategy check-then-insert", "There is no scenario 'signup'; the nearest is 'sign-up'.")]
    [InlineData("race --scenario quite-another-thing --strategy x", "There is no scenario 'quite-another-thing': there is sign-up.")]
    [InlineData("race --scenario sign-up --strategy check-insert", "There is no strategy 'check-insert'; the nearest is 'check-then-insert'.")]
    [InlineData(Race + "--workers 0", "Workers must be between 1 and 200, and 0 is not.")]
    [InlineData(Race + "--workers 201", "Workers must be between 1 and 200, and 201 is not.")]
    [InlineData(Race + "--workers -5", "Workers must be between 1 and 200, and -5 is not.")]
    [InlineData(Race + "--workers NaN", "--workers must be a whole number between 1 and 200, and 'NaN' is not.")]
    [InlineData(Race + "--workers 99999999999", "--workers must be a whole number between 1 and 200, and '99999999999' is not.")]
    [InlineData(Race + "--workers 1.5", "--workers must be a whole number between 1 and 200, and '1.5' is not.")]
    [InlineData(Race + "--workers", "--workers")]
    [InlineData(Race + "--workers 1 --workers 2", "--workers")]
    [InlineData(Race + "--keys 100001", "Keys must be between 1 and 100,000, and 100001 is not.")]
    [InlineData(Race + "--attempts 0", "Attempts for each worker must be between 1 and 100,000, and 0 is not.")]
    [InlineData(Race + "--workers 200 --attempts 100000", "more than the 1,000,000 that one race records")]
    [InlineData(Race + "--attempts 1 --duration 5s", "give --attempts or --duration, not both")]
    [InlineData(Race + "--duration 5", "--duration must be a number with ms, s or m, such as 500ms, 5s or 1m, and '5' is not.")]
    [InlineData(Race + "--duration 0s", "The duration must be over 0 s and at most 120 s.")]
    [InlineData(Race + "--duration 3m", "The duration must be over 0 s and at most 120 s.")]
    [InlineData(Race + "--pause long", "--pause must be a time such as 5ms, or a range such as 0-5ms, and 'long' is not.")]
    [InlineData(Race + "--pause 2s", "The pause must lie between 0 and 1,000 ms, the shorter end first.")]
    [InlineData(Race + "--pause 5ms-1ms", "The pause must lie between 0 and 1,000 ms, the shorter end first.")]
    [InlineData(Race + "--distribution zipf", "--distribution must be one of in-turn, uniform, hot-key, and 'zipf' is not.")]
    [InlineData(Race + "--commit maybe", "--commit must be on or off, and 'maybe' is neither.")]
    [InlineData(Race + "--seed 1.5", "--seed must be a whole number between")]
    [InlineData(Race + "--wrokers 5", "There is no option '--wrokers'; the nearest is '--workers'.")]
    [InlineData(Race + "--frobnicate-everything", "There is no option '--frobnicate-everything': 'race --help' lists them.")]
    [InlineData(Race + "50", "'50' belongs to no option")]
    [InlineData(Race + "@file", "'@file' belongs to no option")]
    [InlineData(Race + "--content /nowhere/at/all", "There is no folder '/nowhere/at/all'")]
    [InlineData("check --content /nowhere/at/all", "There is no folder '/nowhere/at/all'")]
    [InlineData(Race + "--lab hunter2", "--lab: The connection string cannot be read")]
    [InlineData(Race + "--RaceLab:Content=/tmp", "set RaceLab__Content.")]
    [InlineData("step", "Say in which order with --schedule, such as 1.check,2.check,1.insert")]
    [InlineData(Step + "--schedule 1-check", "--schedule has '1-check', which is no turn: it is a session, a dot and a step's name, such as 1.check")]
    [InlineData(Step + "--schedule 1.chek", "--schedule has '1.chek', and session 1 has no such step: did you mean 'check'?")]
    [InlineData(Step + "--schedule 5.check", "--schedule names session 5, and there are 4 at most.")]
    [InlineData(Step + "--schedule 3.check --sessions 2", "--schedule names session 3, and --sessions is 2: give --sessions 3.")]
    [InlineData(Step + "--schedule 1.check --sessions 5", "--sessions must be a whole number from 2 to 4, and '5' is not.")]
    [InlineData("check --scenario signup", "There is no scenario 'signup'; the nearest is 'sign-up'.")]
    [InlineData("check --file /nowhere/scenario.yaml", "There is no file '/nowhere/scenario.yaml'")]
    [InlineData("check --file x --scenario sign-up", "--file is checked by itself")]
    public async Task RunAsync_BadInput_SaysWhatWouldBeRightAndRunsNothing(string arguments, string expected)
    {
        foreach (var output in new[] { "", " --json" })
        {
            var lab = new FakeLab();

            var (code, text, error) = await lab.RunAsync(arguments.Length == 0 ? arguments : arguments + output, TestContext.Current.CancellationToken);

            Assert.Equal(2, code);
            Assert.Equal("", text);
            Assert.Contains(expected, error);
            Assert.DoesNotContain("   at ", error);
            Assert.False(lab.Opened);
        }
    }

    [Fact(Timeout = 30_000)]
    public async Task RunAsync_SeveralMistakes_NamesEachInItsOwnLine()
    {
        var (code, _, error) = await new FakeLab().RunAsync("race --workers x --keys y --commit z", TestContext.Current.CancellationToken);

        Assert.Equal(2, code);
        Assert.Equal(4, error.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
    }

    [Fact(Timeout = 30_000)]
    public async Task RunAsync_ScenarioOfABrokenFile_NamesFileAndLine()
    {
        var lab = new FakeLab { FileErrors = [new("scenarios/cart/scenario.yaml", 7, "'stepps' is not a field of a strategy.")] };

        var (code, _, error) = await lab.RunAsync("race --scenario cart --strategy x", TestContext.Current.CancellationToken);

        Assert.Equal(2, code);
        Assert.StartsWith("The scenario 'cart' is there, and was refused for 1 error:", error);
        Assert.Contains("scenarios/cart/scenario.yaml:7: 'stepps' is not a field of a strategy.", error);
    }

    [Theory(Timeout = 30_000)]
    [InlineData("--help")]
    [InlineData("race --help")]
    [InlineData("check --help")]
    [InlineData("step --help")]
    [InlineData("explore --help")]
    [InlineData("--version")]
    public async Task RunAsync_Help_EndsWithZero(string arguments)
    {
        var (code, text, error) = await new FakeLab().RunAsync(arguments, TestContext.Current.CancellationToken);

        Assert.Equal(0, code);
        Assert.NotEmpty(text);
        Assert.Equal("", error);
    }
}
