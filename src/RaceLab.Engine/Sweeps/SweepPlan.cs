using System.Globalization;
using RaceLab.Engine.Content;
using RaceLab.Engine.Races;
using RaceLab.Engine.Studies;

namespace RaceLab.Engine.Sweeps;

/// <summary>
/// A sweep of the race window: races over all pairs of a pause and a number of workers. In each race, all workers make one attempt at each key, one key after another, and arrive
/// at it within <see cref="Spread"/>. One key of one race is one trial: either it ends up violating <see cref="Invariant"/>, which the table says after the race, or it does not.
/// </summary>
public sealed record SweepPlan
{
    /// <summary>What sort of study a sweep is.</summary>
    public const string Kind = "sweep";

    /// <summary>The most pauses.</summary>
    public const int MostPauses = 12;

    /// <summary>The most numbers of workers.</summary>
    public const int MostWorkers = 8;

    /// <summary>The most keys of one race.</summary>
    public const int MostKeys = 1000;

    /// <summary>The most races of one cell.</summary>
    public const int MostRounds = 10;

    /// <summary>The longest that a sweep may be expected to take.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromMinutes(20);

    // About what a race takes beside its attempts, and an attempt beside its pause: only for the time that is expected beforehand.
    private const double PreparationMs = 500;
    private const double AttemptMs = 4;
    private const int LoneKeys = 20;

    /// <summary>The invariant's name in content.</summary>
    public required string Invariant { get; init; }

    /// <summary>In ascending order, each 0 to 1 s, in whole milliseconds as timers have them.</summary>
    public required IReadOnlyList<int> PausesMs { get; init; }

    /// <summary>In ascending order, each 2 or more.</summary>
    public required IReadOnlyList<int> Workers { get; init; }

    /// <summary>The time within which all workers arrive at a key, each at a time of its own: 1 ms to 1 s.</summary>
    public required TimeSpan Spread { get; init; }

    /// <summary>Keys of each race, 1 to <see cref="MostKeys"/>.</summary>
    public required int Keys { get; init; }

    /// <summary>How many races each cell has, 1 to <see cref="MostRounds"/>: the first round fills the map roughly, each later one makes it more certain.</summary>
    public required int Rounds { get; init; }

    /// <summary>Where the arrivals and the order of the cells are drawn from.</summary>
    public required long Seed { get; init; }

    /// <summary>About how long it takes when nobody is in its way.</summary>
    public TimeSpan ExpectedTime => Races().Aggregate(TimeSpan.Zero, (sum, race) => sum + Expected(race.Workload));

    /// <summary>How many races it has.</summary>
    public int Count => 1 + (Rounds * PausesMs.Count * (Workers.Count + 1));

    /// <summary>
    /// The races in the order in which they run: round after round of all cells, each round in an order of its own that is drawn, so that a machine that slows down meanwhile is
    /// not mistaken for a longer pause. Among them, with one worker, are those that the model is made of.
    /// </summary>
    public IEnumerable<(int Round, Workload Workload)> Races()
    {
        // Where each key is visited twice by one worker: whether the second visitor of a key still writes. It is also what warms up.
        yield return (0, Race(1, LoneKeys, PausesMs[0]) with { Attempts = 2 * LoneKeys });
        var cells = PausesMs.SelectMany(pause => Workers.Prepend(1).Select(workers => (pause, workers))).ToArray();
        var draw = new Draw(Seed, 0);
        for (var round = 1; round <= Rounds; round++)
        {
            for (var i = cells.Length - 1; i > 0; i--)
            {
                var other = draw.Below(i + 1);
                (cells[i], cells[other]) = (cells[other], cells[i]);
            }

            foreach (var (pause, workers) in cells)
                yield return (round, workers == 1 ? Race(1, LoneKeys, pause) : Race(workers, Keys, pause) with { ArrivalSpread = Spread, Seed = unchecked((Seed * 1000) + round) });
        }
    }

