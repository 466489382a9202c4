using System.Globalization;
using RaceLab.Engine.Races;
using RaceLab.Web.Races;

namespace RaceLab.Web.Exports;

/// <summary>What the exports of a race are called, and what is said about them.</summary>
public static class ExportWords
{
    private const int LongestName = 60;

    /// <summary>A file's name: what it is about, when, and what is in it; of letters, digits and hyphens only, whatever the ids are.</summary>
    public static string FileName(string about, DateTimeOffset when, string what)
    {
        var safe = new string([.. (about ?? "").Select(c => char.IsAsciiLetterOrDigit(c) ? c : '-')]).Trim('-');
        if (safe.Length > LongestName) safe = safe[..LongestName].TrimEnd('-');
        return $"racelab-{(safe.Length == 0 ? "race" : safe)}-{when.UtcDateTime.ToString("yyyyMMdd-HHmmss", CultureInfo.InvariantCulture)}{what}";
    }

    /// <summary>Why there are no attempts to be exported; null where there are.</summary>
    public static string? NoAttempts(ShownRace race)
    {
        ArgumentNullException.ThrowIfNull(race);
        if (race.Live?.Recording is { Events: > 0 }) return null;
        return race.Result is { Attempts.Total: 0 }
            ? "There are no attempts to export: none ran."
            : "The attempts cannot be exported any more: a race’s log stays in memory until newer races take its room, or the lab is started anew. Its numbers are in the other files.";
    }

    /// <summary>What the file of attempts has, where it does not have all.</summary>
    public static string? SomeAttempts(ShownRace race)
    {
        ArgumentNullException.ThrowIfNull(race);
        return race.Live?.Recording is { CompleteUntilUs: { } until } ? $"only up to {TrackWords.At(until)}, where the log was full" : null;
    }

    /// <summary>What the name of the file of attempts says, so that nobody takes a part for the whole.</summary>
    public static string AttemptsPart(RaceRecording recording)
    {
        ArgumentNullException.ThrowIfNull(recording);
        return recording.CompleteUntilUs is { } until ? string.Create(CultureInfo.InvariantCulture, $"-attempts-first-{until / 1000}-ms.csv") : "-attempts.csv";
    }
}
