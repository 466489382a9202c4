using System.Collections.Concurrent;
using RaceLab.Engine.Content;
using RaceLab.Engine.Databases;
using RaceLab.Engine.Schedules;

namespace RaceLab.Engine.Tests.Contract;

/// <summary>Explorations of the catalogue's strategies, made once for all tests that ask for them: they are what takes longest.</summary>
internal static class CatalogueExplorations
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(10);
    private static readonly ConcurrentDictionary<(string Scenario, string Strategy, int Sessions), Lazy<Task<Exploration>>> Known = new();

    /// <summary>The exploration of a strategy. It goes on where the test that asked first gives up.</summary>
    public static Task<Exploration> OfAsync(LabServer lab, Scenario scenario, Strategy strategy, int sessions, CancellationToken cancellation) =>
        Known.GetOrAdd((scenario.Id, strategy.Id, sessions), _ => new(() => ExploreAsync(lab, scenario, strategy, sessions))).Value.WaitAsync(cancellation);

    private static async Task<Exploration> ExploreAsync(LabServer lab, Scenario scenario, Strategy strategy, int sessions)
    {
        using var limit = new CancellationTokenSource(Limit);
        return await new Explorer(lab, TimeProvider.System).ExploreAsync(scenario, strategy, sessions, null, limit.Token);
    }
}
