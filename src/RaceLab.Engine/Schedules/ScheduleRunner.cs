using RaceLab.Engine.Content;
using RaceLab.Engine.Databases;
using RaceLab.Engine.Races;

namespace RaceLab.Engine.Schedules;

/// <summary>
/// Plays a strategy's program in a chosen order, one statement at a time, on a real server. What the schedule leaves open is played to
/// its end afterwards, session by session.
/// </summary>
public sealed class ScheduleRunner
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(1);

    private readonly LabServer _server;
    private readonly TimeProvider _time;

    /// <summary>Makes a runner.</summary>
    public ScheduleRunner(LabServer server, TimeProvider time)
    {
        _server = server;
        _time = time;
    }

    /// <summary>Plays a schedule; all sessions fight over key 1.</summary>
    /// <param name="scenario">Whose tables and invariants.</param>
    /// <param name="strategy">Whose program.</param>
    /// <param name="schedule">The order. Pauses, back-offs and rollbacks that it does not name are played when they come up.</param>
    /// <param name="sessions">How many sessions there are, 2 to 4.</param>
    /// <param name="cancellation">Cancels the statements under way.</param>
    /// <exception cref="InfeasibleScheduleException">An entry cannot be played.</exception>
    /// <exception cref="ServerRefusedException">The server will not have it.</exception>
    public async Task<ScheduleResult> RunAsync(
        Scenario scenario, Strategy strategy, IReadOnlyList<ScheduledStep> schedule, int sessions, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(sessions, 2);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(sessions, 4);
        if (await _server.FindLackAsync(scenario.NeedsOf(strategy), cancellation).ConfigureAwait(false) is { } lack) throw new ServerRefusedException(lack);
        using var permits = await _server.Permits.TakeAsync(sessions + 2, null, cancellation).ConfigureAwait(false);
        await using var database = await _server.RentDatabaseAsync(cancellation).ConfigureAwait(false);
        await using var source = new SessionSettings().SourceFor(database.ConnectionString);
        var request = new RaceRequest(scenario, strategy, new Workload { Workers = sessions, Keys = 1, Attempts = 1, Duration = null });
        var table = new RaceTable(request, source);
        await table.BuildAsync(cancellation).ConfigureAwait(false);
        await using var watcher = await LockWatcher.OpenAsync(database.WatcherConnectionString, cancellation).ConfigureAwait(false);

        var stage = new List<SteppedSession>();
        try
        {
            for (var number = 1; number <= sessions; number++)
            {
                var session = await NpgsqlSession.OpenAsync(source, strategy.Program, cancellation).ConfigureAwait(false);
                stage.Add(new SteppedSession(number, session, strategy.Program, scenario.Key.For(1), cancellation));
            }

            var played = new List<PlayedStep>();
            var play = new Play(stage, watcher, played, _time, cancellation);
            foreach (var entry in schedule) await play.EnterAsync(entry).ConfigureAwait(false);
            await play.FinishAsync().ConfigureAwait(false);

            var attempts = stage.Select(AttemptOf).ToList();
            var rejections = stage.Where(s => s.Error is not null).Select(s => s.Error!.Value).ToList();
            await table.WriteAttemptsAsync(attempts, rejections, ["", scenario.Key.For(1)], cancellation).ConfigureAwait(false);
            var extra = Math.Max(0, stage.Count(s => s.Outcome == Programs.Outcome.Created) - 1);
            var invariants = await table.AskInvariantsAsync(extra, cancellation).ConfigureAwait(false);
            return new ScheduleResult(played, [.. stage.Select(s => s.Outcome)], invariants);
        }
        finally
        {
            foreach (var session in stage) await session.DisposeAsync().ConfigureAwait(false);
        }

        AttemptRecord AttemptOf(SteppedSession session)
        {
            var rejected = session.Outcome == Programs.Outcome.Rejected ? stage.Where(s => s.Error is not null).ToList().IndexOf(session) + 1 : 0;
            return new AttemptRecord(session.Number, session.Number,
                new RaceEvent(0, 0, 0, 1, RaceEvent.AttemptEnded, session.Outcome, (ushort)rejected, (ushort)session.Retries));
        }
    }

    /// <summary>One run of one schedule.</summary>
    private sealed class Play(
        IReadOnlyList<SteppedSession> stage, LockWatcher watcher, List<PlayedStep> played, TimeProvider time, CancellationToken cancellation)
    {
        public async Task EnterAsync(ScheduledStep entry)
        {
            var session = stage.FirstOrDefault(s => s.Number == entry.Session)
                ?? throw new InfeasibleScheduleException(entry, $"{entry} names session {entry.Session}, and there are {stage.Count}.");
            if (session.IsWaiting)
                throw new InfeasibleScheduleException(entry, $"{entry} cannot be sent: session {entry.Session} still waits with '{session.Next!.Name}'.");
            session.PassPauses();
            while (session.Next is { IsRecovery: true } recovery && recovery.Name != entry.Step)
            {
                await SendAsync(session).ConfigureAwait(false);
                session.PassPauses();
            }

            if (session.Next?.Name != entry.Step)
            {
                throw new InfeasibleScheduleException(entry, session.Next is { } next
                    ? $"{entry} cannot be sent: the next step of session {entry.Session} is '{next.Name}'."
                    : $"{entry} cannot be sent: the attempt of session {entry.Session} has ended.");
            }

            await SendAsync(session).ConfigureAwait(false);
        }

        public async Task FinishAsync()
        {
            while (true)
            {
                foreach (var session in stage) session.PassPauses();
                if (stage.FirstOrDefault(s => !s.IsWaiting && s.Next is not null) is { } free)
                {
                    await SendAsync(free).ConfigureAwait(false);
                    continue;
                }

                var waiting = stage.Where(s => s.IsWaiting).ToList();
                if (waiting.Count == 0) return;

                // Everybody waits: the server's deadlock detector, or a timeout, decides who goes first.
                await Task.WhenAny(waiting.Select(s => s.Pending)).ConfigureAwait(false);
                await SettleAsync().ConfigureAwait(false);
            }
        }

        private async Task SendAsync(SteppedSession session)
        {
            session.Send();
            await SettleAsync().ConfigureAwait(false);
        }

        /// <summary>Waits until every statement under way has come back or is known, from the lock tables, to wait for another session.</summary>
        private async Task SettleAsync()
        {
            bool changed;
            do
            {
                changed = false;
                foreach (var session in stage.Where(s => s.IsWaiting))
                {
                    if (await ReturnedAsync(session).ConfigureAwait(false))
                    {
                        played.Add(await session.TakeAnswerAsync().ConfigureAwait(false));
                        changed = true;
                    }
                }
            }
            while (changed && stage.Any(s => s.IsWaiting));
        }

        private async Task<bool> ReturnedAsync(SteppedSession session)
        {
            while (!session.Pending.IsCompleted)
            {
                var blockers = await watcher.BlockersOfAsync(session.Session.ProcessId, cancellation).ConfigureAwait(false);
                var sessions = stage.Where(s => blockers.Contains(s.Session.ProcessId)).Select(s => s.Number).ToArray();
                if (sessions.Length > 0 && !session.Pending.IsCompleted)
                {
                    session.MarkBlocked(sessions);
                    return false;
                }

                await Task.WhenAny(session.Pending, Task.Delay(PollInterval, time, cancellation)).ConfigureAwait(false);
                cancellation.ThrowIfCancellationRequested();
            }

            return true;
        }
    }
}
