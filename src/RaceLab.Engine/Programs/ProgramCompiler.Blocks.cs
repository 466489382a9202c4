namespace RaceLab.Engine.Programs;

/// <summary>What has steps inside: blocks of the database, blocks of the application, and loops.</summary>
public sealed partial class ProgramCompiler
{
    private void EmitBlock(WithinStep step)
    {
        if (step.OnError.Swallows) throw new ProgramException(step.Line, "a block cannot swallow an error: it is over with it. Only a statement inside a transaction can");
        if (step.Kind is BlockKind.Transaction or BlockKind.Savepoint) EmitSqlBlock(step);
        else EmitGate(step);
    }

    private void EmitSqlBlock(WithinStep step)
    {
        var savepoint = step.Kind == BlockKind.Savepoint;
        if (savepoint && !_inTransaction) throw new ProgramException(step.Line, "a savepoint needs a transaction around it");
        if (!savepoint && _inTransaction) throw new ProgramException(step.Line, "a transaction inside a transaction: PostgreSQL has savepoints for that");

        var index = _blocks.Count;
        var name = savepoint ? $"s{index}" : "";
        var begin = Make(savepoint ? "savepoint" : "begin", StepKind.Begin,
            savepoint ? $"SAVEPOINT {name}" : $"BEGIN{SqlOf(step.Isolation)}", savepoint);
        Add(begin, step.Line);

        // The closing steps exist from the start, since a 'say' inside the block uses them; they are listed behind the block's own steps.
        var commit = Make(savepoint ? "release" : "commit", StepKind.Commit, savepoint ? $"RELEASE {name}" : "COMMIT", savepoint) with { InSavepoint = savepoint };
        var rollback = Make("rollback", StepKind.Rollback, savepoint ? $"ROLLBACK TO {name}" : "ROLLBACK", savepoint) with { InSavepoint = savepoint };
        var backoff = step.Retry is null ? null : Make("back-off", StepKind.Backoff, null, savepoint);

        var block = new Block
        {
            Index = index,
            Parent = _block,
            Entry = _code.Count,
            BeginStep = begin,
            CommitStep = commit,
            RollbackStep = rollback,
            BackoffStep = backoff,
            Retry = step.Retry,
            OnError = step.OnError,
            FirstSlot = _variables.Count,
        };
        _blocks.Add(block);
        _code.Add(new Instruction(Op.Do, _block, begin));
        _block = index;
        _depth++;
        var around = _isolation;
        if (!savepoint) (_isolation, _inTransaction) = (step.Isolation, true);
        else _savepoints++;
        Emit(step.Steps);
        if (!savepoint) _inTransaction = false;
        else _savepoints--;
        _isolation = around;
        _depth--;
        _block = block.Parent;
        _code.Add(new Instruction(Op.Do, index, commit));
        Add(commit, step.Line);
        Add(rollback, step.Line);
        if (backoff is not null) Add(backoff, step.Line);
        block.Exit = _code.Count;
        block.EndSlot = _variables.Count;
    }

