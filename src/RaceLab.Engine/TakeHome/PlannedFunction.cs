using RaceLab.Engine.Programs;

namespace RaceLab.Engine.TakeHome;

/// <summary>
/// One role's steps, with everything decided that does not depend on a language: which results are asked about later, what is declared where, and how
/// answers leave the blocks around them.
/// </summary>
/// <param name="Role">The role's name; null where the strategy has one role only.</param>
/// <param name="Body">What it does; every way through it ends in an answer or in an error.</param>
/// <param name="Declared">What must be declared before the first step, since it outlives the block that sets it.</param>
/// <param name="Inputs">The given values that it uses, of <see cref="StepProgram.Inputs"/>, in their order.</param>
/// <param name="KeepsAsText">Whether some kept value is sent again: then all are read as the text that PostgreSQL sends.</param>
internal sealed record PlannedFunction(
    string? Role, IReadOnlyList<Planned> Body, IReadOnlyList<PlannedName> Declared, IReadOnlyList<string> Inputs, bool KeepsAsText)
{
    /// <summary>What is drawn for each attempt, as far as it is used.</summary>
    public IReadOnlyList<PlannedDraw> Drawn { get; init; } = [];

    /// <summary>Whether a variable is a list.</summary>
    public bool IsList(string variable) => Drawn.Any(d => d.Input.IsList && d.Input.Name == variable);

    /// <summary>Whether a statement is given a whole list.</summary>
    public bool SendsList => Any(n => n is PlannedSend send && send.Step.Sql.Parameters.Any(IsList));

    /// <summary>Whether a variable is drawn, or an item of a list that is.</summary>
    public bool IsDrawn(string variable) => Drawn.Any(d => d.Input.Name == variable) || Any(n => n is PlannedLoop loop && loop.Step.Variable == variable);

    /// <summary>What of it the caller draws.</summary>
    public IEnumerable<PlannedDraw> Given => Drawn.Where(d => d.IsGiven);

    /// <summary>Where its connections come from; null: its caller has one and lends it.</summary>
    public ConnectionUse? Connection { get; init; }

    /// <summary>What its callers lend it, in the order of the parameters: the application's memory, a connection, a second one to a standby, and a way to Redis.</summary>
    public IReadOnlyList<Lent> Lent =>
    [
        .. UsesApplication ? [TakeHome.Lent.Application] : (Lent[])[],
        .. Connection is null ? [TakeHome.Lent.Connection] : (Lent[])[],
        .. UsesReplica ? [TakeHome.Lent.Replica] : (Lent[])[],
        .. UsesRedis ? [TakeHome.Lent.Redis] : (Lent[])[],
    ];

    /// <summary>Whether it asks a standby, over a second connection.</summary>
    public bool UsesReplica => Any(n => n is PlannedSend { Step.On: StatementTarget.Replica });

    /// <summary>Whether it takes leases.</summary>
    public bool UsesRedis => Any(n => n is PlannedBlock { Step.Kind: BlockKind.Lease });

    /// <summary>Whether there is a block of that kind in it.</summary>
    public bool Has(BlockKind kind) => Any(n => n is PlannedBlock block && block.Step.Kind == kind);

    /// <summary>Whether something of it is kept in the memory of one process, for all calls that are made there.</summary>
    public bool UsesApplication => Connection is not null || Has(BlockKind.Mutex) || Has(BlockKind.SingleFlight) || Counts;

    /// <summary>Whether it draws such a value by itself.</summary>
    public bool Draws(Generator generator) => Drawn.Any(d => !d.IsGiven && d.Input.Generator == generator);

    /// <summary>How many blocks there are that the database knows nothing of.</summary>
    public int Gates => Body.SelectMany(n => n.All).Count(n => n is PlannedBlock { IsOfDatabase: false });

    /// <summary>Whether it counts in the process's memory.</summary>
    public bool Counts => Draws(Generator.Counter);

    /// <summary>Whether there is a race window to hook into.</summary>
    public bool HasWindow => Body.Any(n => n.Holds(p => p is PlannedWindow));

    /// <summary>Whether the application may die on the way.</summary>
    public bool HasCrash => Body.Any(n => n.Holds(p => p is PlannedCrash));

    /// <summary>Whether an answer is carried out of the block in which it is given.</summary>
    public bool CarriesAnswer => Body.Any(n => n.Holds(p => p is PlannedAnswer { IsCarried: true }));

    /// <summary>Retried blocks inside of retried blocks: their limit counts over all runs of the block around them.</summary>
    public IReadOnlyList<PlannedBlock> NestedLoops => [.. Body.SelectMany(n => n.All).OfType<PlannedBlock>().Where(b => b.IsNestedLoop)];

    /// <summary>Whether anything of it is so.</summary>
    public bool Any(Func<Planned, bool> so) => Body.Any(n => n.Holds(so));
}

