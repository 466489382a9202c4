using System.Globalization;
using RaceLab.Engine.Programs;

namespace RaceLab.Engine.Content;

/// <summary>Tables, a contention key and the invariants that a race over them may break, with the strategies that try to protect them.</summary>
/// <param name="Id">The folder's name under <c>content/scenarios</c>: lower-case letters, digits and hyphens.</param>
/// <param name="Title">A few words for pickers and headings.</param>
/// <param name="Summary">One sentence: what goes wrong here.</param>
/// <param name="Text">The learner's introduction, in Markdown.</param>
/// <param name="MinimumPostgres">The lowest major version of PostgreSQL that runs it, 13 or more.</param>
/// <param name="Key">How a key's number becomes the value that attempts fight over.</param>
/// <param name="Schema">SQL that makes the tables, run by the race's own role in an empty schema.</param>
/// <param name="Rows">A query for the rows that attempts left behind: columns <c>attempt</c> (NULL where the row was
/// there before) and <c>key</c> first, then whatever is worth showing.</param>
/// <param name="Invariants">What must hold afterwards, in the order of the file; at least one.</param>
/// <param name="Strategies">In the order of the file; at least one.</param>
/// <param name="File">The path of the file that it was read from.</param>
public sealed record Scenario(
    string Id,
    string Title,
    string Summary,
    string Text,
    int MinimumPostgres,
    KeyTemplate Key,
    string Schema,
    string Rows,
    IReadOnlyList<Invariant> Invariants,
    IReadOnlyList<Strategy> Strategies,
    string File)
{
    /// <summary>The place of those that say none.</summary>
    public const int LastPlace = 99;

    /// <summary>The most deliveries of one attempt.</summary>
    public const int MostDeliveries = 10;

    /// <summary>Where its SQL stands in <see cref="File"/>.</summary>
    public ContentLines Lines { get; init; } = new();

    /// <summary>
    /// How often the same attempt arrives at most, until it is answered well (created, found or updated): from 1, where nobody sends twice, to <see cref="MostDeliveries"/>.
    /// </summary>
    public int Deliveries { get; init; } = 1;

    /// <summary>The race that suits it; null where any does.</summary>
    public UsualWorkload? Workload { get; init; }

    /// <summary>What all its strategies rely on, beside the version.</summary>
    public IReadOnlyList<ServerBehaviour> Behaviours { get; init; } = [];

    /// <summary>What must stand beside the database for any of its strategies.</summary>
    public IReadOnlyList<LabService> Services { get; init; } = [];

    /// <summary>Extensions of PostgreSQL that all of its strategies use.</summary>
    public IReadOnlyList<string> Extensions { get; init; } = [];

    /// <summary>Its place among the scenarios, 1 to <see cref="LastPlace"/>: the lowest is offered first, and equals stand in the order of their ids.</summary>
    public int Order { get; init; } = LastPlace;

    /// <summary>What is there for each key before anybody comes; null: nothing.</summary>
    public KeyRows? KeyRows { get; init; }

    /// <summary>A query for what a stepped run shows of the tables; null: what <see cref="Rows"/> says.</summary>
    public string? View { get; init; }

    /// <summary>What a learner may try with its strategies, in the order of the file.</summary>
    public IReadOnlyList<Puzzle> Puzzles { get; init; } = [];

    /// <summary>What one of its strategies asks of a server: its own needs, the scenario's, and the services that its steps use.</summary>
    public Needs NeedsOf(Strategy strategy) =>
        new Needs(MinimumPostgres, Behaviours) { Services = Services, Extensions = Extensions }.And(strategy.Needs with { Services = [.. strategy.Needs.Services.Union(strategy.Program.Services)] });

    /// <summary>The strategy of that id, or null.</summary>
    public Strategy? FindStrategy(string id) => Strategies.FirstOrDefault(s => s.Id == id);

    /// <summary>The puzzle of that id, or null.</summary>
    public Puzzle? FindPuzzle(string id) => Puzzles.FirstOrDefault(p => p.Id == id);
}

/// <summary>What must hold when the race is over.</summary>
/// <param name="Name">Its name in the file, such as <c>duplicates</c>.</param>
/// <param name="Title">What must hold, in a few words: "one row per email".</param>
/// <param name="Query">Returns a row (<c>key</c>, <c>excess</c>) for each violation, and none where the invariant holds.</param>
/// <param name="Live">What the attempts' answers say about it while the race still runs.</param>
public sealed record Invariant(string Name, string Title, string Query, LiveCount Live);

/// <summary>What the page can count from the attempts' answers before the invariant's query has been asked.</summary>
public enum LiveCount
{
    /// <summary>Nothing: this invariant is known only afterwards.</summary>
    None,

    /// <summary>For each key, the creations beyond the first. Agrees with the table where each creation makes one row.</summary>
    ExtraCreations,
}

/// <summary>What a strategy says of an invariant.</summary>
public enum Promise
{
    /// <summary>No violation, ever.</summary>
    None,

    /// <summary>Violations are this strategy's flaw: a race is expected to show some.</summary>
    Some,
}

/// <summary>How a key's number becomes the contended value, such as <c>learner-{n}@example.com</c>.</summary>
/// <param name="Text">A text with exactly one <c>{n}</c>.</param>
public readonly record struct KeyTemplate(string Text)
{
    /// <summary>The place of the number.</summary>
    public const string Placeholder = "{n}";

    /// <summary>The value for a key number, 1 or more.</summary>
    public string For(int number) =>
        Text.Replace(Placeholder, number.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);

    /// <summary>The values of so many keys, each at its number; nothing is at 0.</summary>
    public string[] UpTo(int keys) => ["", .. Enumerable.Range(1, keys).Select(For)];

    /// <summary>The number, 1 or more, of the key that has a value; 0: there is none.</summary>
    public int NumberOf(string value)
    {
        var from = Text.IndexOf(Placeholder, StringComparison.Ordinal);
        var digits = value.Length - Text.Length + Placeholder.Length;
        return digits > 0 && int.TryParse(value.AsSpan(from, digits), NumberStyles.None, CultureInfo.InvariantCulture, out var number) && For(number) == value ? number : 0;
    }
}
