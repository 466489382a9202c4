using RaceLab.Engine.Content;
using RaceLab.Engine.Databases;
using RaceLab.Engine.Races;
using RaceLab.Engine.Sessions;

namespace RaceLab.Engine.Schedules;

/// <summary>
/// Plays a strategy's program in a chosen order, one statement at a time, on a real server. What the schedule leaves open is played to
/// its end afterwards, session by session.
/// </summary>
public sealed class ScheduleRunner
{
    /// <summary>The most sessions of a schedule.</summary>
    public const int MaximumSessions = 4;

    /// <summary>How many rows of each answer are kept for those who look on.</summary>
    public const int KeptRows = 20;

    /// <summary>After which a session looks for a deadlock where nobody looks on.</summary>
    internal static readonly TimeSpan DeadlockTimeout = TimeSpan.FromMilliseconds(20);

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
        await using var stage = await Stage.OpenAsync(_server, request, new StageSettings { KeptRows = KeptRows, DeadlockTimeout = DeadlockTimeout }, _time, cancellation).ConfigureAwait(false);
        foreach (var entry in schedule) await PlayAsync(stage, entry).ConfigureAwait(false);
        await stage.FinishAsync().ConfigureAwait(false);
        return await stage.JudgeAsync().ConfigureAwait(false);
    }

    internal static RaceRequest RequestFor(Scenario scenario, Strategy strategy, int sessions)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(sessions, 2);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(sessions, MaximumSessions);
        return new RaceRequest(scenario, strategy, new Workload { Workers = sessions, Keys = 1, Attempts = 1, Duration = null, Seed = scenario.Workload?.Seed ?? 1 });
    }

    private static async Task PlayAsync(Stage stage, ScheduledStep entry)
    {
        if (entry.IsTimesOwn)
        {
            if (stage.Environment.FirstOrDefault(turn => turn.Entry == entry).Step is not { } step)
                throw new InfeasibleScheduleException(entry, $"{entry} cannot be played: {Stage.WhyNot(entry)}");
            await stage.TakeTurnAsync(step).ConfigureAwait(false);
            return;
        }

        var session = stage.Sessions.FirstOrDefault(s => s.Number == entry.Whose)
            ?? throw new InfeasibleScheduleException(entry, $"{entry} names session {entry.Whose}, and there are {stage.Sessions.Count}.");
        if (session.IsWaiting) await stage.AwaitAnswerAsync(session).ConfigureAwait(false);
        while (session is { IsWaiting: false, Next: { IsRecovery: true } recovery } && recovery.Name != entry.Step)
            await stage.TakeTurnAsync(session).ConfigureAwait(false);
        if (session.IsWaiting)
            throw new InfeasibleScheduleException(entry, $"{entry} cannot be played: session {entry.Whose} still waits with '{session.Next!.Name}'.");
        if (session.NextTurn is not { } next)
            throw new InfeasibleScheduleException(entry, $"{entry} cannot be played: the attempt of session {entry.Whose} has ended.");
        if (next != entry)
        {
            throw new InfeasibleScheduleException(entry, session.AwaitsDelivery
                ? $"{entry} cannot be played: the attempt of session {entry.Whose} has to arrive again first ({next})."
                : $"{entry} cannot be played: the next step of session {entry.Whose} is '{next.Step}'.");
        }

        await stage.TakeTurnAsync(session).ConfigureAwait(false);
    }
}
