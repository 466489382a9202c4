using RaceLab.Engine.Content;
using RaceLab.Engine.Programs;

namespace RaceLab.Engine.Schedules;

/// <summary>Something that time could do now.</summary>
/// <param name="Actor">Who it is, from 1: each has one turn at most that it could take.</param>
/// <param name="Step">What it does.</param>
internal readonly record struct EnvironmentTurn(int Actor, ProgramStep Step)
{
    /// <summary>The standby replays.</summary>
    public static EnvironmentTurn Replay => new(1, ProgramStep.Replay);

    /// <summary>The lease of a session runs out.</summary>
    public static EnvironmentTurn ExpiryOf(int session) => new(1 + session, ProgramStep.ExpiryOf(session));

    /// <summary>As a schedule writes it.</summary>
    public ScheduledStep Entry => ScheduledStep.For(ScheduledStep.Environment, Step);
}
