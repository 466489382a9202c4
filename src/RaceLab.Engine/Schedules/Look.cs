using RaceLab.Engine.Sessions;

namespace RaceLab.Engine.Schedules;

/// <summary>The table through somebody's eyes.</summary>
/// <param name="Kind">Whose, and how far it can be known.</param>
/// <param name="Rows">The rows; null where there is nothing to show.</param>
/// <param name="Reason">For <see cref="LookKind.Unreadable"/>: why, in a sentence.</param>
public sealed record Look(LookKind Kind, Answer? Rows, string? Reason = null);

/// <summary>Whose eyes.</summary>
public enum LookKind
{
    /// <summary>What is committed: what everybody sees who is not in a transaction.</summary>
    Committed,

    /// <summary>What the session's own transaction sees, its own changes included.</summary>
    Own,

    /// <summary>
    /// What the session's snapshot shows, without its own changes: under SERIALIZABLE a look inside the transaction would be a read that counts.
    /// </summary>
    Snapshot,

    /// <summary>The transaction has no snapshot yet: its first query will take one.</summary>
    NotYet,

    /// <summary>The session waits and cannot be asked; what it saw when it sent its statement has not changed since.</summary>
    Waiting,

    /// <summary>The transaction has failed: it can do nothing but roll back.</summary>
    Failed,

    /// <summary>It cannot be read just now.</summary>
    Unreadable,
}
