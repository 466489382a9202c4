using System.Globalization;

namespace RaceLab.Engine.Programs;

/// <summary>
/// Follows a <see cref="StepProgram"/> through one attempt after another without doing any I/O: it says what to do next and is told
/// how that went. The race runner does it at once, the schedule runner when it is the session's turn.
/// Not thread-safe; one machine serves one worker.
/// </summary>
public sealed class AttemptMachine
{
    private const int NoBlock = -1;

    /// <summary>SQLSTATE <c>connection_failure</c>, for the caller of an attempt whose connection went without a word.</summary>
    internal const string ConnectionFailure = "08006";

    private static readonly SqlError _connectionFailure = new(ConnectionFailure, null, "The connection was lost.");
    private readonly StepProgram _program;
    private readonly IInputSource? _inputs;
    private readonly int _worker;
    private readonly Role _role;
    private readonly long[] _rows;
    private readonly int[] _retries;
    private readonly LoopRounds _rounds;
    private readonly int _retriesAtMost;
    private readonly int _deliveries;
    private int _at;
    private Outcome? _answer;
    private Recovery _recovery;
    private int _recovering = NoBlock;
    private int _retryBlock = NoBlock;
    private bool _kept;

    /// <summary>Makes a machine for a program; <see cref="Start"/> begins an attempt.</summary>
    /// <param name="program">What to follow.</param>
    /// <param name="worker">Whose attempts, from 1: it says which of the program's roles is followed.</param>
    /// <param name="retriesAtMost">Fewer retries of a block than its rule allows, 0 or more; null leaves it to the rule.</param>
    /// <param name="deliveries">How often an attempt arrives at most, 1 or more, while it is not answered well.</param>
    /// <param name="inputs">Draws what the program's attempts are given; may be null where it has no such inputs.</param>
    public AttemptMachine(StepProgram program, int worker = 1, int? retriesAtMost = null, int deliveries = 1, IInputSource? inputs = null)
    {
        if (program.Drawn.Count > 0) ArgumentNullException.ThrowIfNull(inputs);
        _program = program;
        _inputs = inputs;
        _worker = worker;
        _role = program.RoleOf(worker);
        _retriesAtMost = retriesAtMost ?? int.MaxValue;
        _deliveries = deliveries;
        _rows = new long[program.Steps.Count];
        _retries = new int[program.Blocks.Length];
        _rounds = new LoopRounds(program.Loops.Length);
        Values = new string?[program.Variables.Count];
    }

    private enum Recovery : byte
    {
        None,
        RollingBack,
        BackingOff,
    }

    /// <summary>The attempt's values by slot, in PostgreSQL's text form.</summary>
    public string?[] Values { get; }

    /// <summary>What to do next; null once the attempt has ended, or waits for its next delivery.</summary>
    public ProgramStep? Next { get; private set; }

    /// <summary>How often the attempt has arrived: 1 at first.</summary>
    public int Delivery { get; private set; }

    /// <summary>Whether the attempt was not answered well and may arrive once more.</summary>
    public bool AwaitsDelivery => Next is null && Delivery > 0 && Delivery < _deliveries && !IsAcknowledged;

    /// <summary>Whether an earlier delivery has kept something, or may have: its rows may be there, whatever this one is told.</summary>
    public bool LeftOpen { get; private set; }

    /// <summary>What the attempt ended as; meaningful once <see cref="Next"/> is null.</summary>
    public Outcome Outcome { get; private set; }

    /// <summary>The error that ended the attempt as rejected, or was handled last.</summary>
    public SqlError? Error { get; private set; }

    /// <summary>The error that this delivery's caller met: it was rejected, or its connection was lost. Null where it was answered.</summary>
    public SqlError? EndedBy { get; private set; }

    /// <summary>How often a block was run again in this attempt, over all its deliveries.</summary>
    public int Retries { get; private set; }

    /// <summary>Whether a block is being left after an error.</summary>
    public bool IsUndoing => _recovery == Recovery.RollingBack;

    /// <summary>While <see cref="Next"/> leaves a shared call: the error that ended it, or null where <see cref="CallAnswer"/> says what its caller is told.</summary>
    public SqlError? CallError => IsUndoing && _answer != Outcome.Failed ? Error : null;

