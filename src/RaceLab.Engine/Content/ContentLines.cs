using System.Globalization;
using YamlDotNet.RepresentationModel;

namespace RaceLab.Engine.Content;

/// <summary>Where the SQL of a scenario stands in its file, so that what a server says about it can be reported with a line.</summary>
public sealed class ContentLines
{
    /// <summary>The place of the tables.</summary>
    public const string Schema = "schema";

    /// <summary>The place of the statement that is run for each key.</summary>
    public const string KeyRows = "for each key";

    /// <summary>The place of the query for what attempts left behind.</summary>
    public const string Rows = "rows";

    /// <summary>The place of the query for what a stepped run shows.</summary>
    public const string View = "view";

    private readonly Dictionary<string, int> _lines = [];

    private readonly Dictionary<string, string> _hints = [];

    /// <summary>The place of an invariant's query.</summary>
    public static string Query(string invariant) => $"invariants/{invariant}/query";

    /// <summary>The place of a strategy.</summary>
    public static string Strategy(string strategy) => $"strategies/{strategy}";

    /// <summary>The place of a strategy's setup.</summary>
    public static string Setup(string strategy) => $"strategies/{strategy}/setup";

    /// <summary>The place of a step's statement.</summary>
    public static string Statement(string strategy, string step) => $"strategies/{strategy}/steps/{step}";

    /// <summary>The place of a strategy's witness, or of one entry of it.</summary>
    /// <param name="strategy">The strategy.</param>
    /// <param name="entry">Which, from 0; null: the whole.</param>
    public static string Witness(string strategy, int? entry = null) => Entry($"strategies/{strategy}/witness", entry);

    /// <summary>The place of a puzzle's solution, or of one entry of it.</summary>
    /// <param name="puzzle">The puzzle.</param>
    /// <param name="entry">Which, from 0; null: the whole.</param>
    public static string Solution(string puzzle, int? entry = null) => Entry($"puzzles/{puzzle}/solution", entry);

    private static string Entry(string place, int? entry) => entry is { } number ? string.Create(CultureInfo.InvariantCulture, $"{place}/{number}") : place;

    /// <summary>The line on which the text at a place begins, from 1; 1 where the place is not known.</summary>
    public int Of(string place) => _lines.GetValueOrDefault(place, 1);

    /// <summary>What may be the matter with the text at a place if the server refuses it; null: nothing is known.</summary>
    public string? HintOf(string place) => _hints.GetValueOrDefault(place);

    internal void AddHint(string place, string hint) => _hints.TryAdd(place, hint);

    internal void AddEntries(Func<int?, string> place, int line, YamlSequenceNode entries)
    {
        Add(place(null), line);
        for (var entry = 0; entry < entries.Children.Count; entry++) Add(place(entry), ErrorSink.LineOf(entries.Children[entry]));
    }

    internal void Add(string place, int line) => _lines.TryAdd(place, line);
}