/// <summary>What a function needs of its caller beside values.</summary>
internal enum Lent
{
    /// <summary>What one process keeps in memory for all of its calls.</summary>
    Application,

    /// <summary>A connection.</summary>
    Connection,

    /// <summary>A connection to a standby.</summary>
    Replica,

    /// <summary>What sends commands to Redis.</summary>
    Redis,
}

/// <summary>A value that is drawn for each attempt.</summary>
/// <param name="Input">What is drawn.</param>
/// <param name="Deliveries">How often an attempt arrives at most.</param>
/// <param name="Seed">What a hash begins with: the lab's seed for this scenario.</param>
internal sealed record PlannedDraw(Input Input, int Deliveries, int Seed)
{
    /// <summary>
    /// Whether the caller draws it and brings it along. It is so with what stays the same when the attempt arrives again, which is a call of its own, and with a list: it is what the caller wants.
    /// </summary>
    public bool IsGiven => Input.IsList || (Deliveries > 1 && !Input.OnEveryDelivery && Input.Generator != Generator.Hash);

    /// <summary>It as a name in the code.</summary>
    public PlannedName Name => new(Input.Name, NameKind.Value);
}

/// <summary>A name in the code: of what a step returned, or of a value that was kept.</summary>
/// <param name="Name">As content writes it: a step's name, or a variable's.</param>
/// <param name="Kind">What it holds.</param>
internal readonly record struct PlannedName(string Name, NameKind Kind);

/// <summary>What a name in the code holds.</summary>
internal enum NameKind
{
    /// <summary>How many rows a step returned or affected.</summary>
    Rows,

    /// <summary>A kept value that is only compared with true and false.</summary>
    Flag,

    /// <summary>A kept value that is only compared with numbers.</summary>
    Number,

    /// <summary>Any other kept value.</summary>
    Value,
}

/// <summary>Something that the code does.</summary>
internal abstract record Planned
{
    /// <summary>What stands inside of it.</summary>
    public virtual IEnumerable<Planned> Inner => [];

    /// <summary>It, and all that is inside of it.</summary>
    public IEnumerable<Planned> All => Inner.SelectMany(i => i.All).Prepend(this);

    /// <summary>Whether it, or anything inside of it, is so.</summary>
    public bool Holds(Func<Planned, bool> so) => All.Any(so);
}

/// <summary>Sends a statement.</summary>
/// <param name="Step">The step.</param>
/// <param name="AsksRows">Whether a later step asks how many rows there were.</param>
/// <param name="RowsDeclared">Whether that number was declared at the beginning, rather than here.</param>
/// <param name="Keep">Columns that are used later, each with its variable and whether that was declared at the beginning.</param>
/// <param name="Around">The blocks around it, innermost first.</param>
internal sealed record PlannedSend(SqlStep Step, bool AsksRows, bool RowsDeclared, IReadOnlyList<PlannedKeep> Keep, IReadOnlyList<PlannedBlock> Around) : Planned
{
    /// <summary>What counts its rows.</summary>
    public PlannedName Rows => new(Step.Name, NameKind.Rows);

    /// <summary>Whether an error of it is handled right here, other than by passing it on.</summary>
    public bool Handles => Step.OnError.Rules.Count > 0;
}

/// <summary>A column whose value is kept.</summary>
internal readonly record struct PlannedKeep(string Column, PlannedName Variable, bool IsDeclared);

/// <summary>Does one thing or another.</summary>
/// <param name="If">What is asked.</param>
/// <param name="Then">At least one.</param>
/// <param name="Else">May be empty.</param>
internal sealed record PlannedChoice(PlannedQuestion If, IReadOnlyList<Planned> Then, IReadOnlyList<Planned> Else) : Planned
{
    /// <inheritdoc/>
    public override IEnumerable<Planned> Inner => Then.Concat(Else);
}

/// <summary>Asks a name how it compares with a literal.</summary>
/// <param name="Name">What is asked; one of the given values is a <see cref="NameKind.Value"/>.</param>
/// <param name="Operator">As in <see cref="Condition.Operator"/>.</param>
/// <param name="Literal">As in <see cref="Condition.Literal"/>.</param>
internal readonly record struct PlannedQuestion(PlannedName Name, string Operator, string Literal)
{
    public bool IsFlag => Literal is "true" or "false";
}