    /// <summary>While <see cref="Next"/> leaves a shared call in good order: what those are told who have waited for it. Of the row that it made they hear that it is there.</summary>
    public Outcome CallAnswer => _answer == Outcome.Failed ? Outcome.Failed : Outcome.Found;

    /// <summary>While <see cref="Next"/> is a back-off: the range to draw the wait from.</summary>
    public RetryRule? Backoff => _retryBlock == NoBlock ? null : _program.Blocks[_retryBlock].Retry;

    private bool IsAcknowledged => Outcome is Outcome.Created or Outcome.Found or Outcome.Updated;

    /// <summary>Begins an attempt: its first delivery.</summary>
    public void Start(string key, string attempt, string worker)
    {
        Values[0] = key;
        Values[1] = attempt;
        Values[2] = worker;
        Delivery = 0;
        LeftOpen = false;
        Retries = 0;
        Begin();
    }

    /// <summary>The same attempt arrives once more: whatever the program knew of it is gone, and <c>@delivery</c> is one more.</summary>
    /// <exception cref="InvalidOperationException"><see cref="AwaitsDelivery"/> is false.</exception>
    public void DeliverAgain()
    {
        if (!AwaitsDelivery) throw new InvalidOperationException("this attempt has been answered, or has arrived as often as it may");
        LeftOpen |= _kept || Outcome == Outcome.Unknown;
        Begin();
    }

    /// <summary>The step went well.</summary>
    /// <param name="rows">Rows returned, or affected where none are returned; 0 for pauses.</param>
    public void Completed(long rows = 0)
    {
        var done = Next!;
        switch (_recovery)
        {
            case Recovery.RollingBack:
                Decide(_recovering);
                return;
            case Recovery.BackingOff:
                _recovery = Recovery.None;
                _at = _program.Blocks[_retryBlock].Entry;
                _retryBlock = NoBlock;
                break;
            default:
                _rows[done.Index] = rows;
                _kept |= done.LeavesUnknown && (rows > 0 || done.Kind == StepKind.Commit);
                _at++;
                break;
        }

        Advance();
    }

    /// <summary>The step was to enter a shared call, and another attempt has made it meanwhile.</summary>
    /// <param name="told">Its <see cref="CallAnswer"/>.</param>
    public void Shared(Outcome told)
    {
        var block = _program.Blocks[_program.Instructions[_at].Opens];
        _at = told == Outcome.Failed ? block.SharedFailed : block.SharedFound;
        Advance();
    }

    /// <summary>The server rejected the step, or what was to be entered could not be.</summary>
    public void Rejected(in SqlError error)
    {
        Error = error;
        var failed = Next!;
        var instruction = _program.Instructions[_at];
        if (_recovery == Recovery.None && instruction.Opens >= 0)
        {
            Leave(instruction.Opens, alreadyOver: true);
            return;
        }

        if (_recovery == Recovery.None && instruction.OnError?.For(error) is { } action)
        {
            _rows[failed.Index] = 0;
            if (action is ErrorAction.Continue or ErrorAction.Swallow)
            {
                _at++;
                Advance();
                return;
            }

            _answer = Outcome.Failed;
        }

        // After a failed COMMIT or ROLLBACK the transaction is over: there is nothing left to roll back. A savepoint is still there after a failed RELEASE.
        var block = _recovery == Recovery.RollingBack ? _recovering : instruction.Block;
        Leave(block, alreadyOver: failed.Kind == StepKind.Rollback || (failed.Kind == StepKind.Commit && !failed.InTransaction));
    }

    /// <summary>
    /// The connection was lost, or its answer did not come in time, while this step was under way, or the step is the application's own crash. What an
    /// earlier step has already committed stays, so the attempt is then unknown as well.
    /// </summary>
    /// <param name="reason">What the server said before; null: nothing.</param>
    public void Lost(SqlError? reason = null)
    {
        var lost = Next!;
        EndedBy = reason ?? _connectionFailure;
        var open = _kept || (lost.LeavesUnknown && !lost.IsRecovery);
        End(open && _answer != Outcome.Failed ? Outcome.Unknown : Outcome.Failed);
    }

    /// <summary>Leaves a block by its error: first the rollback, then whatever its rules say.</summary>
    private void Leave(int block, bool alreadyOver)
    {
        if (block == NoBlock)
        {
            if (_answer != Outcome.Failed) EndedBy = Error;
            End(_answer == Outcome.Failed ? Outcome.Failed : Outcome.Rejected);
            return;
        }

        _recovering = block;
        if (alreadyOver)
        {
            Decide(block);
            return;
        }

        _recovery = Recovery.RollingBack;
        Next = _program.Blocks[block].RollbackStep;
    }

