using RaceLab.Engine.History;
using RaceLab.Engine.Races;
using RaceLab.Web.Races;

namespace RaceLab.Web.History;

/// <summary>What the history says.</summary>
public static class HistoryWords
{
    /// <summary>The verdicts that can be looked for, with their words.</summary>
    public static IReadOnlyList<(HistoryVerdict Verdict, string Words)> Verdicts { get; } =
    [
        (HistoryVerdict.Shown, "flaw shown"),
        (HistoryVerdict.Kept, "kept"),
        (HistoryVerdict.NotShown, "flaw not shown"),
        (HistoryVerdict.Broken, "promise broken"),
        (HistoryVerdict.None, "no verdict"),
    ];

    /// <summary>The sign of a verdict.</summary>
    public static VerdictMood MoodOf(HistoryVerdict verdict) => verdict switch
    {
        HistoryVerdict.Kept => VerdictMood.Kept,
        HistoryVerdict.Shown => VerdictMood.Shown,
        HistoryVerdict.NotShown => VerdictMood.NotShown,
        HistoryVerdict.Broken => VerdictMood.Broken,
        _ => VerdictMood.None,
    };

    /// <summary>How a race came out, in a few words.</summary>
    public static string VerdictOf(RaceSummary race)
    {
        ArgumentNullException.ThrowIfNull(race);
        var verdict = Verdicts.Single(v => v.Verdict == race.Verdict).Words;
        return race.End switch
        {
            RaceEnd.Finished => verdict,
            RaceEnd.Stopped => $"{verdict}, stopped",
            RaceEnd.Refused => "not started",
            _ => "interrupted",
        };
    }

    /// <summary>What was counted: 31 duplicates; a dash where the table could not be asked.</summary>
    public static string TallyOf(RaceSummary race)
    {
        ArgumentNullException.ThrowIfNull(race);
        return race.Telling is { } telling ? $"{Figures.Count(telling.Excess)} {telling.Name}" : "–";
    }

    /// <summary>What a study was: comparison of 3 strategies, 30 races.</summary>
    public static string TitleOf(string kind, StudySummary study)
    {
        ArgumentNullException.ThrowIfNull(kind);
        ArgumentNullException.ThrowIfNull(study);
        var races = study.Races == study.Planned ? Figures.Count(study.Races, "race", "races") : $"{Figures.Count(study.Races)} of {Figures.Count(study.Planned, "race", "races")}";
        return $"{(kind.Length == 0 ? "Study" : char.ToUpperInvariant(kind[0]) + kind[1..])} of {Figures.Count(study.Strategies.Count, "strategy", "strategies")}, {races}";
    }

    /// <summary>The permalink of a study, from the slash on.</summary>
    public static string AddressOf(HistoryEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        return entry.Kind == "comparison" ? $"/compare/{entry.Id}" : $"/{entry.Kind}/{entry.Id}";
    }

    /// <summary>How a study ended.</summary>
    public static string EndOf(string ended) => ended == "outOfTime" ? "out of time" : ended;

    /// <summary>When something was asked for.</summary>
    public static string TimeOf(DateTimeOffset when) => when.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", System.Globalization.CultureInfo.InvariantCulture) + " UTC";

    /// <summary>What the list shows, in a sentence.</summary>
    public static string CountOf(HistoryList page, HistoryLink link)
    {
        ArgumentNullException.ThrowIfNull(page);
        ArgumentNullException.ThrowIfNull(link);
        if (page.OwnEntries == 0) return "Nothing of yours is kept yet. Every race, comparison and sweep comes here when it is over.";
        if (page.Entries.Count == 0) return link.Before is null ? "Nothing of yours is like that. Try fewer words, or another verdict." : "There is nothing older.";
        var shown = $"{Figures.Count(page.Entries.Count)} shown";
        return link switch
        {
            { Before: not null } => $"{shown}, older than those before.",
            _ when page.Next is not null => $"The newest {Figures.Count(page.Entries.Count)}{(link.IsSearch ? " of those that match" : "")}; older ones follow.",
            _ when link.IsSearch => $"{shown}: all that match.",
            _ => $"{shown}: all of yours.",
        };
    }

    /// <summary>How much is kept, of one's own and at most.</summary>
    public static string LimitsOf(HistoryList page, HistoryLimits limits)
    {
        ArgumentNullException.ThrowIfNull(page);
        ArgumentNullException.ThrowIfNull(limits);
        return $"Yours: {Figures.Count(page.OwnEntries, "entry", "entries")}, {Size(page.OwnBytes)}. This lab keeps the newest {Figures.Count(limits.Entries, "entry", "entries")} of all learners, "
            + $"for {Figures.Count(limits.Days, "day", "days")} and up to {Figures.Count(limits.Megabytes)} MB together; what is beyond that goes, the oldest first.";
    }

    private static string Size(long bytes) => bytes < 1_000_000
        ? string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{bytes / 1000.0:0} kB")
        : string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{bytes / 1_000_000.0:0.0} MB");
}
