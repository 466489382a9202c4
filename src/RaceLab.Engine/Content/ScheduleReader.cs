using RaceLab.Engine.Programs;
using YamlDotNet.RepresentationModel;

namespace RaceLab.Engine.Content;

/// <summary>Reads schedules, such as <c>[1.check, 2.check]</c>, and holds them to the steps that their sessions have.</summary>
/// <param name="sessions">How many sessions a schedule may name.</param>
/// <param name="deliveries">How often an attempt arrives at most.</param>
/// <param name="errors">Where to say what is wrong.</param>
internal sealed class ScheduleReader(int sessions, int deliveries, ErrorSink errors)
{
    /// <summary>The entries that can be read.</summary>
    /// <param name="list">The schedule.</param>
    /// <param name="program">What the sessions follow; null where that could not be read itself: any step will do.</param>
    public List<ScheduledStep> Read(YamlSequenceNode list, StepProgram? program) => [.. list.Select(e => ReadEntry(e, program)).OfType<ScheduledStep>()];

    private ScheduledStep? ReadEntry(YamlNode entry, StepProgram? program)
    {
        if (!ScheduledStep.TryParse((entry as YamlScalarNode)?.Value, out var scheduled) || scheduled.Whose > sessions)
        {
            errors.Add(entry, $"{YamlFields.Describe(entry)} is no entry of a schedule: it is a session from 1 to {sessions}, a dot and a step's name, such as 1.check, or what the environment does, such as e.deliver-1 or e.replay");
            return null;
        }

        if (scheduled.Receiver is not null)
        {
            if (deliveries > 1) return scheduled;
            errors.Add(entry, $"'{entry}' delivers an attempt again, and every attempt arrives once: the scenario has no 'deliveries'");
            return null;
        }

        if (program is null) return scheduled;
        if (scheduled.IsTimesOwn) return ReadTime(entry, scheduled, program);
        var (session, name) = scheduled;
        var role = program.RoleOf(session).Name;
        var known = program.Steps
            .Where(s => s.Role == role && s.Kind is (StepKind.Statement or StepKind.Begin or StepKind.Commit or StepKind.Rollback or StepKind.Crash or StepKind.Enter or StepKind.Leave))
            .Select(s => s.Name)
            .ToList();
        if (known.Contains(name)) return scheduled;
        errors.Add(entry, role is not null && program.FindStep(name) is { Role: { } other } && other != role
            ? $"'{entry}' names a step of the role '{other}', and session {session} has the role '{role}'"
            : $"'{entry}' names a step that a schedule cannot order: {NearestName.Hint(name, known)}");
        return null;
    }

    private ScheduledStep? ReadTime(YamlNode entry, ScheduledStep scheduled, StepProgram program)
    {
        if (scheduled.Step == ProgramStep.Replay.Name)
        {
            if (program.Services.Contains(LabService.Replica)) return scheduled;
            errors.Add(entry, $"'{entry}' has a standby replay, and no step of this strategy is 'on: replica'");
            return null;
        }

        var session = scheduled.Step[^1] - '0';
        if (session <= sessions && program.Steps.Any(s => s.Role == program.RoleOf(session).Name && s.Gate is { Lease.MayRunOut: true })) return scheduled;
        errors.Add(entry, session > sessions
            ? $"'{entry}' names session {session}, and there are {sessions}"
            : $"'{entry}' has a lease of session {session} run out, and it takes none that is shorter than a minute");
        return null;
    }
}
