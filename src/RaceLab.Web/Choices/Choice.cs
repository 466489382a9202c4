namespace RaceLab.Web.Choices;

/// <summary>Something that can be chosen, one of several.</summary>
/// <param name="Value">What choosing it means.</param>
/// <param name="Title">A few words.</param>
public sealed record Choice(string Value, string Title)
{
    /// <summary>A sentence on it, shown while it is chosen; null: none.</summary>
    public string? About { get; init; }

    /// <summary>A word at its end, such as how much there is of it; null: none.</summary>
    public string? Aside { get; init; }

    /// <summary>Whether it is done with: its word stands behind a tick.</summary>
    public bool IsDone { get; init; }

    /// <summary>Why it cannot be had on this server, in a sentence; null: it can.</summary>
    public string? Lack { get; init; }
}

/// <summary>Choices that belong together.</summary>
/// <param name="Title">What they have in common; null: they need no heading.</param>
/// <param name="Tone">The name of its colour and shape: broken, halfright or sound; null: neither.</param>
/// <param name="Choices">At least one.</param>
public sealed record ChoiceGroup(string? Title, string? Tone, IReadOnlyList<Choice> Choices);
