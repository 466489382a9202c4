using RaceLab.Engine.Content;
using RaceLab.Engine.Databases;
using RaceLab.Engine.Footprints;
using RaceLab.Engine.Programs;

namespace RaceLab.Engine.Schedules;

/// <content>What time does: a standby replays, and a lease runs out. Neither happens by itself on a stage.</content>
internal sealed partial class Stage
{
    /// <summary>What time could do now, while any session may still notice.</summary>
    public IReadOnlyList<EnvironmentTurn> Environment => _sessions.All(s => s.HasEnded)
        ? []
        : [.. _mayReplay && On.Services.Standby is not null ? [EnvironmentTurn.Replay] : (EnvironmentTurn[])[], .. RunningOut.Select(h => EnvironmentTurn.ExpiryOf(h.Actor))];

    /// <summary>Leases that may run out: short ones, and those whose holder will never give them back.</summary>
    private IEnumerable<LeaseHold> RunningOut => (On.Services.Leases?.Holds ?? [])
        .Where(h => h.Length < LeaseRule.Outlives || _sessions[h.Actor - 1].Next is null)
        .DistinctBy(h => h.Actor);

    /// <summary>Why time cannot do something that is not in <see cref="Environment"/>, in half a sentence.</summary>
    public static string WhyNot(ScheduledStep entry) => entry.Step == ProgramStep.Replay.Name
        ? "the standby has replayed everything that is committed, or nobody is left to read from it."
        : $"session {entry.Step[^1]} holds no lease that could run out, or nobody is left to notice.";

    /// <summary>Lets time do something.</summary>
    /// <param name="step">The step of one of the turns in <see cref="Environment"/>.</param>
    public async Task TakeTurnAsync(ProgramStep step)
    {
        if (step.Kind == StepKind.Replay) await HoldReplayAsync().ConfigureAwait(false);
        else await On.Services.ExpireAsync(RunningOut.First(h => ProgramStep.ExpiryOf(h.Actor) == step)).ConfigureAwait(false);
        _played.Add(new PlayedStep(ScheduledStep.For(ScheduledStep.Environment, step), [], 0, null, null, _played.Count));
        _first = null;
        await SettleAsync().ConfigureAwait(false);
    }

    /// <summary>Tables, leases, inputs and the standby are as they were at the start.</summary>
    private async Task StartOverAsync(bool always)
    {
        if (always || Footprint.StartOver == StartOver.NewDatabase) await MoveAsync().ConfigureAwait(false);
        else await On.Table.ResetAsync(Footprint.StartOver == StartOver.BuildAgain, _cancellation).ConfigureAwait(false);
        await On.Services.ForgetLeasesAsync().ConfigureAwait(false);
        await HoldReplayAsync().ConfigureAwait(false);
        _played.Clear();
        _inputs.Restart();
    }

    /// <summary>The stage gives its database back and takes another one. All sessions must be closed.</summary>
    private async Task MoveAsync()
    {
        var footprint = On.Footprint;
        await On.DisposeAsync().ConfigureAwait(false);
        _ground = null;
        _ground = await PrepareGroundAsync(footprint).ConfigureAwait(false);
    }

    /// <summary>Has the standby, where there is one, replay all that is committed, and no more.</summary>
    private async Task HoldReplayAsync()
    {
        await On.HoldReplayAsync(_cancellation).ConfigureAwait(false);
        _mayReplay = false;
    }
}