    /// <summary>A block in the application. It is left alike in good order and after an error, as a 'finally' does it.</summary>
    private void EmitGate(WithinStep step)
    {
        RefuseGate(step);
        var gate = new Gate(step.Kind, step.Variable, step.Variable is null ? -1 : SlotOf(step.Variable, step.Line), step.Connection) { Lease = step.Lease };
        var connection = step.Kind == BlockKind.Connection;
        var enter = Make(connection ? "connect" : "enter", StepKind.Enter, null, _inTransaction) with { Gate = gate, Isolation = _isolation };
        var leave = Make(connection ? "disconnect" : "leave", StepKind.Leave, null, _inTransaction) with { Gate = gate, Isolation = _isolation };
        var block = new Block
        {
            Index = _blocks.Count,
            Parent = _block,
            Entry = _code.Count,
            BeginStep = enter,
            CommitStep = leave,
            RollbackStep = leave,
            BackoffStep = step.Retry is null ? null : Make("back-off", StepKind.Backoff, null, _inTransaction),
            Retry = step.Retry,
            OnError = step.OnError,
            FirstSlot = _variables.Count,
        };
        _blocks.Add(block);
        Add(enter, step.Line);
        _code.Add(new Instruction(Op.Do, _block, enter, Opens: block.Index));
        _block = block.Index;
        _depth++;
        if (!connection) _gate = step;
        Emit(step.Steps);
        if (!connection) _gate = null;
        _depth--;
        if (step.Kind == BlockKind.SingleFlight && ReachesEnd(block.Entry, _code.Count))
            throw new ProgramException(step.Line, "there is a way through this shared call that ends without a 'say': what is shared is what the caller is told");
        _block = block.Parent;
        _code.Add(new Instruction(Op.Do, block.Index, leave));
        Add(leave, step.Line);
        if (block.BackoffStep is { } backoff) Add(backoff, step.Line);
        if (step.Kind == BlockKind.SingleFlight)
        {
            block.SharedFound = _code.Count;
            EmitSay(new SayStep(Outcome.Found, null, step.Line));
            block.SharedFailed = _code.Count;
            EmitSay(new SayStep(Outcome.Failed, null, step.Line));
        }

        block.Exit = _code.Count;
        block.EndSlot = _variables.Count;
    }

    private void RefuseGate(WithinStep step)
    {
        if (step.Kind == BlockKind.Connection && _block >= 0) throw new ProgramException(step.Line, "a connection is around everything else");
        if (_gate is not null && step.Kind != BlockKind.Connection)
            throw new ProgramException(step.Line, "a mutex, a lease or a shared call inside another one: two that enter them in different orders would wait for each other, and nobody would end it");
        if (_inTransaction && (step.Retry is not null || step.OnError.Rules.Any(r => r.Action == ErrorAction.Continue)))
            throw new ProgramException(step.Line, "inside a transaction this block can neither continue nor be tried again after an error: PostgreSQL refuses every further statement (25P02)");
    }

    /// <summary>The list is read when the loop is entered, so that a block around it that runs again begins with the first item.</summary>
    private void EmitLoop(EachStep step)
    {
        var list = _drawn.FirstOrDefault(i => i.Name == step.List)
            ?? throw new ProgramException(step.Line, $"'each' runs over a list that 'inputs' draws, and @{step.List} is none: pick(2) draws one");
        if (!list.IsList) throw new ProgramException(step.Line, $"'each' runs over a list, and @{step.List} is a single value: {list.Text}");
        if (FindSlot(step.Variable) >= 0) throw new ProgramException(step.Line, $"@{step.Variable} is known already: call the item something else");
        var steps = _steps.Count;
        var blocks = _blocks.Count;
        var item = Define(step.Variable, step.Line);
        var loop = new Loop { Index = _loops.Count, ListSlot = FindSlot(step.List), ItemSlot = item, Sorted = step.Sorted };
        _loops.Add(loop);
        var around = _each;
        _each = step.Text;
        _depth++;
        _code.Add(new Instruction(Op.EnterLoop, _block, Loop: loop));
        var next = _code.Count;
        _code.Add(new Instruction(Op.NextItem, _block, Loop: loop));
        Emit(step.Steps);
        _code.Add(new Instruction(Op.Jump, _block, Target: next));
        Land(next);
        _depth--;
        _each = around;
        _leftItems.Add(item);
        loop.Steps = steps.._steps.Count;
        loop.Blocks = blocks.._blocks.Count;
        loop.Slots = item.._variables.Count;
    }

    private static string SqlOf(IsolationLevel? level) => level switch
    {
        null => "",
        IsolationLevel.ReadCommitted => " ISOLATION LEVEL READ COMMITTED",
        IsolationLevel.RepeatableRead => " ISOLATION LEVEL REPEATABLE READ",
        _ => " ISOLATION LEVEL SERIALIZABLE",
    };
}
