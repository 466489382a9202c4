using System.Text.RegularExpressions;

namespace RaceLab.Web.Races;

/// <summary>A piece of SQL, for showing.</summary>
/// <param name="Text">As written.</param>
/// <param name="Kind">Keyword, parameter, text or anything else.</param>
public sealed partial record SqlPiece(string Text, SqlPieceKind Kind)
{
    /// <summary>
    /// Splits SQL at its keywords, which content writes in capitals, its <c>@parameters</c> and its quoted texts. The pieces together are
    /// the SQL, character by character.
    /// </summary>
    public static IReadOnlyList<SqlPiece> Split(string sql)
    {
        var pieces = new List<SqlPiece>();
        var at = 0;
        foreach (Match match in Pieces().Matches(sql))
        {
            if (match.Index > at) pieces.Add(new SqlPiece(sql[at..match.Index], SqlPieceKind.Plain));
            var kind = match.Groups["quoted"].Success ? SqlPieceKind.Quoted
                : match.Groups["parameter"].Success ? SqlPieceKind.Parameter
                : SqlPieceKind.Keyword;
            pieces.Add(new SqlPiece(match.Value, kind));
            at = match.Index + match.Length;
        }

        if (at < sql.Length) pieces.Add(new SqlPiece(sql[at..], SqlPieceKind.Plain));
        return pieces;
    }

    [GeneratedRegex("""(?<quoted>'(?:[^']|'')*')|(?<parameter>@[a-z_][a-z0-9_]*)|\b[A-Z][A-Z]+\b""")]
    private static partial Regex Pieces();
}

/// <summary>Kinds of <see cref="SqlPiece"/>.</summary>
public enum SqlPieceKind
{
    /// <summary>Anything else.</summary>
    Plain,

    /// <summary>A word in capitals.</summary>
    Keyword,

    /// <summary>A value that the attempt fills in.</summary>
    Parameter,

    /// <summary>A string constant.</summary>
    Quoted,
}
