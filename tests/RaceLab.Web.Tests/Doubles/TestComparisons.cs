using RaceLab.Engine.Content;
using RaceLab.Engine.Races;
using RaceLab.Engine.Statistics;
using RaceLab.Engine.Studies;

namespace RaceLab.Web.Tests.Doubles;

/// <summary>Comparisons made by hand.</summary>
public static class TestComparisons
{
    /// <summary>A comparison that is over, with these rates for each round.</summary>
    public static StudyRecord Of(params (Strategy Strategy, double[] Rates)[] strategies) => new()
    {
        Kind = ComparisonPlan.Kind,
        Scenario = TestContent.SignUp.Id,
        ScenarioTitle = TestContent.SignUp.Title,
        Strategies = [.. strategies.Select(s => new StudiedStrategy(s.Strategy.Id, s.Strategy.Title, s.Strategy.Promises))],
        Workload = new Workload(),
        Choices = new Dictionary<string, string> { ["rounds"] = "4" },
        Planned = (4 * strategies.Length) + 1,
        Races = [.. strategies.SelectMany(s => s.Rates.Select((rate, i) => new StudiedRace(i + 1, ResultOf(s.Strategy, rate))))],
        End = StudyEnd.Finished,
    };

    /// <summary>A race with its promises kept: a flaw shows.</summary>
    public static RaceResult ResultOf(Strategy strategy, double rate) => (strategy.IsSound ? TestResults.Sound() : TestResults.Flawed()) with
    {
        Strategy = strategy.Id,
        AttemptsPerSecond = rate,
        Latency = new LatencySummary(100, 1000 / rate, 1500 / rate, 2000 / rate, 3000 / rate),
    };
}
