using RaceLab.Engine.Schedules;
using RaceLab.Web.Races;

namespace RaceLab.Web.Schedules;

/// <summary>A table through a session's eyes, beside what is committed.</summary>
/// <param name="Caption">Whose eyes, and how far it can be known.</param>
/// <param name="Columns">The columns; empty where there is nothing to show.</param>
/// <param name="Rows">The rows.</param>
/// <param name="More">How many rows are not shown, in words; null: none.</param>
public sealed record LookPicture(string Caption, IReadOnlyList<string> Columns, IReadOnlyList<LookRow> Rows, string? More)
{
    /// <summary>What is committed.</summary>
    public static LookPicture Committed(Look? look) => look switch
    {
        null => new LookPicture("Not read yet.", [], [], null),
        { Kind: LookKind.Unreadable } => new LookPicture(look.Reason!, [], [], null),
        _ => Table("What everybody sees who begins now", look, []),
    };

    /// <summary>What a session sees.</summary>
    public static LookPicture Of(Look look, Look? committed)
    {
        ArgumentNullException.ThrowIfNull(look);
        return look.Kind switch
        {
            LookKind.Committed => new LookPicture("No transaction is open: it sees what is committed.", [], [], null),
            LookKind.NotYet => new LookPicture("No snapshot yet: its first query takes one, of what is committed then.", [], [], null),
            LookKind.Failed => new LookPicture("Its transaction has failed, and sees nothing more.", [], [], null),
            LookKind.Unreadable => new LookPicture(look.Reason!, [], [], null),
            LookKind.Waiting when look.Rows is null => new LookPicture("It waits, and sees nothing new until then.", [], [], null),
            LookKind.Waiting => Table("It waits; this is what it saw when it sent its statement", look, Texts(committed)),
            LookKind.Snapshot => Table("Its snapshot, without its own changes: under SERIALIZABLE a look would count as a read", look, Texts(committed)),
            _ => Table("What it sees now", look, Texts(committed)),
        };
    }

    private static LookPicture Table(string caption, Look look, HashSet<string> committed)
    {
        var answer = look.Rows!;
        var rows = answer.Rows.Select(r => new LookRow(r, look.Kind == LookKind.Own && !committed.Contains(Text(r)))).ToList();
        var more = answer.Total - answer.Rows.Count;
        return new LookPicture(
            answer.Total == 0 ? $"{caption}: no rows" : caption,
            answer.Total == 0 ? [] : answer.Columns,
            rows,
            more > 0 ? $"and {Figures.Count(more, "row", "rows")} more" : null);
    }

    private static HashSet<string> Texts(Look? look) => [.. look?.Rows?.Rows.Select(Text) ?? []];

    private static string Text(IReadOnlyList<string?> row) => string.Join('\u001f', row.Select(v => v ?? "\u0000"));
}

/// <summary>A row.</summary>
/// <param name="Values">A value for each column; null is NULL.</param>
/// <param name="IsOwn">Whether nobody else sees it so: it is not committed, or it is an old version.</param>
public sealed record LookRow(IReadOnlyList<string?> Values, bool IsOwn);
