using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;
using RaceLab.Engine.Programs;

namespace RaceLab.Engine.Content;

/// <summary>
/// One entry of a schedule: which session sends which of its steps, written <c>1.check</c>; or what the environment does:
/// <c>e.deliver-1</c>, the attempt of session 1 arrives again; <c>e.replay</c>, the standby replays what is committed; <c>e.expire-1</c>, the lease of session 1 runs out.
/// </summary>
/// <param name="Session">1 for the first session; <see cref="Environment"/> for what no session does.</param>
/// <param name="Step">The step's name in the program, such as <c>check</c>, <c>begin</c> or <c>commit</c>; of the environment, <c>deliver-1</c>.</param>
public readonly partial record struct ScheduledStep(int Session, string Step)
{
    private const string DeliverTo = "deliver-";

    /// <summary>The number that stands for the environment: whatever sends attempts, and does not take part in them, and time.</summary>
    public const int Environment = 0;

    /// <summary>The session to which the environment delivers; null for a session's own step.</summary>
    public int? Receiver => Session == Environment && Step.StartsWith(DeliverTo, StringComparison.Ordinal) ? Step[^1] - '0' : null;

    /// <summary>Whether it is no session's turn, nor of interest to one session alone: time passes.</summary>
    public bool IsTimesOwn => Session == Environment && Receiver is null;

    /// <summary>The session whose turn it is: the one that sends the step, or the one that is delivered to; <see cref="Environment"/> where it is nobody's.</summary>
    public int Whose => Receiver ?? Session;

    /// <summary>What it is called beside its session: the step's name, or <c>deliver</c>.</summary>
    public string Name => Receiver is null ? Step : ProgramStep.Delivery.Name;

    /// <summary>The environment delivers a session's attempt again.</summary>
    /// <param name="session">From 1.</param>
    public static ScheduledStep DeliveryTo(int session) => new(Environment, $"{DeliverTo}{session}");

    /// <summary>The entry for a turn.</summary>
    /// <param name="session">Whose it is; means nothing where it is time's own.</param>
    /// <param name="step">A step of its program, or one of the environment's, such as <see cref="ProgramStep.Delivery"/>.</param>
    public static ScheduledStep For(int session, ProgramStep step) => step.Kind switch
    {
        StepKind.Delivery => DeliveryTo(session),
        StepKind.Replay or StepKind.Expiry => new ScheduledStep(Environment, step.Name),
        _ => new ScheduledStep(session, step.Name),
    };

    /// <summary>Reads an entry as <see cref="ToString"/> writes it. Whether the session and its step exist is not asked.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out ScheduledStep entry)
    {
        var match = Form().Match(text ?? "");
        entry = match.Success ? new ScheduledStep(match.Groups["session"] is { Success: true } session ? session.Value[0] - '0' : Environment, match.Groups["step"].Value) : default;
        return match.Success;
    }

    /// <inheritdoc/>
    public override string ToString() => Session == Environment ? $"e.{Step}" : $"{Session}.{Step}";

    [GeneratedRegex(@"^(?:(?<session>[1-9])\.(?<step>[a-z][a-z0-9-]*)|e\.(?<step>deliver-[1-9]|replay|expire-[1-4]))$")]
    private static partial Regex Form();
}
