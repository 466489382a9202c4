using Microsoft.Extensions.Logging;
using Npgsql;
using RaceLab.Engine.Autopsies;
using RaceLab.Engine.Databases;
using RaceLab.Engine.Sessions;

namespace RaceLab.Engine.Races;

/// <summary>Asks the table of a race that is over, and says why where it cannot.</summary>
/// <param name="server">On which it ran.</param>
/// <param name="time">The clock of its patience.</param>
/// <param name="log">For what goes wrong.</param>
internal sealed class RaceJudge(LabServer server, TimeProvider time, ILogger log)
{
    private static readonly TimeSpan PingTime = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan CountingTime = TimeSpan.FromMinutes(2);

    /// <summary>Completes the result of a race that ran; where its table cannot be asked, with why.</summary>
    public async Task<RaceResult> JudgeAsync(
        RaceDatabase database, NpgsqlDataSource own, RaceTrack track, RaceAggregator aggregator, LockSampler sampler, IReadOnlyList<ClientPause> pauses,
        RaceResult result)
    {
        using var span = RaceMeter.Traces.StartActivity("count");
        using var patience = new CancellationTokenSource(CountingTime, time);
        try
        {
            // The lab's own look is not held to a limit that the strategy's role has.
            if (track.Request.Strategy.Connection?.RoleConnections is not null)
                await database.LimitConnectionsAsync(-1, 0, patience.Token).ConfigureAwait(false);

            // The race is over and cannot be run again: strangers who took its connections meanwhile are waited for.
            await using var connection = await FullServer.OutlastAsync(
                () => own.OpenConnectionAsync(patience.Token).AsTask(), null, FullServer.Patience, time, patience.Token).ConfigureAwait(false);
            var table = new RaceTable(track.Request, connection);
            await table.WriteAttemptsAsync(aggregator.Attempts, track.Rejections.Kinds, patience.Token).ConfigureAwait(false);
            result = result with
            {
                Invariants = await table.AskInvariantsAsync(aggregator.ExtraCreations, patience.Token).ConfigureAwait(false),
                Reconciliation = await table.ReconcileAsync(aggregator.Attempts, patience.Token).ConfigureAwait(false),
            };
            aggregator.Recording.Close(table.Made, aggregator.CountsLive);
            return await DissectAsync(table, track, aggregator, sampler, pauses, result, patience.Token).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is StatementRefusedException or NpgsqlException or OperationCanceledException or TimeoutException)
        {
            log.LogWarning(failure, "The table of a race of {Strategy} could not be asked", track.Request.Strategy.Id);
            return result with
            {
                End = RaceEnd.Interrupted,
                Problem = failure is OperationCanceledException
                    ? $"The race ran, but its table was not counted within {CountingTime.TotalMinutes} minutes, so there is no verdict. Let fewer attempts make rows."
                    : await ExplainAsync("after the race, while its table was counted", failure).ConfigureAwait(false),
                Refused = (failure as StatementRefusedException)?.Refused,
                Invariants = [],
            };
        }
    }

    /// <summary>Adds the autopsy. Where the keys that it is about cannot be asked for, the verdict stands without it.</summary>
    private async Task<RaceResult> DissectAsync(
        RaceTable table, RaceTrack track, RaceAggregator aggregator, LockSampler sampler, IReadOnlyList<ClientPause> pauses, RaceResult result, CancellationToken cancellation)
    {
        try
        {
            var (doubled, inAll) = await table.AskDoubledKeysAsync(result.Invariants, cancellation).ConfigureAwait(false);
            return result with
            {
                Autopsy = RaceAutopsy.Of(
                    aggregator.Recording, track.Request.Strategy.Program, doubled, inAll, aggregator.Rejected.Sum(), sampler.Seen, sampler.Looks, aggregator.CountsLive, pauses),
            };
        }
        catch (Exception failure) when (failure is StatementRefusedException or NpgsqlException or OperationCanceledException or TimeoutException)
        {
            log.LogWarning(failure, "There is no autopsy of a race of {Strategy}", track.Request.Strategy.Id);
            return result with { Problem = $"{result.Problem} There is no autopsy, since its keys could not be asked for. {(failure as StatementRefusedException)?.Message}".Trim() };
        }
    }

    /// <summary>Why there is no verdict. That the server went away is said only where it does not answer.</summary>
    public async Task<string> ExplainAsync(string when, Exception failure)
    {
        if (failure is StatementRefusedException) return $"The race ran, but there is no verdict. {failure.Message}";
        using var patience = new CancellationTokenSource(PingTime, time);
        try
        {
            await server.PingAsync(patience.Token).ConfigureAwait(false);
            return $"A connection was lost {when}, so there is no verdict. The server is well: a statement of this scenario may have ended the session or changed its role. {failure.Message}";
        }
        catch (Exception gone) when (gone is ServerRefusedException or OperationCanceledException)
        {
            return $"The server went away {when}, so there is no verdict. {failure.Message}";
        }
    }
}
