namespace RaceLab.Engine.Programs;

/// <summary>
/// A strategy's steps, compiled to a flat list of instructions, so that the race runner, the schedule runner and whatever comes
/// later follow one and the same program: what is shown is what runs. <see cref="AttemptMachine"/> follows it without doing I/O.
/// </summary>
public sealed class StepProgram
{
    /// <summary>Variables that every attempt has, in the order of their slots.</summary>
    public static readonly IReadOnlyList<string> Inputs = ["key", "attempt", "worker", "delivery"];

    /// <summary>The most steps of a program: a race's log numbers them in a byte, whose last value says that an attempt has ended.</summary>
    public const int MostSteps = byte.MaxValue;

    internal StepProgram(
        IReadOnlyList<Role> roles, IReadOnlyList<ProgramStep> steps, IReadOnlyList<Instruction> instructions, IReadOnlyList<Block> blocks, IReadOnlyList<Loop> loops,
        IReadOnlyList<Input> drawn, IReadOnlyList<string> variables)
    {
        Roles = roles;
        Steps = steps;
        Instructions = [.. instructions];
        Blocks = [.. blocks];
        Loops = [.. loops];
        Drawn = drawn;
        Variables = variables;
    }

    /// <summary>The trees of steps that it was compiled from, one for each role.</summary>
    public IReadOnlyList<RoleSteps> Written { get; internal init; } = [];

    /// <summary>What the sessions take turns in being, at least one; one without a name where all do the same.</summary>
    public IReadOnlyList<Role> Roles { get; }

    /// <summary>
    /// Everything that takes time, in reading order: statements, also BEGIN and COMMIT, pauses, and the rollbacks and back-offs that
    /// happen only after an error; one role's behind another's. A step's index here is its number in events, frames and results.
    /// </summary>
    public IReadOnlyList<ProgramStep> Steps { get; }

    /// <summary>What is drawn for each attempt, in the order of their slots, which follow those of <see cref="Inputs"/>.</summary>
    public IReadOnlyList<Input> Drawn { get; }

    /// <summary>The slots of values: <see cref="Inputs"/>, <see cref="Drawn"/>, then the items of loops and whatever steps keep, each role in slots of its own.</summary>
    public IReadOnlyList<string> Variables { get; }

    /// <summary>What its steps use beside the database.</summary>
    public IReadOnlyList<LabService> Services =>
    [
        .. Steps.Any(s => s.Target == StatementTarget.Replica) ? [LabService.Replica] : (IEnumerable<LabService>)[],
        .. Steps.Any(s => s.Gate is { Lease: not null }) ? [LabService.Redis] : (IEnumerable<LabService>)[],
    ];

    /// <summary>Indexes of the steps whose answer decides what an attempt does next: a <c>when</c> asks for their rows, or for a value that they keep.</summary>
    public IReadOnlySet<int> Deciding => _deciding ??= FindDeciding();

    internal Instruction[] Instructions { get; }

    internal Block[] Blocks { get; }

    internal Loop[] Loops { get; }

    private HashSet<int>? _deciding;

    /// <summary>What a worker or a session is: the first has the first role, and behind the last role comes the first again.</summary>
    /// <param name="worker">From 1.</param>
    public Role RoleOf(int worker) => Roles[(worker - 1) % Roles.Count];

    /// <summary>The step of that name, or null.</summary>
    public ProgramStep? FindStep(string name) => Steps.FirstOrDefault(s => s.Name == name);

    /// <summary>Whether a step names an error among those that it expects.</summary>
    internal bool HandlesAt(ProgramStep step, string sqlState) => Instructions.Any(i => i.Step == step && i.OnError is { } rules && rules.Rules.Any(r => r.SqlState == sqlState));

    private HashSet<int> FindDeciding()
    {
        var asked = Instructions.Where(i => i.Op == Op.SkipUnless).ToList();
        return
        [
            .. asked.Where(i => i.Asked is not null).Select(i => i.Asked!.Index),
            .. Steps.Where(s => s.Keep.Any(k => asked.Any(i => i.Asked is null && i.Slot == k.Slot))).Select(s => s.Index),
        ];
    }
}

/// <summary>A part of a program that some of its sessions follow: what the others do is not theirs.</summary>
/// <param name="Name">Unique in the program; null where it is the only one.</param>
/// <param name="Entry">The instruction at which its attempts begin.</param>
public sealed record Role(string? Name, int Entry);

