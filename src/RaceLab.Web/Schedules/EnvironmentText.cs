using RaceLab.Engine.Content;
using RaceLab.Engine.Programs;

namespace RaceLab.Web.Schedules;

/// <summary>The environment's turns in words.</summary>
public static class EnvironmentText
{
    /// <summary>What stands in the place of a session's number.</summary>
    public const string Sign = "E";

    /// <summary>What a turn would do: "deliver the attempt of session 1 again".</summary>
    public static string Of(ScheduledStep turn) => turn switch
    {
        { Receiver: { } session } => $"deliver the attempt of session {session} again",
        { Step: var step } when step == ProgramStep.Replay.Name => "let the standby replay what is committed",
        _ => $"let the lease of session {turn.Step[^1]} run out",
    };

    /// <summary>What came of one that was taken.</summary>
    public static string Done(ProgramStep step)
    {
        ArgumentNullException.ThrowIfNull(step);
        return step.Kind switch
        {
            StepKind.Delivery => "delivered again",
            StepKind.Replay => "the standby has replayed what is committed",
            _ => "the lease has run out, and its holder was not told",
        };
    }
}
