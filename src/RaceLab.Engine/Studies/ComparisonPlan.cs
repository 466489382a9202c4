using System.Globalization;
using RaceLab.Engine.Content;
using RaceLab.Engine.Races;

namespace RaceLab.Engine.Studies;

/// <summary>
/// A comparison: some strategies of a scenario raced in turn under one workload, in rounds. The order is turned round every other round, so that a server that
/// becomes slower or faster meanwhile does so for everybody. Within a round all draw their keys and pauses from the same seed, and each round has another.
/// </summary>
public static class ComparisonPlan
{
    /// <summary>As in <see cref="StudyPlan.Kind"/>.</summary>
    public const string Kind = "comparison";

    /// <summary>Of a single round nobody knows how much chance was in it.</summary>
    public const int FewestRounds = 2;

    /// <summary>The most rounds.</summary>
    public const int MostRounds = 10;

    /// <summary>How many, where nobody says otherwise.</summary>
    public const int UsualRounds = 4;

    private const string Rounds = "rounds";

    /// <summary>The longest time of the race that warms up.</summary>
    public static readonly TimeSpan WarmUpTime = TimeSpan.FromSeconds(1);

    /// <summary>Why so many strategies cannot be compared in so many rounds, in a sentence; null where they can.</summary>
    public static string? FindProblem(int strategies, int rounds) =>
        strategies < 2 ? "Choose at least two strategies: one alone has nothing to be compared with."
        : rounds is < FewestRounds or > MostRounds ? $"Rounds must be between {FewestRounds} and {MostRounds}, and {rounds} is not."
        : null;

    /// <summary>The plan of a comparison.</summary>
    /// <param name="scenario">Whose strategies.</param>
    /// <param name="strategies">At least two, none of them twice.</param>
    /// <param name="workload">For all of them.</param>
    /// <param name="rounds"><see cref="FewestRounds"/> to <see cref="MostRounds"/>.</param>
    /// <exception cref="RaceRefusedException">One of these is not so.</exception>
    public static StudyPlan Of(Scenario scenario, IReadOnlyList<Strategy> strategies, Workload workload, int rounds)
    {
        ArgumentNullException.ThrowIfNull(scenario);
        ArgumentNullException.ThrowIfNull(workload);
        if (FindProblem(strategies.Distinct().Count(), rounds) is { } problem) throw new RaceRefusedException(problem);
        return new StudyPlan
        {
            Kind = Kind,
            Scenario = scenario,
            Strategies = strategies,
            Workload = workload,
            Choices = new Dictionary<string, string> { [Rounds] = rounds.ToString(CultureInfo.InvariantCulture) },
            Races = [.. WarmUp(strategies[0], workload), .. Enumerable.Range(1, rounds).SelectMany(round => Round(strategies, workload, round))],
        };
    }

    /// <summary>How many rounds a comparison was to have.</summary>
    public static int RoundsOf(StudyRecord record) =>
        int.TryParse(record.Choices.GetValueOrDefault(Rounds), NumberStyles.None, CultureInfo.InvariantCulture, out var rounds) ? rounds : 0;

    private static IEnumerable<PlannedRace> WarmUp(Strategy strategy, Workload workload)
    {
        yield return new PlannedRace(0, strategy, workload.Duration > WarmUpTime ? workload with { Duration = WarmUpTime } : workload);
    }

    private static IEnumerable<PlannedRace> Round(IReadOnlyList<Strategy> strategies, Workload workload, int round)
    {
        var races = strategies.Select(s => new PlannedRace(round, s, workload with { Seed = unchecked(workload.Seed + round - 1) }));
        return round % 2 == 1 ? races : races.Reverse();
    }
}
