using System.Text.Json;
using System.Text.Json.Serialization;
using RaceLab.Engine.Content;
using RaceLab.Engine.Races;

namespace RaceLab.Engine.Studies;

/// <summary>
/// All that is known about a study, while it runs and after: what was asked for, and the results so far. Comparisons and sweeps are computed from it, so
/// that what is kept are measurements and not conclusions. Never changes; a study under way has a new one after each race.
/// </summary>
public sealed record StudyRecord
{
    /// <summary>The version that this lab writes.</summary>
    public const int NewestVersion = 1;

    /// <summary>Of the document.</summary>
    public int Version { get; init; } = NewestVersion;

    /// <summary>As in <see cref="StudyPlan.Kind"/>.</summary>
    public required string Kind { get; init; }

    /// <summary>The scenario's id.</summary>
    public required string Scenario { get; init; }

    /// <summary>The scenario's title at that time.</summary>
    public required string ScenarioTitle { get; init; }

    /// <summary>In the order in which they were chosen.</summary>
    public required IReadOnlyList<StudiedStrategy> Strategies { get; init; }

    /// <summary>As in <see cref="StudyPlan.Workload"/>.</summary>
    public required Workload Workload { get; init; }

    /// <summary>As in <see cref="StudyPlan.Choices"/>.</summary>
    public required IReadOnlyDictionary<string, string> Choices { get; init; }

    /// <summary>How many races were planned.</summary>
    public required int Planned { get; init; }

    /// <summary>Those that are over, in the order in which they ran. One that was cut short by the study's end is not among them.</summary>
    public required IReadOnlyList<StudiedRace> Races { get; init; }

    /// <summary>How it ended; null while it runs.</summary>
    public StudyEnd? End { get; init; }

    /// <summary>Why it ended other than by itself, in a sentence.</summary>
    public string? Problem { get; init; }

    /// <summary>What it is found by: the scenario's and the strategies' ids and titles.</summary>
    public string Words() => string.Join(' ', [Scenario, ScenarioTitle, .. Strategies.SelectMany(s => (string[])[s.Id, s.Title])]);

    /// <summary>The record as JSON.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, RaceJson.Options);

    /// <summary>The record of a document.</summary>
    /// <exception cref="InvalidDataException">A newer lab wrote it, or it is none.</exception>
    public static StudyRecord Read(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            if (document.RootElement.GetProperty("version").GetInt32() > NewestVersion)
                throw new InvalidDataException("A newer lab wrote this study: that lab can show it.");
            return document.RootElement.Deserialize<StudyRecord>(RaceJson.Options)!;
        }
        catch (Exception failure) when (failure is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new InvalidDataException("What was kept of this study cannot be read.", failure);
        }
    }

    /// <summary>The record of a plan of which nothing has run.</summary>
    internal static StudyRecord Of(StudyPlan plan) => new()
    {
        Kind = plan.Kind,
        Scenario = plan.Scenario.Id,
        ScenarioTitle = plan.Scenario.Title,
        Strategies = [.. plan.Strategies.Select(s => new StudiedStrategy(s.Id, s.Title, s.Promises))],
        Workload = plan.Workload,
        Choices = plan.Choices,
        Planned = plan.Races.Count,
        Races = [],
    };

    /// <summary>The same with one more race.</summary>
    internal StudyRecord With(PlannedRace race, RaceResult result) => this with
    {
        Races =
        [
            .. Races,
            new StudiedRace(race.Round, WithoutPictures(result))
            {
                RoundTripsPerAttempt = PerAttempt(result.Timing?.RoundTrips, result),
                LockWaitMsPerAttempt = PerAttempt(result.Autopsy?.WaitTime?.SampledMs, result),
            },
        ],
    };

    private static double? PerAttempt(double? sum, RaceResult result) => result.Attempts.Total == 0 ? null : sum / result.Attempts.Total;

    // A study has up to hundreds of races: what only a race's own page draws would be most of their size.
    private static RaceResult WithoutPictures(RaceResult result) => result with
    {
        Lanes = [],
        Snapshot = [],
        Autopsy = null,
        Timing = null,
        Invariants = [.. result.Invariants.Select(i => i with { Offenders = i.Offenders with { Rows = [] } })],
    };
}

/// <summary>A strategy as it was when it was raced.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Title">Its title.</param>
/// <param name="Promises">What it said of each invariant, by name.</param>
public sealed record StudiedStrategy(string Id, string Title, IReadOnlyDictionary<string, Promise> Promises);

/// <summary>A race of a study that is over.</summary>
/// <param name="Round">As in <see cref="PlannedRace.Round"/>.</param>
/// <param name="Result">How it ended, without lanes, frames, distributions and autopsy.</param>
public sealed record StudiedRace(int Round, RaceResult Result)
{
    /// <summary>What an attempt sent to a server and waited for, on average; null where that was not counted.</summary>
    public double? RoundTripsPerAttempt { get; init; }

    /// <summary>How long an attempt waited for locks, in ms on average, as looks at the lock tables let one estimate it (<see cref="Autopsies.LockWaitTime.SampledMs"/>); null after too few looks.</summary>
    public double? LockWaitMsPerAttempt { get; init; }

    /// <summary>Whether it says anything: it ran, and the table was asked. A race that took longer than any may is among them.</summary>
    [JsonIgnore]
    public bool HasVerdict => Result.End is RaceEnd.Finished or RaceEnd.Stopped && Result.Attempts.Total > 0 && Result.Invariants.Count > 0;
}

/// <summary>How a study ended.</summary>
public enum StudyEnd
{
    /// <summary>All its races ran.</summary>
    Finished,

    /// <summary>Somebody stopped it.</summary>
    Stopped,

    /// <summary>It had taken as long as a study may (<see cref="StudyPlan.MaximumElapsed"/>).</summary>
    OutOfTime,

    /// <summary>Race after race could not be run, or the lab failed.</summary>
    Failed,
}