    private void Decide(int index)
    {
        _recovery = Recovery.None;
        var block = _program.Blocks[index];
        var error = Error!.Value;
        Forget(block);

        // A step's own 'fail' is an answer, not an error any more: it only unwinds.
        if (_answer != Outcome.Failed)
        {
            _answer = null;
            if (block.Retry is { } retry && retry.On.Contains(error.SqlState) && _retries[index] < Math.Min(retry.AtMost, _retriesAtMost))
            {
                _retries[index]++;
                Retries++;
                _retryBlock = index;
                _recovery = Recovery.BackingOff;
                Next = block.BackoffStep;
                return;
            }

            switch (block.OnError.For(error))
            {
                case ErrorAction.Continue:
                    _at = block.Exit;
                    Advance();
                    return;
                case ErrorAction.Fail:
                    _answer = Outcome.Failed;
                    break;
            }
        }

        Leave(block.Parent, alreadyOver: false);
    }

    /// <summary>What a block read and did is undone with it: whatever comes next must not find its rows and values.</summary>
    private void Forget(Block block)
    {
        Array.Clear(_rows, block.BeginStep.Index, block.CommitStep.Index - block.BeginStep.Index);
        Array.Clear(Values, block.FirstSlot, block.EndSlot - block.FirstSlot);
    }

    private void Advance()
    {
        while (true)
        {
            var instruction = _program.Instructions[_at];
            switch (instruction.Op)
            {
                case Op.Do:
                    Next = instruction.Step;
                    return;
                case Op.Say:
                    _answer = instruction.Answer;
                    _at++;
                    break;
                case Op.SkipUnless:
                    var condition = instruction.Condition!;
                    var holds = instruction.Asked is { } asked ? condition.Holds(_rows[asked.Index]) : condition.Holds(Values[instruction.Slot]);
                    _at = holds ? _at + 1 : instruction.Target;
                    break;
                case Op.EnterLoop:
                    _rounds.Enter(instruction.Loop!, Values);
                    _at++;
                    break;
                case Op.NextItem:
                    _at = TakeItem(instruction.Loop!) ? _at + 1 : instruction.Target;
                    break;
                case Op.Jump:
                    _at = instruction.Target;
                    break;
                default:
                    End(_answer ?? throw new InvalidOperationException("a program ended without an answer, which its compiler should have refused"));
                    return;
            }
        }
    }

    /// <summary>Begins the next round with nothing of the one before; false behind the last item.</summary>
    private bool TakeItem(Loop loop)
    {
        if (_rounds.Next(loop) is not { } item) return false;
        _rows.AsSpan(loop.Steps).Clear();
        _retries.AsSpan(loop.Blocks).Clear();
        Values.AsSpan(loop.Slots).Clear();
        Values[loop.ItemSlot] = item;
        return true;
    }

    private void Begin()
    {
        var given = StepProgram.Inputs.Count + _program.Drawn.Count;
        Array.Clear(Values, given, Values.Length - given);
        Array.Clear(_rows);
        Array.Clear(_retries);
        Delivery++;
        Values[3] = Delivery.ToString(CultureInfo.InvariantCulture);
        DrawInputs();
        _at = _role.Entry;
        _answer = null;
        _recovery = Recovery.None;
        _retryBlock = NoBlock;
        _kept = false;
        Error = null;
        EndedBy = null;
        Advance();
    }

    /// <summary>What an attempt was given stays over its deliveries, except where the program says otherwise.</summary>
    private void DrawInputs()
    {
        for (var i = 0; i < _program.Drawn.Count; i++)
        {
            var input = _program.Drawn[i];
            if (Delivery == 1 || input.OnEveryDelivery)
                Values[StepProgram.Inputs.Count + i] = _inputs!.Draw(input, i, new Arrival(Values[0]!, Values[1]!, _worker, Delivery));
        }
    }

    private void End(Outcome outcome)
    {
        // What an earlier delivery has kept may be there, even if this one was refused.
        Outcome = LeftOpen && outcome is (Outcome.Rejected or Outcome.Failed) ? Outcome.Unknown : outcome;
        Next = null;
    }
}
