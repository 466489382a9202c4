using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;
using RaceLab.Engine.Programs;

namespace RaceLab.Engine.Content;

/// <summary>
/// One entry of a schedule: which session sends which of its steps, written <c>1.check</c>; or what the environment does, written
/// <c>e.deliver-1</c>: the attempt of session 1 arrives again.
/// </summary>
/// <param name="Session">1 for the first session; <see cref="Environment"/> for what no session does.</param>
/// <param name="Step">The step's name in the program, such as <c>check</c>, <c>begin</c> or <c>commit</c>; of the environment, <c>deliver-1</c>.</param>
public readonly partial record struct ScheduledStep(int Session, string Step)
{
    /// <summary>The number that stands for the environment: whatever sends attempts, and does not take part in them.</summary>
    public const int Environment = 0;

    /// <summary>The session to which the environment delivers; null for a session's own step.</summary>
    public int? Receiver => Session == Environment && Step is [.., var last] ? last - '0' : null;

    /// <summary>The session whose turn it is: the one that sends the step, or the one that is delivered to.</summary>
    public int Whose => Receiver ?? Session;

    /// <summary>What it is called beside its session: the step's name, or <c>deliver</c>.</summary>
    public string Name => Receiver is null ? Step : ProgramStep.Delivery.Name;

    /// <summary>The environment delivers a session's attempt again.</summary>
    /// <param name="session">From 1.</param>
    public static ScheduledStep DeliveryTo(int session) => new(Environment, $"deliver-{session}");

    /// <summary>The entry for a session's turn: a step of its program, or <see cref="ProgramStep.Delivery"/>.</summary>
    public static ScheduledStep For(int session, ProgramStep step) =>
        step.Kind == StepKind.Delivery ? DeliveryTo(session) : new ScheduledStep(session, step.Name);

    /// <summary>Reads an entry as <see cref="ToString"/> writes it. Whether the session and its step exist is not asked.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out ScheduledStep entry)
    {
        var match = Form().Match(text ?? "");
        entry = match.Success ? new ScheduledStep(match.Groups["session"] is { Success: true } session ? session.Value[0] - '0' : Environment, match.Groups["step"].Value) : default;
        return match.Success;
    }

    /// <inheritdoc/>
    public override string ToString() => Session == Environment ? $"e.{Step}" : $"{Session}.{Step}";

    [GeneratedRegex(@"^(?:(?<session>[1-9])\.(?<step>[a-z][a-z0-9-]*)|e\.(?<step>deliver-[1-9]))$")]
    private static partial Regex Form();
}