/// <summary>One thing that a worker does and that takes time.</summary>
/// <param name="Name">Unique in the program.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Sql">The statement that is sent; null for pauses, back-offs, crashes and deliveries.</param>
/// <param name="Depth">How many blocks and loops stand around it, for indenting.</param>
/// <param name="Note">When it runs, in content's own words (<c>not found in check</c>); null: always.</param>
/// <param name="ValueSlots">For each parameter of <paramref name="Sql"/>, its slot among the variables.</param>
/// <param name="Keep">Columns that are kept, with their slots.</param>
/// <param name="InTransaction">Whether losing the connection during it undoes it: a transaction is open, and this is not its COMMIT.</param>
public sealed record ProgramStep(
    string Name,
    StepKind Kind,
    SqlText? Sql,
    int Depth,
    string? Note,
    IReadOnlyList<int> ValueSlots,
    IReadOnlyList<KeptSlot> Keep,
    bool InTransaction)
{
    /// <summary>
    /// A turn of the environment: an attempt that was not answered well arrives again. It belongs to no program, and its <see cref="Index"/> is -1.
    /// </summary>
    public static ProgramStep Delivery { get; } = new("deliver", StepKind.Delivery, null, 0, null, [], [], false);

    /// <summary>A turn of the environment: the standby replays what the primary has committed by now. It belongs to no program and to no session.</summary>
    public static ProgramStep Replay { get; } = new("replay", StepKind.Replay, null, 0, null, [], [], false);

    /// <summary>A turn of the environment: the lease of a session runs out. It belongs to no program.</summary>
    /// <param name="session">From 1 to 4.</param>
    public static ProgramStep ExpiryOf(int session) => _expiries[session - 1];

    private static readonly ProgramStep[] _expiries =
        [.. Enumerable.Range(1, 4).Select(session => new ProgramStep($"expire-{session.ToString(System.Globalization.CultureInfo.InvariantCulture)}", StepKind.Expiry, null, 0, null, [], [], false))];

    /// <summary>Its number in <see cref="StepProgram.Steps"/>, given when the whole program is known.</summary>
    public int Index { get; internal set; } = -1;

    /// <summary>The name of the role that it belongs to; null where the program has one role only.</summary>
    public string? Role { get; internal init; }

    /// <summary>Which server its SQL is sent to.</summary>
    public StatementTarget Target { get; internal init; }

    /// <summary>The level that the transaction around it asks for; null outside a transaction, and where it asks for none.</summary>
    public IsolationLevel? Isolation { get; internal init; }

    /// <summary>For <see cref="StepKind.Enter"/> and <see cref="StepKind.Leave"/>: of what; null for all others.</summary>
    public Gate? Gate { get; init; }

    /// <summary>Whether a savepoint is open before it or, where it ends one, until it.</summary>
    public bool InSavepoint { get; init; }

    /// <summary>The loop around it in content's words, such as <c>k of sorted(@keys)</c>, the innermost one; null outside of loops.</summary>
    public string? Each { get; internal init; }

    /// <summary>Whether it does nothing but take time.</summary>
    public bool IsWait => Kind is StepKind.Pause or StepKind.Backoff;

    /// <summary>Whether it is the environment's, and no attempt's: time passes.</summary>
    public bool IsTimesOwn => Kind is StepKind.Replay or StepKind.Expiry;

    /// <summary>Whether it happens only after an error: not part of the listing that a learner reads.</summary>
    public bool IsRecovery => Kind is StepKind.Rollback or StepKind.Backoff;

    /// <summary>
    /// Whether losing the answer to it leaves open what the database kept: a COMMIT, or a statement that commits by itself and is more than a plain SELECT.
    /// </summary>
    public bool LeavesUnknown => !InTransaction && (Kind == StepKind.Commit || (Kind == StepKind.Statement && Sql!.MayWrite));
}

/// <summary>A kept column and the slot that it goes to.</summary>
public readonly record struct KeptSlot(string Column, int Slot);

/// <summary>Kinds of <see cref="ProgramStep"/>.</summary>
public enum StepKind
{
    /// <summary>A statement of the strategy's own.</summary>
    Statement,

    /// <summary>Entering a block: BEGIN or SAVEPOINT.</summary>
    Begin,

    /// <summary>Leaving a block in good order: COMMIT or RELEASE. Of a savepoint too, though nothing is final then.</summary>
    Commit,

    /// <summary>Leaving a block after an error: ROLLBACK or ROLLBACK TO.</summary>
    Rollback,

    /// <summary>The workload's pause.</summary>
    Pause,

    /// <summary>The wait before a retry.</summary>
    Backoff,

    /// <summary>The application dies: its connection drops.</summary>
    Crash,

    /// <summary>The attempt arrives again. Never in a program: whoever sends does it.</summary>
    Delivery,

    /// <summary>The standby replays. Never in a program: time does it.</summary>
    Replay,

    /// <summary>A lease runs out. Never in a program: time does it.</summary>
    Expiry,

