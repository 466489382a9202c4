namespace RaceLab.Engine.Programs;

/// <summary>What a strategy does, as content writes it: a tree that <see cref="ProgramCompiler"/> turns into a <see cref="StepProgram"/>.</summary>
/// <param name="Line">Where it stands in its file, from 1.</param>
public abstract record Step(int Line);

/// <summary>What one kind of session does.</summary>
/// <param name="Name">As content calls it; null for the one role of a strategy whose sessions all do the same.</param>
/// <param name="Steps">At least one.</param>
/// <param name="Line">Where it stands in its file, from 1.</param>
public sealed record RoleSteps(string? Name, IReadOnlyList<Step> Steps, int Line)
{
    /// <summary>The same over connections that are there for one delivery of an attempt.</summary>
    public RoleSteps Over(ConnectionUse connection) =>
        this with { Steps = [new WithinStep(BlockKind.Connection, null, null, ErrorRules.None, Steps, Line) { Connection = connection }] };
}

/// <summary>Sends one SQL statement.</summary>
/// <param name="Name">How schedules, charts and conditions call it; unique in its strategy.</param>
/// <param name="Sql">The statement.</param>
/// <param name="Keep">Columns of the first row to keep: column name and the variable that it becomes.</param>
/// <param name="When">Null: always.</param>
/// <param name="OnError">What to do about errors of this statement; empty: leave them to the block around it.</param>
/// <param name="Line">Where it stands in its file, from 1.</param>
public sealed record SqlStep(
    string Name, SqlText Sql, IReadOnlyList<KeptColumn> Keep, Condition? When, ErrorRules OnError, int Line) : Step(Line)
{
    /// <summary>Which server it is sent to.</summary>
    public StatementTarget On { get; init; }
}

/// <summary>Servers that a statement can be sent to.</summary>
public enum StatementTarget : byte
{
    /// <summary>The one that can be written to.</summary>
    Primary,

    /// <summary>A standby that replays what the primary has committed, some time later.</summary>
    Replica,
}

/// <summary>Something that stands beside the lab's database.</summary>
public enum LabService : byte
{
    /// <summary>A streaming standby whose replay the lab can hold back.</summary>
    Replica,

    /// <summary>A Redis.</summary>
    Redis,
}

/// <summary>A column whose value a later step uses as <c>@variable</c>.</summary>
public readonly record struct KeptColumn(string Column, string Variable);

/// <summary>Waits for the workload's pause: the race window.</summary>
/// <param name="When">Null: always.</param>
/// <param name="Line">Where it stands in its file, from 1.</param>
public sealed record PauseStep(Condition? When, int Line) : Step(Line);

/// <summary>
/// Answers the caller and ends the attempt. Blocks around it are left in good order (COMMIT), except that
/// <see cref="Outcome.Failed"/> leaves them by ROLLBACK, as an exception thrown by an application would.
/// </summary>
/// <param name="Answer">What the caller is told.</param>
/// <param name="When">Null: always.</param>
/// <param name="Line">Where it stands in its file, from 1.</param>
public sealed record SayStep(Outcome Answer, Condition? When, int Line) : Step(Line);

/// <summary>
/// The application dies here: its connection drops without COMMIT, and the caller hears nothing. What was not committed is rolled back by the server.
/// </summary>
/// <param name="Delivery">On which delivery of its attempt, from 1; null: on every one.</param>
/// <param name="When">Null: always.</param>
/// <param name="Line">Where it stands in its file, from 1.</param>
public sealed record CrashStep(int? Delivery, Condition? When, int Line) : Step(Line);

/// <summary>A block that is entered and left.</summary>
/// <param name="Kind">What is entered.</param>
/// <param name="Isolation">For a transaction: the level to ask for, or null for the server's default.</param>
/// <param name="Retry">Whether and when the whole block is run again; null: never.</param>
/// <param name="OnError">What to do about errors that leave the block, its COMMIT's included.</param>
/// <param name="Steps">At least one.</param>
/// <param name="Line">Where it stands in its file, from 1.</param>
public sealed record WithinStep(
    BlockKind Kind, IsolationLevel? Isolation, RetryRule? Retry, ErrorRules OnError, IReadOnlyList<Step> Steps, int Line) : Step(Line)
{
    /// <summary>For a mutex and a shared call: the variable whose value is meant, without the '@'.</summary>
    public string? Variable { get; init; }

    /// <summary>For a connection: where it comes from.</summary>
    public ConnectionUse? Connection { get; init; }

    /// <summary>For a lease: how long it is, and how it is given back.</summary>
    public LeaseRule? Lease { get; init; }
}

/// <summary>A lock that another server keeps for a time, and no longer.</summary>
/// <param name="Length">For how long; over 0.</param>
/// <param name="IsReleasedByToken">Whether it is given back only if it is still the one that was taken.</param>
public sealed record LeaseRule(TimeSpan Length, bool IsReleasedByToken)
{
    /// <summary>From this length on a lease outlives every attempt: stepping and exploring do not have it run out.</summary>
    public static readonly TimeSpan Outlives = TimeSpan.FromMinutes(1);

    /// <summary>Whether an attempt may be slower than it is long.</summary>
    public bool MayRunOut => Length < Outlives;
}

