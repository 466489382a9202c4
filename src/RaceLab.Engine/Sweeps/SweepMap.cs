using RaceLab.Engine.Content;
using RaceLab.Engine.Races;
using RaceLab.Engine.Statistics;
using RaceLab.Engine.Studies;

namespace RaceLab.Engine.Sweeps;

/// <summary>What a sweep has found so far: for each pair of a pause and a number of workers, how many keys ended up violating the invariant, beside what a simple model predicts.</summary>
/// <param name="Plan">What was asked for.</param>
/// <param name="Promise">What the strategy says of the invariant.</param>
/// <param name="Cells">All of them, pause by pause and in it by workers.</param>
/// <param name="WindowsMs">For each pause, how long an attempt takes with nobody about; null while not measured.</param>
/// <param name="WritesAgain">Whether a second attempt at a key, with nobody about, still writes; null while not measured.</param>
/// <param name="LoneViolations">Keys of lone workers that violated the invariant, though there was nobody to race with.</param>
/// <param name="Unusable">Races that said nothing: they were cut short, or their table could not be asked.</param>
/// <param name="Dispersion">The spread between a cell's races, as a multiple of what independent keys let one expect; null while nothing can be said.</param>
public sealed record SweepMap(
    SweepPlan Plan,
    Promise Promise,
    IReadOnlyList<SweepCell> Cells,
    IReadOnlyList<double?> WindowsMs,
    bool? WritesAgain,
    long LoneViolations,
    int Unusable,
    double? Dispersion)
{
    /// <summary>The map of a study, under way or over.</summary>
    /// <exception cref="InvalidDataException">It is no sweep, or what was chosen cannot be read.</exception>
    public static SweepMap Of(StudyRecord record)
    {
        if (record.Kind != SweepPlan.Kind || SweepChoices.From(record.Choices).Read(null).Plan is not { } plan || record.Strategies is not [var strategy])
            throw new InvalidDataException("This is no sweep that this lab can read.");
        return strategy.Promises.TryGetValue(plan.Invariant, out var promise)
            ? Of(plan, promise, record.Races.Select(r => r.Result))
            : throw new InvalidDataException("The sweep is about an invariant that its strategy says nothing of.");
    }

    /// <summary>The map of a plan and of what ran.</summary>
    /// <param name="plan">What was asked for.</param>
    /// <param name="promise">What the strategy says of the invariant.</param>
    /// <param name="races">The races that are over.</param>
    public static SweepMap Of(SweepPlan plan, Promise promise, IEnumerable<RaceResult> races)
    {
        var all = races.ToList();
        var usable = all.Where(r => r.End == RaceEnd.Finished && InvariantOf(r) is { } asked && asked.Violations <= r.Workload.Keys).ToList();
        var lone = usable.Where(r => r.Workload.Workers == 1).ToList();
        var windows = plan.PausesMs.Select(pause => WindowOf(pause, lone)).ToList();
        var writesAgain = lone.Find(VisitsTwice) is { } twice ? twice.Attempts.Created + twice.Attempts.Updated > twice.Workload.Keys : (bool?)null;
        var byCell = usable.Where(r => r.Workload.Workers > 1).ToLookup(r => (PauseOf(r), r.Workload.Workers));
        var cells = new List<SweepCell>();
        for (var i = 0; i < plan.PausesMs.Count; i++)
        {
            foreach (var workers in plan.Workers)
            {
                var groups = byCell[(plan.PausesMs[i], workers)].Select(r => (InvariantOf(r)!.Violations, (long)r.Workload.Keys)).ToList();
                cells.Add(new SweepCell(plan.PausesMs[i], workers, groups, Predict(plan, promise, workers, windows[i], writesAgain)));
            }
        }

        return new SweepMap(plan, promise, cells, windows, writesAgain, lone.Sum(r => InvariantOf(r)!.Violations), all.Count - usable.Count, Statistics.Dispersion.Of(cells.Select(c => c.Races)));

        InvariantResult? InvariantOf(RaceResult result) => result.Invariants.FirstOrDefault(i => i.Name == plan.Invariant);
    }

    /// <summary>The cell of a pause and a number of workers.</summary>
    public SweepCell At(int pauseMs, int workers) => Cells.First(c => c.PauseMs == pauseMs && c.Workers == workers);

    /// <summary>How long an attempt takes with nobody about: the median of a lone race, of the quickest one where there are several, since whatever disturbs only makes it longer.</summary>
    private static double? WindowOf(int pauseMs, List<RaceResult> lone) =>
        lone.Where(r => PauseOf(r) == pauseMs && !VisitsTwice(r) && r.Latency.Count > 0).Min(r => (double?)r.Latency.P50Ms);

    private static double? Predict(SweepPlan plan, Promise promise, int workers, double? windowMs, bool? writesAgain) => (promise, windowMs, writesAgain) switch
    {
        (Promise.None, _, _) => 0,
        (_, { } window, true) => OverlapModel.AnyTwo(workers, window, plan.Spread.TotalMilliseconds),
        (_, { } window, false) => OverlapModel.WithFirst(workers, window, plan.Spread.TotalMilliseconds),
        _ => null,
    };

    private static int PauseOf(RaceResult result) => (int)result.Workload.PauseHigh.TotalMilliseconds;

    private static bool VisitsTwice(RaceResult result) => result.Workload.Attempts > result.Workload.Keys;
}

/// <summary>One pair of a pause and a number of workers.</summary>
/// <param name="PauseMs">The pause.</param>
/// <param name="Workers">The workers.</param>
/// <param name="Races">For each race that is over: keys that violated the invariant, of how many.</param>
/// <param name="Predicted">The probability by the model, 0 to 1; null while what it is made of has not been measured.</param>
public sealed record SweepCell(int PauseMs, int Workers, IReadOnlyList<(long Violated, long Keys)> Races, double? Predicted)
{
    /// <summary>Keys that violated the invariant.</summary>
    public long Violated => Races.Sum(r => r.Violated);

    /// <summary>Keys that were contended: the trials.</summary>
    public long Keys => Races.Sum(r => r.Keys);

    /// <summary>The share of keys that violated the invariant, 0 to 1; null while there is none.</summary>
    public double? Share => Keys == 0 ? null : (double)Violated / Keys;

    /// <summary>Where the probability lies; null while there is no key.</summary>
    public WilsonInterval? Interval => Keys == 0 ? null : WilsonInterval.Of(Violated, Keys);

    /// <summary>Whether what the model predicts lies in the interval; null while one of the two is missing.</summary>
    public bool? IsAsPredicted => Interval is { } interval && Predicted is { } predicted ? interval.Contains(predicted) : null;
}
