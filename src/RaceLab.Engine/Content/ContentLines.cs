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

    /// <summary>The place of an invariant's query.</summary>
    public static string Query(string invariant) => $"invariants/{invariant}/query";

    /// <summary>The place of a strategy's setup.</summary>
    public static string Setup(string strategy) => $"strategies/{strategy}/setup";

    /// <summary>The place of a step's statement.</summary>
    public static string Statement(string strategy, string step) => $"strategies/{strategy}/steps/{step}";

    /// <summary>The line on which the text at a place begins, from 1; 1 where the place is not known.</summary>
    public int Of(string place) => _lines.GetValueOrDefault(place, 1);

    internal void Add(string place, int line) => _lines.TryAdd(place, line);
}