    /// <summary>Entering a block that the database knows nothing of: it may have to wait, and it is not SQL.</summary>
    Enter,

    /// <summary>Leaving it, in good order or after an error: nothing in it differs.</summary>
    Leave,
}

/// <summary>What is entered and left in the application.</summary>
/// <param name="Kind">Neither a transaction nor a savepoint.</param>
/// <param name="Variable">The variable whose value is meant; null for a connection.</param>
/// <param name="Slot">Its slot among the variables; -1 for a connection.</param>
/// <param name="Connection">For a connection: where it comes from.</param>
public sealed record Gate(BlockKind Kind, string? Variable, int Slot, ConnectionUse? Connection)
{
    /// <summary>For a lease: how long it is, and how it is given back.</summary>
    public LeaseRule? Lease { get; init; }

    /// <summary>For a lease: the command that takes it or gives it back, as a learner reads it.</summary>
    /// <param name="takes">Whether it is entered.</param>
    public string? Command(bool takes) => Lease switch
    {
        null => null,
        _ when takes => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"SET lease:@{Variable} <token> NX PX {Lease.Length.TotalMilliseconds:0}"),
        { IsReleasedByToken: true } => $"EVAL \"if GET lease:@{Variable} = <token> then DEL lease:@{Variable}\"",
        _ => $"DEL lease:@{Variable}",
    };
}

internal enum Op : byte
{
    Do,
    Say,
    SkipUnless,
    EnterLoop,
    NextItem,
    Jump,
    End,
}

/// <summary>One instruction. Which fields mean something depends on <paramref name="Op"/>.</summary>
/// <param name="Op">What to do.</param>
/// <param name="Block">The innermost block around it, whose handlers get its errors; -1: none.</param>
/// <param name="Step">For <see cref="Op.Do"/>: what takes time.</param>
/// <param name="Condition">For <see cref="Op.SkipUnless"/>.</param>
/// <param name="Asked">For <see cref="Op.SkipUnless"/>: the step whose rows are compared, or null where a value is.</param>
/// <param name="Slot">For <see cref="Op.SkipUnless"/>: the value's slot.</param>
/// <param name="Target">Where <see cref="Op.SkipUnless"/>, <see cref="Op.Jump"/> and, behind the last item, <see cref="Op.NextItem"/> go.</param>
/// <param name="Answer">For <see cref="Op.Say"/>.</param>
/// <param name="OnError">For <see cref="Op.Do"/>: the step's own rules.</param>
/// <param name="Opens">For an <see cref="StepKind.Enter"/>: the block that it enters, whose rules also hold for its own errors; -1 for every other.</param>
/// <param name="Loop">For <see cref="Op.EnterLoop"/> and <see cref="Op.NextItem"/>.</param>
internal sealed record Instruction(
    Op Op, int Block, ProgramStep? Step = null, Condition? Condition = null, ProgramStep? Asked = null, int Slot = -1, int Target = -1, Outcome Answer = default, ErrorRules? OnError = null, int Opens = -1,
    Loop? Loop = null);

/// <summary>A loop as the machine needs it.</summary>
internal sealed class Loop
{
    public required int Index { get; init; }

    /// <summary>The slot of the list.</summary>
    public required int ListSlot { get; init; }

    /// <summary>The slot of the item.</summary>
    public required int ItemSlot { get; init; }

    public required bool Sorted { get; init; }

    /// <summary>Its steps, inner blocks and the slots that only its steps keep into: what the next round begins without.</summary>
    public Range Steps { get; set; }

    public Range Blocks { get; set; }

    public Range Slots { get; set; }
}

/// <summary>A block as the machine needs it.</summary>
internal sealed class Block
{
    public required int Index { get; init; }
    public required int Parent { get; init; }
    public required int Entry { get; init; }
    public required ProgramStep BeginStep { get; init; }
    public required ProgramStep CommitStep { get; init; }
    public required ProgramStep RollbackStep { get; init; }
    public ProgramStep? BackoffStep { get; init; }
    public RetryRule? Retry { get; init; }
    public required ErrorRules OnError { get; init; }

    /// <summary>The instruction behind the block.</summary>
    public int Exit { get; set; } = -1;

    /// <summary>For a shared call: where those go on who are told 'found' by it.</summary>
    public int SharedFound { get; set; } = -1;

    /// <summary>For a shared call: where those go on who are told 'failed' by it.</summary>
    public int SharedFailed { get; set; } = -1;

    /// <summary>The first slot of a variable that only this block's steps keep into.</summary>
    public required int FirstSlot { get; init; }

    /// <summary>The slot behind the last of them.</summary>
    public int EndSlot { get; set; }
}
