using RaceLab.Engine.Databases;
using RaceLab.Engine.Races;
using RaceLab.Engine.Wire;

namespace RaceLab.Engine.Schedules;

/// <content>What its sessions run on.</content>
internal sealed partial class Stage
{
    private WireLoops? _loops;

    /// <summary>What speaks to PostgreSQL for its sessions.</summary>
    public RaceEngine Engine => _loops is null ? RaceEngine.Npgsql : RaceEngine.Wire;

    /// <summary>
    /// Sessions run on the wire engine, all of them on one loop, and on Npgsql where that engine does not know what this system or the server asks for. Only
    /// trying tells, and once is enough for a server.
    /// </summary>
    private async Task StartEngineAsync(LabServer server, string connectionString)
    {
        if (server.WireFit == WireFit.Unfit) return;
        try
        {
            var loops = WireLoops.Start(1);
            _owned.Add(loops);
            var target = WireTarget.From(connectionString);
            if (server.WireFit == WireFit.Untried)
            {
                // Whoever is limited in the connections of a role must not find this one among them.
                var tried = await WireConnection.OpenAsync(loops.Here, target, _cancellation).ConfigureAwait(false);
                await tried.CloseAsync().ConfigureAwait(false);
                await AwaitEndAsync(tried.ProcessId).ConfigureAwait(false);
            }

            server.WireFit = WireFit.Fit;
            _loops = loops;
        }
        catch (WireUnfitException)
        {
            server.WireFit = WireFit.Unfit;
        }
    }
}