/// <summary>Does its body for each item of a list.</summary>
/// <param name="Step">Which list, and in which order.</param>
/// <param name="Body">What is done.</param>
/// <param name="Forgets">What was declared outside and is forgotten when a round begins.</param>
/// <param name="CarriesAnswer">Whether an answer may be noted in a round, which is then the last one.</param>
internal sealed record PlannedLoop(EachStep Step, IReadOnlyList<Planned> Body, IReadOnlyList<PlannedName> Forgets, bool CarriesAnswer) : Planned
{
    /// <inheritdoc/>
    public override IEnumerable<Planned> Inner => Body;
}

/// <summary>The race window.</summary>
internal sealed record PlannedWindow : Planned;

/// <summary>The application may die here.</summary>
/// <param name="Delivery">On which delivery; null: on every one.</param>
internal sealed record PlannedCrash(int? Delivery) : Planned;

/// <summary>Tells the caller.</summary>
/// <param name="Answer">What.</param>
/// <param name="Leaves">The blocks that are left, innermost first.</param>
/// <param name="IsCarried">Whether it is only noted here, and told behind the block.</param>
internal sealed record PlannedAnswer(Outcome Answer, IReadOnlyList<PlannedBlock> Leaves, bool IsCarried) : Planned;

/// <summary>Tells the caller what was noted inside the block before.</summary>
/// <param name="Leaves">The blocks that are left, innermost first.</param>
/// <param name="Always">Whether something has been noted on every way that leads here.</param>
/// <param name="IsCarried">Whether it stays noted, and is told behind the next block.</param>
/// <param name="Else">What comes where nothing was noted.</param>
internal sealed record PlannedDelivery(IReadOnlyList<PlannedBlock> Leaves, bool Always, bool IsCarried, IReadOnlyList<Planned> Else) : Planned
{
    /// <inheritdoc/>
    public override IEnumerable<Planned> Inner => Else;
}

/// <summary>A block that is entered and left.</summary>
internal sealed record PlannedBlock(WithinStep Step, int Number) : Planned
{
    /// <summary>What is in it. Filled in while it is planned.</summary>
    public IReadOnlyList<Planned> Body { get; set; } = [];

    /// <summary>The blocks around it, innermost first.</summary>
    public required IReadOnlyList<PlannedBlock> Around { get; init; }

    /// <summary>What was declared outside and is set only here.</summary>
    public IReadOnlyList<PlannedName> Sets { get; set; } = [];

    /// <summary>What was declared outside and is forgotten when an error undoes the block.</summary>
    public IReadOnlyList<PlannedName> Forgets => Handles ? Sets : [];

    /// <summary>Whether the end of its body is reached on some way through it.</summary>
    public bool ReachesEnd { get; set; }

    /// <summary>Whether the steps behind it are reached without an answer.</summary>
    public bool FallsThrough { get; set; }

    /// <summary>Whether entering and leaving it are statements.</summary>
    public bool IsOfDatabase => Step.Kind is BlockKind.Transaction or BlockKind.Savepoint;

    /// <summary>Whether an error of it is handled other than by passing it on.</summary>
    public bool Handles => Step.Retry is not null || Step.OnError.Rules.Count > 0;

    /// <summary>Whether it is run again inside of a block that is run again.</summary>
    public bool IsNestedLoop => Step.Retry is not null && Around.Any(b => b.Step.Retry is not null);

    /// <summary>The name of its savepoint.</summary>
    public string Savepoint => $"s{Number}";

    /// <inheritdoc/>
    public override IEnumerable<Planned> Inner => Body;

    /// <inheritdoc/>
    public bool Equals(PlannedBlock? other) => ReferenceEquals(this, other);

    /// <inheritdoc/>
    public override int GetHashCode() => Number;
}

/// <summary>How statements spell an isolation level.</summary>
internal static class Isolation
{
    /// <summary>What follows BEGIN; empty for the server's default.</summary>
    public static string Sql(IsolationLevel? level) => level is null ? "" : $" ISOLATION LEVEL {Words(level.Value)}";

    /// <summary>The level's own words.</summary>
    public static string Words(IsolationLevel level) => level switch
    {
        IsolationLevel.ReadCommitted => "READ COMMITTED",
        IsolationLevel.RepeatableRead => "REPEATABLE READ",
        _ => "SERIALIZABLE",
    };
}
