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
    /// <summary>The most sessions of a schedule.</summary>
    public const int MaximumSessions = 4;

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
    /// <param name="schedule">The order. Pauses and back-offs take no time; rollbacks that it does not name are played when they come up.</param>
    /// <param name="sessions">How many sessions there are, 2 to <see cref="MaximumSessions"/>.</param>
    /// <param name="cancellation">Cancels the statements under way.</param>
    /// <exception cref="InfeasibleScheduleException">An entry cannot be played.</exception>
    /// <exception cref="ServerRefusedException">The server will not have it.</exception>
    public async Task<ScheduleResult> RunAsync(
        Scenario scenario, Strategy strategy, IReadOnlyList<ScheduledStep> schedule, int sessions, CancellationToken cancellation)
    {
        var request = RequestFor(scenario, strategy, sessions);
        await using var stage = await Stage.OpenAsync(_server, request, null, _time, cancellation).ConfigureAwait(false);
        foreach (var entry in schedule) await PlayAsync(stage, entry).ConfigureAwait(false);
        await stage.FinishAsync().ConfigureAwait(false);
        return await stage.JudgeAsync().ConfigureAwait(false);
    }

    internal static RaceRequest RequestFor(Scenario scenario, Strategy strategy, int sessions)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(sessions, 2);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(sessions, MaximumSessions);
        return new RaceRequest(scenario, strategy, new Workload { Workers = sessions, Keys = 1, Attempts = 1, Duration = null });
    }

    private static async Task PlayAsync(Stage stage, ScheduledStep entry)
    {
        var session = stage.Sessions.FirstOrDefault(s => s.Number == entry.Session)
            ?? throw new InfeasibleScheduleException(entry, $"{entry} names session {entry.Session}, and there are {stage.Sessions.Count}.");
        while (session is { IsWaiting: false, Next: { IsRecovery: true } recovery } && recovery.Name != entry.Step)
            await stage.SendAsync(session).ConfigureAwait(false);
        if (session.IsWaiting)
            throw new InfeasibleScheduleException(entry, $"{entry} cannot be sent: session {entry.Session} still waits with '{session.Next!.Name}'.");
        if (session.Next?.Name != entry.Step)
        {
            throw new InfeasibleScheduleException(entry, session.Next is { } next
                ? $"{entry} cannot be sent: the next step of session {entry.Session} is '{next.Name}'."
                : $"{entry} cannot be sent: the attempt of session {entry.Session} has ended.");
        }

        await stage.SendAsync(session).ConfigureAwait(false);
    }
}
