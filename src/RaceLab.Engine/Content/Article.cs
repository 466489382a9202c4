namespace RaceLab.Engine.Content;

/// <summary>What there is to know of one SQLSTATE.</summary>
/// <param name="SqlState">Its file's name, five digits or capitals.</param>
/// <param name="Condition">PostgreSQL's name for it, such as <c>unique_violation</c>.</param>
/// <param name="Title">What has happened, in a few words.</param>
/// <param name="Summary">One sentence.</param>
/// <param name="Retry">Whether running the same transaction again can help.</param>
/// <param name="Docs">The page of PostgreSQL's documentation that says most about it.</param>
/// <param name="ProducedBy">What produces it here, each for certain.</param>
/// <param name="NotProduced">Why nothing here produces it, in a sentence; null where something does.</param>
/// <param name="Text">Its sections, in Markdown.</param>
public sealed record Article(
    string SqlState, string Condition, string Title, string Summary, RetryAdvice Retry, Uri Docs, IReadOnlyList<Demonstration> ProducedBy, string? NotProduced, string Text)
{
    /// <summary>The headings that every article has, in this order.</summary>
    public static readonly IReadOnlyList<string> Sections = ["What it means", "What causes it", "Whether to retry", "How drivers show it"];
}

/// <summary>Whether running the same transaction again can help.</summary>
public enum RetryAdvice
{
    /// <summary>Never: it would fail again.</summary>
    No,

    /// <summary>From its first statement, a limited number of times, after a short wait.</summary>
    Yes,

    /// <summary>It depends, and the text says on what.</summary>
    Sometimes,
}

/// <summary>A question that people ask, with an answer and what proves it.</summary>
/// <param name="Id">Its file's name: lower-case letters, digits and hyphens.</param>
/// <param name="Title">The question.</param>
/// <param name="Text">The answer, in Markdown.</param>
/// <param name="Proofs">What shows that it is so, at least one.</param>
public sealed record Question(string Id, string Title, string Text, IReadOnlyList<Demonstration> Proofs);

/// <summary>A page of advice that belongs to no single scenario.</summary>
/// <param name="Id">Its file's name: lower-case letters, digits and hyphens.</param>
/// <param name="Title">A few words.</param>
/// <param name="Summary">One sentence.</param>
/// <param name="Text">Markdown.</param>
public sealed record Guide(string Id, string Title, string Summary, string Text);