/// <summary>Does its steps once for each item of a list.</summary>
/// <param name="Variable">What the item is called inside, without the <c>@</c>; known there only.</param>
/// <param name="List">The list's name: an input's that is a list.</param>
/// <param name="Sorted">Whether the items are taken in the order of their characters, and not in the list's own.</param>
/// <param name="Steps">At least one. What one round finds and keeps is forgotten when the next one begins.</param>
/// <param name="Line">Where it stands in its file, from 1.</param>
public sealed record EachStep(string Variable, string List, bool Sorted, IReadOnlyList<Step> Steps, int Line) : Step(Line)
{
    /// <summary>As content writes it, such as <c>k of sorted(@keys)</c>.</summary>
    public string Text => $"{Variable} of {(Sorted ? $"sorted(@{List})" : $"@{List}")}";
}

/// <summary>The kinds of block.</summary>
public enum BlockKind
{
    /// <summary>BEGIN … COMMIT, or ROLLBACK after an error.</summary>
    Transaction,

    /// <summary>SAVEPOINT … RELEASE, or ROLLBACK TO after an error. Only inside a transaction.</summary>
    Savepoint,

    /// <summary>A lock in one instance of the application: of all who enter it for one value, one is inside at a time.</summary>
    Mutex,

    /// <summary>A call in one instance of the application: whoever comes for the same value while it is under way does nothing, and is told what it is told.</summary>
    SingleFlight,

    /// <summary>A lock in Redis that runs out: of all who enter it for one value, over all instances, one has it at a time.</summary>
    Lease,

    /// <summary>A connection that is there for one delivery of an attempt. Around everything else.</summary>
    Connection,
}

/// <summary>PostgreSQL's isolation levels that differ (READ UNCOMMITTED is READ COMMITTED there).</summary>
public enum IsolationLevel
{
    /// <summary>Each statement sees what was committed before it began.</summary>
    ReadCommitted,

    /// <summary>The transaction sees what was committed before its first statement.</summary>
    RepeatableRead,

    /// <summary>As if transactions ran one after another, or 40001.</summary>
    Serializable,
}

/// <summary>Runs a block again after certain errors.</summary>
/// <param name="On">SQLSTATEs, five characters each.</param>
/// <param name="AtMost">How often at most, 1 to 1000; then the error leaves the block.</param>
/// <param name="BackoffLow">The shortest wait before a retry.</param>
/// <param name="BackoffHigh">The longest; each wait is drawn evenly between the two from the race's seed.</param>
public sealed record RetryRule(IReadOnlyList<string> On, int AtMost, TimeSpan BackoffLow, TimeSpan BackoffHigh);

/// <summary>What to do about an error, first match first.</summary>
/// <param name="Rules">In the order of the file.</param>
public sealed record ErrorRules(IReadOnlyList<ErrorRule> Rules)
{
    /// <summary>No rules: every error goes to the block around it.</summary>
    public static ErrorRules None { get; } = new([]);

    /// <summary>Whether an error may be swallowed in a transaction, which is always a mistake.</summary>
    public bool Swallows => Rules.Any(r => r.Action == ErrorAction.Swallow);

    /// <summary>The action for an error, or null to leave it to the block around it.</summary>
    public ErrorAction? For(in SqlError error)
    {
        foreach (var rule in Rules)
            if (rule.Matches(error)) return rule.Action;
        return null;
    }
}

/// <summary>One rule of <c>on error</c>.</summary>
/// <param name="SqlState">Null: any (<c>else</c>).</param>
/// <param name="Constraint">Null: any.</param>
/// <param name="Action">What to do.</param>
public sealed record ErrorRule(string? SqlState, string? Constraint, ErrorAction Action)
{
    /// <summary>Whether this rule is about that error.</summary>
    public bool Matches(in SqlError error) =>
        (SqlState is null || SqlState == error.SqlState) && (Constraint is null || Constraint == error.Constraint);
}

/// <summary>What a strategy may do about an error that it expects.</summary>
public enum ErrorAction
{
    /// <summary>Go on behind the step or the block, as if it had returned no rows.</summary>
    Continue,

    /// <summary>Tell the caller <see cref="Outcome.Failed"/>.</summary>
    Fail,

    /// <summary>
    /// A mistake that a strategy makes on purpose: go on inside a transaction that has failed, where the server refuses every further statement with 25P02.
    /// </summary>
    Swallow,
}

/// <summary>What one attempt ended as.</summary>
public enum Outcome : byte
{
    /// <summary>The caller was told that its row was made.</summary>
    Created,

    /// <summary>The caller was told that the row was there already.</summary>
    Found,

    /// <summary>The caller was told that an existing row was changed.</summary>
    Updated,

    /// <summary>PostgreSQL rejected a statement, nothing in the strategy handled it, and the caller got that error.</summary>
    Rejected,

    /// <summary>The caller was told that it failed, or nothing at all, and nothing of the attempt was kept.</summary>
    Failed,

    /// <summary>
    /// The answer to what may have been the deciding statement was lost, or the application died behind it: the row may or may not be there.
    /// </summary>
    Unknown,
}

/// <summary>An error that the server answered.</summary>
/// <param name="SqlState">Five characters, such as 23505.</param>
/// <param name="Constraint">The constraint's name where the server names one.</param>
/// <param name="Message">The server's own words.</param>
public readonly record struct SqlError(string SqlState, string? Constraint, string Message);
