using System.Text.Json;
using RaceLab.Engine.Content;
using RaceLab.Engine.Races;
using RaceLab.Engine.Schedules;

namespace RaceLab.Cli.Tests;

public sealed class ExploreCommandTests
{
    private const string Explore = "explore --scenario sign-up --strategy check-then-insert ";

    [Fact(Timeout = 30_000)]
    public async Task Explore_Json_IsOneDocumentWithEveryOutcome()
    {
        var (code, output, error) = await new FakeLab().RunAsync(Explore + "--sessions 3 --json", TestContext.Current.CancellationToken);

        var document = JsonDocument.Parse(output).RootElement;
        Assert.Equal((0, ""), (code, error));
        Assert.Equal((3, 6, 3, 1), (Number(document, "sessions"), Number(document, "orders"), Number(document, "runs"), Number(document, "infeasible")));
        Assert.Equal((12.5, "kept"), (document.GetProperty("elapsedMs").GetDouble(), document.GetProperty("verdict").GetString()));
        var first = document.GetProperty("outcomes")[0];
        Assert.Equal((2, 1, 4), (Number(first, "rows"), Number(first, "violations"), Number(first, "orders")));
        Assert.Equal(["1.check", "2.check", "1.insert", "2.insert"], first.GetProperty("witness").EnumerateArray().Select(w => w.GetString()));
        Assert.Equal("23505", document.GetProperty("outcomes")[1].GetProperty("sqlstates")[0].GetString());
    }

    [Fact(Timeout = 30_000)]
    public async Task Explore_Table_SaysWhatItFoundAndWhatThatDoesNotSay()
    {
        var (_, output, _) = await new FakeLab().RunAsync(Explore, TestContext.Current.CancellationToken);

        Assert.Contains("6 orders, 1 of them made impossible by waiting; 3 executed", output, StringComparison.Ordinal);
        Assert.Contains("4 orders break it, as the strategy says.", output, StringComparison.Ordinal);
        Assert.Contains("1.check 2.check 1.insert 2.insert", output, StringComparison.Ordinal);
        Assert.Contains("It says nothing about", output, StringComparison.Ordinal);
    }

    [Fact(Timeout = 30_000)]
    public async Task Explore_OneOfEverything_IsWrittenInTheSingular()
    {
        var lab = new FakeLab();
        lab.Explored = lab.Explored with
        {
            Orders = 1,
            Infeasible = 0,
            Runs = 1,
            Outcomes = [lab.Explored.Outcomes[0] with { Rows = 1, Orders = 1 }],
            Invariants = [lab.Explored.Invariants[0] with { Orders = 1 }],
        };

        var (_, output, _) = await lab.RunAsync(Explore, TestContext.Current.CancellationToken);

        Assert.DoesNotMatch(@"(?<![\d,])1 (orders|rows|runs|sessions)\b", output);
        Assert.Contains("1 order, 0 of them", output, StringComparison.Ordinal);
        Assert.Contains("1 order breaks it, as the strategy says.", output, StringComparison.Ordinal);
    }

    [Theory(Timeout = 30_000)]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Explore_Retries_AreNamedAsPartOfTheCount(bool retried)
    {
        var lab = new FakeLab();
        lab.Explored = lab.Explored with { RetriesCut = retried };

        var (_, output, _) = await lab.RunAsync(Explore, TestContext.Current.CancellationToken);
        Assert.Equal(
            retried,
            output.Contains("The count includes the turns of blocks that were run again after an error, up to 2 times in each session; without them there would be 6 orders at most.", StringComparison.Ordinal));

        (_, output, _) = await lab.RunAsync(Explore + "--json", TestContext.Current.CancellationToken);
        using var document = JsonDocument.Parse(output);
        Assert.Equal(retried, document.RootElement.GetProperty("ordersIncludeRetries").GetBoolean());
    }

    [Theory(Timeout = 30_000)]
    [InlineData(Verdict.Kept, true, 0)]
    [InlineData(Verdict.Broken, true, 1)]
    [InlineData(Verdict.NotShown, true, 4)]
    [InlineData(Verdict.Kept, false, 3)]
    public async Task Explore_Verdict_DecidesTheExitCode(Verdict verdict, bool complete, int expected)
    {
        var lab = new FakeLab();
        lab.Explored = lab.Explored with
        {
            IsComplete = complete,
            Invariants = [new ExploredInvariant("duplicates", "one row per email", Promise.None, verdict, verdict == Verdict.Broken ? 4 : 0)],
        };
        var (code, _, _) = await lab.RunAsync(Explore, TestContext.Current.CancellationToken);
        Assert.Equal(expected, code);
    }

    private static int Number(JsonElement element, string name) => element.GetProperty(name).GetInt32();
}
