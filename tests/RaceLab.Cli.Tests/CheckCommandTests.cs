using System.Text.Json;

namespace RaceLab.Cli.Tests;

public sealed class CheckCommandTests
{
    [Fact(Timeout = 30_000)]
    public async Task Check_GoodContent_ListsStrategiesWithTheirPromises()
    {
        var (code, text, error) = await new FakeLab().RunAsync("check", TestContext.Current.CancellationToken);

        Assert.Equal((0, ""), (code, error));
        Assert.Contains("sign-up: Sign-up stampede", text);
        Assert.Contains("check-then-insert       duplicates: some", text);
        Assert.Contains("on-conflict-do-nothing  duplicates: none", text);
        Assert.Contains("two-accounts            puzzle: check-then-insert, 3 sessions", text);
        Assert.Contains("unbreakable             puzzle: on-conflict-do-nothing, 2 sessions, no order solves it", text);
        Assert.Contains("1 scenario, 2 strategies, 2 puzzles: every statement prepared on PostgreSQL 15.18, 3 played.", text);
    }

    [Fact(Timeout = 30_000)]
    public async Task Check_StrategyThatTheServerLacksSomethingFor_IsListedAsNotOnThisServer()
    {
        var lab = new FakeLab { Lacks = { ["on-conflict-do-nothing"] = "It needs PostgreSQL 99." } };

        var (code, text, _) = await lab.RunAsync("check", TestContext.Current.CancellationToken);
        Assert.Equal(0, code);
        Assert.Contains("not on this server: It needs PostgreSQL 99.", text);
        Assert.Contains("every statement of the other 1 prepared", text);

        (_, text, _) = await lab.RunAsync("check --json", TestContext.Current.CancellationToken);
        using var json = JsonDocument.Parse(text);
        var strategies = json.RootElement.GetProperty("scenarios")[0].GetProperty("strategies");
        Assert.Equal(JsonValueKind.Null, strategies[0].GetProperty("notOnThisServer").ValueKind);
        Assert.Equal("It needs PostgreSQL 99.", strategies[1].GetProperty("notOnThisServer").GetString());
    }

    [Fact(Timeout = 30_000)]
    public async Task Check_Json_IsOneDocument()
    {
        var lab = new FakeLab
        {
            FileErrors = [new("scenarios/cart/scenario.yaml", 7, "'stepps' is not a field.")],
            StatementErrors = [new("scenarios/sign-up/scenario.yaml", 20, "column \"emial\" does not exist")],
        };

        var (code, text, error) = await lab.RunAsync("check --json", TestContext.Current.CancellationToken);

        Assert.Equal(2, code);
        using var json = JsonDocument.Parse(text);
        var scenario = json.RootElement.GetProperty("scenarios")[0];
        Assert.Equal("sign-up", scenario.GetProperty("id").GetString());
        var promises = scenario.GetProperty("strategies").EnumerateArray().ToDictionary(
            s => s.GetProperty("id").GetString()!, s => s.GetProperty("promises").GetProperty("duplicates").GetString());
        Assert.Equal(("some", "none"), (promises["check-then-insert"], promises["on-conflict-do-nothing"]));
        var puzzles = scenario.GetProperty("puzzles");
        Assert.Equal(["1.check", "2.check"], puzzles[0].GetProperty("solution").EnumerateArray().Select(e => e.GetString()));
        Assert.Equal(("unbreakable", JsonValueKind.Null), (puzzles[1].GetProperty("id").GetString(), puzzles[1].GetProperty("solution").ValueKind));
        var errors = json.RootElement.GetProperty("errors").EnumerateArray().ToList();
        Assert.Equal([7, 20], errors.Select(e => e.GetProperty("line").GetInt32()));
        Assert.Equal("column \"emial\" does not exist", errors[1].GetProperty("reason").GetString());
        Assert.Contains("scenarios/cart/scenario.yaml:7: 'stepps' is not a field.", error);
        Assert.Contains("scenarios/sign-up/scenario.yaml:20: column \"emial\" does not exist", error);
    }

