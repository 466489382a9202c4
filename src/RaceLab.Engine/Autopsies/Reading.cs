using RaceLab.Engine.Programs;

namespace RaceLab.Engine.Autopsies;

/// <summary>Reads an attempt's steps by what they do and not by what they are called.</summary>
internal static class Reading
{
    /// <summary>The steps of an attempt as one who left a row: its last look before the write, the write, and the COMMIT behind it.</summary>
    /// <param name="program">What the steps mean.</param>
    /// <param name="story">The attempt.</param>
    /// <param name="rows">How many rows it left.</param>
    public static Winner WinnerOf(StepProgram program, AttemptStory story, int rows)
    {
        var steps = story.Steps;
        var at = LastWrite(program, steps);
        if (at < 0) return new Winner(story, rows, null, null, null);
        var write = steps[at];
        StepRun? look = null;
        for (var i = at - 1; i >= 0 && look is null && steps[i].Delivery == write.Delivery; i--)
            if (IsLook(program, steps[i])) look = steps[i];
        return new Winner(story, rows, look, write, CommitBehind(program, steps, at));
    }

    /// <summary>Whether it is a question whose answer decided what the attempt did next.</summary>
    public static bool IsLook(StepProgram program, in StepRun run) =>
        program.Steps[run.Step] is { Kind: StepKind.Statement, Sql.MayWrite: false } && program.Deciding.Contains(run.Step) && run.SqlState is null;

    /// <summary>Whether it may have taken a lock that another attempt has to wait for.</summary>
    public static bool MayLock(StepProgram program, in StepRun run) =>
        program.Steps[run.Step] is { Kind: StepKind.Statement, Sql.MayWait: true } && run.SqlState is null;

    /// <summary>
    /// What an attempt held at a time: the last statement answered by then that may have taken a lock, in a transaction that had not ended. Null: nothing.
    /// </summary>
    public static StepRun? HeldAt(StepProgram program, IReadOnlyList<StepRun> steps, long us)
    {
        StepRun? held = null;
        foreach (var run in steps)
        {
            if (run.EndUs > us) break;
            if (Ends(program, run)) held = null;
            else if (MayLock(program, run) && program.Steps[run.Step].InTransaction) held = run;
        }

        return held;
    }

    /// <summary>Whether a transaction ends with it: a COMMIT, a ROLLBACK, or the application's death. Not so a savepoint.</summary>
    public static bool Ends(StepProgram program, in StepRun run) => program.Steps[run.Step] switch
    {
        { Kind: StepKind.Crash } => true,
        { Kind: StepKind.Commit or StepKind.Rollback } step => !IsInner(step),
        _ => false,
    };

    // RELEASE and ROLLBACK TO leave a savepoint, inside a transaction that goes on.
    private static bool IsInner(ProgramStep step) => step.Sql is { } sql
        && (sql.Written.StartsWith("RELEASE", StringComparison.OrdinalIgnoreCase) || sql.Written.StartsWith("ROLLBACK TO", StringComparison.OrdinalIgnoreCase));

    /// <summary>The last statement that wrote something and was not undone; where every one was, as far as the log tells, the last of all. -1: none wrote.</summary>
    private static int LastWrite(StepProgram program, IReadOnlyList<StepRun> steps)
    {
        var undone = -1;
        var any = -1;
        for (var i = steps.Count - 1; i >= 0; i--)
        {
            var step = program.Steps[steps[i].Step];
            if (step.Kind is StepKind.Rollback or StepKind.Crash) undone = i;
            if (step is not { Kind: StepKind.Statement, Sql.MayWrite: true } || steps[i].SqlState is not null || steps[i].Rows == 0) continue;
            if (undone < 0 || !step.InTransaction || !IsKept(program, steps, i, undone)) return i;
            any = Math.Max(any, i);
        }

        return any;
    }

    private static bool IsKept(StepProgram program, IReadOnlyList<StepRun> steps, int write, int undone)
    {
        for (var i = write + 1; i < undone; i++)
            if (program.Steps[steps[i].Step].Kind == StepKind.Commit && Ends(program, steps[i]) && steps[i].SqlState is null) return true;
        return false;
    }

    private static StepRun? CommitBehind(StepProgram program, IReadOnlyList<StepRun> steps, int write)
    {
        if (!program.Steps[steps[write].Step].InTransaction) return null;
        for (var i = write + 1; i < steps.Count; i++)
            if (program.Steps[steps[i].Step].Kind == StepKind.Commit && Ends(program, steps[i])) return steps[i];
        return null;
    }
}
