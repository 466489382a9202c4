using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using RaceLab.Engine.Content;
using RaceLab.Engine.Databases;
using RaceLab.Engine.Sessions;

namespace RaceLab.Engine.Schedules;

/// <summary>Opens stepped runs, keeps their number within its limit, and closes what is left open when the lab stops.</summary>
public sealed class Steppers : IAsyncDisposable
{
    private readonly LabServer _server;
    private readonly TimeProvider _time;
    private readonly ConcurrentDictionary<Stepper, byte> _open = [];
    private readonly ILogger<Steppers> _log;
    private readonly Lock _gate = new();

    /// <summary>Makes a place for stepped runs.</summary>
    public Steppers(LabServer server, TimeProvider time, StepperOptions options, ILogger<Steppers> log)
    {
        _server = server;
        _time = time;
        Options = options;
        _log = log;
    }

    /// <summary>The limits.</summary>
    public StepperOptions Options { get; }

    /// <summary>How many runs are open.</summary>
    public int Open => _open.Count;

    /// <summary>Opens a run and plays a schedule as far as is asked for. Returns at once; <see cref="Stepper.State"/> tells how far it is.</summary>
    /// <param name="scenario">Whose tables and invariants.</param>
    /// <param name="strategy">Whose program.</param>
    /// <param name="sessions">2 to <see cref="ScheduleRunner.MaximumSessions"/>.</param>
    /// <param name="schedule">What to play; empty: nothing yet.</param>
    /// <param name="position">How many of its entries to play.</param>
    /// <exception cref="ServerRefusedException">There are as many as the lab allows.</exception>
    public Stepper Start(Scenario scenario, Strategy strategy, int sessions, IReadOnlyList<ScheduledStep> schedule, int position)
    {
        lock (_gate)
        {
            if (_open.Count >= Options.AtOnce)
            {
                throw new ServerRefusedException(
                    $"{Options.AtOnce} runs are being stepped on this lab, which is as many as it allows. One is free again when somebody leaves, or has not stepped for {Options.IdleTime.TotalSeconds:0} s.");
            }

            var stepper = new Stepper(_server, ScheduleRunner.RequestFor(scenario, strategy, sessions), schedule, position, Options.IdleTime, _time, _log);
            _open.TryAdd(stepper, 0);
            stepper.Begin(() => _open.TryRemove(stepper, out _));
            return stepper;
        }
    }

    /// <summary>Closes all of them.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var stepper in _open.Keys) await stepper.DisposeAsync().ConfigureAwait(false);
    }
}
