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
    private async Task<WireLoops?> StartEngineAsync(Ground ground, string connectionString)
    {
        if (_loops is not null || _server.WireFit == WireFit.Unfit) return _loops;
        WireLoops? loops = null;
        try
        {
            loops = WireLoops.Start(1);
            var target = WireTarget.From(connectionString);
            if (_server.WireFit == WireFit.Untried)
            {
                // Whoever is limited in the connections of a role must not find this one among them.
                var tried = await WireConnection.OpenAsync(loops.Here, target, _cancellation).ConfigureAwait(false);
                await tried.CloseAsync().ConfigureAwait(false);
                await ground.AwaitEndAsync(tried.ProcessId, _cancellation).ConfigureAwait(false);
            }

            _server.WireFit = WireFit.Fit;
            (_loops, loops) = (loops, null);
        }
        catch (WireUnfitException)
        {
            _server.WireFit = WireFit.Unfit;
        }
        finally
        {
            if (loops is not null) await loops.DisposeAsync().ConfigureAwait(false);
        }

        return _loops;
    }
}