    /// <summary>The same as a study.</summary>
    /// <param name="scenario">As it stands in content.</param>
    /// <param name="strategy">One of its strategies.</param>
    public StudyPlan For(Scenario scenario, Strategy strategy) => new()
    {
        Kind = Kind,
        Scenario = scenario,
        Strategies = [strategy],
        Workload = Race(Workers[0], Keys, PausesMs[0]) with { ArrivalSpread = Spread },
        Choices = new SweepChoices
        {
            Invariant = Invariant,
            Pauses = string.Join(',', PausesMs),
            Workers = string.Join(',', Workers),
            Spread = Text((long)Spread.TotalMilliseconds),
            Keys = Text(Keys),
            Rounds = Text(Rounds),
            Seed = Text(Seed),
        }.Write(),
        Races = [.. Races().Select(r => new PlannedRace(r.Round, strategy, r.Workload))],
    };

    /// <summary>Why it cannot be run, in sentences, by what they are about; none where it can.</summary>
    /// <param name="workersPerRace">The most workers that the lab allows.</param>
    public IEnumerable<WorkloadProblem> Validate(int workersPerRace = Workload.MaximumWorkers)
    {
        if (PausesMs.Count is < 1 or > MostPauses || !Ascends(PausesMs) || PausesMs[0] < 0 || PausesMs[^1] > Workload.MaximumPause.TotalMilliseconds)
            yield return new(nameof(PausesMs), $"Pauses are 1 to {MostPauses} different whole numbers of milliseconds from 0 to {Workload.MaximumPause.TotalMilliseconds:N0}, the shortest first.");
        if (Workers.Count is < 1 or > MostWorkers || !Ascends(Workers) || Workers[0] < 2 || Workers[^1] > workersPerRace)
            yield return new(nameof(Workers), $"Workers are 1 to {MostWorkers} different numbers from 2 to {workersPerRace}, the smallest first: one alone races nobody.");
        if (Spread < TimeSpan.FromMilliseconds(1) || Spread > Workload.MaximumPause)
            yield return new(nameof(Spread), $"Arrivals are spread over 1 to {Workload.MaximumPause.TotalMilliseconds:N0} ms.");
        if (Keys is < 1 or > MostKeys) yield return new(nameof(Keys), $"Keys must be between 1 and {MostKeys:N0} in each race, and {Keys} is not.");
        if (Rounds is < 1 or > MostRounds) yield return new(nameof(Rounds), $"Rounds must be between 1 and {MostRounds}, and {Rounds} is not.");
    }

    /// <summary>Why a sweep whose values are all in range is too long, in a sentence; null where it is not.</summary>
    public string? FindExcess() => Count > StudyPlan.MostRaces
        ? $"These are {Count} races, and one sweep has at most {StudyPlan.MostRaces}. Choose fewer rounds, pauses or numbers of workers."
        : ExpectedTime > Longest
        ? $"These {Count} races would take about {ExpectedTime.TotalMinutes:F0} minutes, and a sweep takes {Longest.TotalMinutes:F0} at most. Choose fewer keys, rounds, pauses or numbers of workers, or a shorter spread."
        : null;

    /// <summary>About how long a race takes.</summary>
    public static TimeSpan Expected(Workload workload) => TimeSpan.FromMilliseconds(
        PreparationMs + ((workload.Attempts ?? 0) * ((workload.ArrivalSpread?.TotalMilliseconds ?? 0) + workload.PauseHigh.TotalMilliseconds + AttemptMs)));

    private Workload Race(int workers, int keys, int pauseMs) => new()
    {
        Workers = workers,
        Keys = keys,
        Attempts = keys,
        Duration = null,
        Distribution = KeyDistribution.InTurn,
        PauseLow = TimeSpan.FromMilliseconds(pauseMs),
        PauseHigh = TimeSpan.FromMilliseconds(pauseMs),
        Seed = Seed,
    };

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static bool Ascends(IReadOnlyList<int> values) => values.Zip(values.Skip(1)).All(pair => pair.First < pair.Second);
}
