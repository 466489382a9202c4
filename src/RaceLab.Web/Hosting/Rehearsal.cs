using RaceLab.Engine.Content;
using RaceLab.Engine.Races;

namespace RaceLab.Web.Hosting;

/// <summary>
/// A race that nobody asked for, right after the start: the first race of a process is slow, because .NET compiles whatever it comes to, and the first learner should not be the one who waits for that.
/// Nobody sees it, and nothing of it is kept.
/// </summary>
public sealed class Rehearsal : IRaceProgress
{
    private static readonly Workload Small = new() { Workers = 2, Keys = 4, Attempts = 8, Duration = null };

    private Rehearsal()
    {
    }

    /// <summary>Runs it, with the first strategy that needs nothing but PostgreSQL. What goes wrong with it is of no interest: the next race says it again.</summary>
    /// <param name="catalogue">What may be raced.</param>
    /// <param name="runner">Runs it.</param>
    /// <param name="stop">Ends it.</param>
    public static async Task HoldAsync(Catalogue catalogue, IRaceRunner runner, CancellationToken stop)
    {
        var plain = catalogue.Scenarios.SelectMany(s => s.Strategies, (scenario, strategy) => (Scenario: scenario, Strategy: strategy)).FirstOrDefault(s => IsPlain(s.Scenario.NeedsOf(s.Strategy)));
        if (plain.Scenario is not null) await runner.RunAsync(new RaceRequest(plain.Scenario, plain.Strategy, Small), new Rehearsal(), stop);
    }

    void IRaceProgress.Queued(int place)
    {
    }

    void IRaceProgress.CrowdedOut()
    {
    }

    void IRaceProgress.Entered(RaceState state)
    {
    }

    /// <summary>Encoded as for a viewer, since that is compiled, too.</summary>
    void IRaceProgress.Publish(RaceFrame frame) => _ = frame.Snapshot;

    private static bool IsPlain(Needs needs) => needs.Behaviours.Count == 0 && needs.Services.Count == 0 && needs.Extensions.Count == 0 && needs.Postgres <= Needs.OldestPostgres;
}
