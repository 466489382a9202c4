using Npgsql;

namespace RaceLab.Engine.Sessions;

/// <summary>The server is well and has refused one statement: that of content, or one that the lab has made of it.</summary>
public sealed class StatementRefusedException : ServerRefusedException
{
    /// <summary>Makes one.</summary>
    /// <param name="refused">Whose statement, and why.</param>
    /// <param name="cause">The server's error, for the log.</param>
    public StatementRefusedException(RefusedStatement refused, PostgresException cause)
        : base((refused ?? throw new ArgumentNullException(nameof(refused))).Sentence, cause) => Refused = refused;

    /// <summary>Whose statement, and why.</summary>
    public RefusedStatement Refused { get; }

    /// <summary>Whether the server speaks of a statement, and the session goes on as far as the server is concerned.</summary>
    internal static bool IsAboutAStatement(PostgresException error) => error.InvariantSeverity is not ("FATAL" or "PANIC");
}

/// <summary>A statement that the server has refused.</summary>
/// <param name="Statement">Whose it is, as it stands in a sentence: "the schema", "the invariant 'doubles'", "the step 'insert'".</param>
/// <param name="SqlState">Five characters.</param>
/// <param name="Message">The server's words.</param>
/// <param name="Limit">For a statement that ran into <c>statement_timeout</c>: how long it may take. Null for all others.</param>
public sealed record RefusedStatement(string Statement, string SqlState, string Message, TimeSpan? Limit = null)
{
    // Classes of https://www.postgresql.org/docs/current/errcodes-appendix.html: a deadlock or a serialization failure (40), too few resources (53), an operator (57),
    // the operating system (58), the server itself (XX). All others say what is wrong with a statement, or with what it works on.
    private static readonly string[] NotOfContent = ["40", "53", "57", "58", "XX"];

    /// <summary>Whether content is to blame, and not the server: somebody has to correct it before anything else helps.</summary>
    public bool IsOfContent => !NotOfContent.Any(c => SqlState.StartsWith(c, StringComparison.Ordinal));

    /// <summary>What happened, in a sentence.</summary>
    public string Sentence => Limit is { } limit
        ? $"The server ended {Statement} after {limit.TotalSeconds:0.###} s, which is as long as it may take ({SqlState})."
        : $"The server refused {Statement} ({SqlState}): {Message.TrimEnd('.')}.";
}