    [Fact(Timeout = 30_000)]
    public async Task Check_NoServer_ListsButEndsWithThree()
    {
        var lab = new FakeLab { Refusal = "No PostgreSQL answers at example:5432." };

        var (code, text, error) = await lab.RunAsync("check", TestContext.Current.CancellationToken);

        Assert.Equal(3, code);
        Assert.Contains("1 scenario, 2 strategies, 2 puzzles: statements not prepared.", text);
        Assert.Contains("No PostgreSQL answers at example:5432.", error);
    }

    [Fact(Timeout = 30_000)]
    public async Task Check_Errors_StandInThePlaceOfTheListAndTheSummaryIsTheLastLine()
    {
        var lab = new FakeLab { StatementErrors = [new("scenarios/sign-up/scenario.yaml", 20, "column \"emial\" does not exist")] };

        var (code, text, error) = await lab.RunAsync("check", TestContext.Current.CancellationToken);

        Assert.Equal((2, "1 scenario, 2 strategies, 2 puzzles: 1 error."), (code, text.Trim()));
        Assert.Equal("scenarios/sign-up/scenario.yaml:20: column \"emial\" does not exist", error.Trim());
        Assert.Equal([], lab.Checked);
    }

    [Fact(Timeout = 30_000)]
    public async Task Check_WitnessThatShowsNothing_IsAnErrorWithItsLine()
    {
        var lab = new FakeLab { Report = new(2, [new("scenarios/sign-up/scenario.yaml", 19, "the witness of 'x' was played. It does not break 'duplicates'")], []) };

        var (code, _, error) = await lab.RunAsync("check", TestContext.Current.CancellationToken);

        Assert.Equal(2, code);
        Assert.Contains("scenario.yaml:19: the witness of 'x' was played.", error);
    }

    [Fact(Timeout = 30_000)]
    public async Task Check_WhatWasNotPlayed_IsCountedAndListedInJson()
    {
        var lab = new FakeLab { Report = new(2, [], [new("sign-up", "two-accounts", "There is no Redis.")]) };

        var (_, text, _) = await lab.RunAsync("check --brief", TestContext.Current.CancellationToken);
        Assert.Equal("1 scenario, 2 strategies, 2 puzzles: every statement prepared on PostgreSQL 15.18, 2 played and 1 not.", text.Trim());

        (_, text, _) = await lab.RunAsync("check --json", TestContext.Current.CancellationToken);
        using var json = JsonDocument.Parse(text);
        Assert.Equal(2, json.RootElement.GetProperty("played").GetInt32());
        Assert.Equal("There is no Redis.", json.RootElement.GetProperty("notPlayed")[0].GetProperty("reason").GetString());
    }

    [Fact(Timeout = 30_000)]
    public async Task Check_OneScenario_SaysNothingOfTheOthers()
    {
        var lab = new FakeLab { FileErrors = [new("scenarios/cart/scenario.yaml", 7, "'stepps' is not a field.")] };

        Assert.Equal((0, ""), (await lab.RunAsync("check --scenario sign-up", TestContext.Current.CancellationToken)) switch { var (code, _, error) => (code, error) });
        var (refused, _, reason) = await lab.RunAsync("check --scenario cart", TestContext.Current.CancellationToken);
        Assert.Equal((2, "scenarios/cart/scenario.yaml:7: 'stepps' is not a field."), (refused, reason.Trim()));
    }

    [Fact(Timeout = 30_000)]
    public async Task Check_EmptyFolder_IsBadInput()
    {
        var (code, text, error) = await new FakeLab { Scenarios = [] }.RunAsync("check --json", TestContext.Current.CancellationToken);

        Assert.Equal((2, ""), (code, text));
        Assert.Contains("has no scenario", error);
    }
}
