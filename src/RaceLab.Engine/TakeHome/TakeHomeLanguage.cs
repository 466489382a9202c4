namespace RaceLab.Engine.TakeHome;

/// <summary>What a strategy can be taken home as.</summary>
public enum TakeHomeLanguage
{
    /// <summary>A function in C#, with Npgsql.</summary>
    CSharp,

    /// <summary>A function in TypeScript, with pg (node-postgres).</summary>
    TypeScript,

    /// <summary>A function in Python, with psycopg 3.</summary>
    Python,

    /// <summary>A script for psql.</summary>
    Psql,

    /// <summary>A test with parallel requests of the C# function, for xUnit.</summary>
    XUnit,

    /// <summary>A test with parallel requests of the TypeScript function, for Node's own test runner.</summary>
    Node,
}

/// <summary>The words for languages, in addresses and on the command line, and for people.</summary>
public static class TakeHomeLanguages
{
    /// <summary>Every language with its word, in the order in which they are offered.</summary>
    public static readonly IReadOnlyDictionary<string, TakeHomeLanguage> ByWord = new Dictionary<string, TakeHomeLanguage>
    {
        ["csharp"] = TakeHomeLanguage.CSharp,
        ["typescript"] = TakeHomeLanguage.TypeScript,
        ["python"] = TakeHomeLanguage.Python,
        ["psql"] = TakeHomeLanguage.Psql,
        ["xunit"] = TakeHomeLanguage.XUnit,
        ["node"] = TakeHomeLanguage.Node,
    };

    /// <summary>A language's word, such as <c>csharp</c>.</summary>
    public static string WordOf(TakeHomeLanguage language) => ByWord.First(w => w.Value == language).Key;

    /// <summary>What people call it.</summary>
    public static string TitleOf(TakeHomeLanguage language) => language switch
    {
        TakeHomeLanguage.CSharp => "C#",
        TakeHomeLanguage.TypeScript => "TypeScript",
        TakeHomeLanguage.Python => "Python",
        TakeHomeLanguage.Psql => "psql",
        TakeHomeLanguage.XUnit => "Test in xUnit",
        _ => "Test in Node",
    };
}
