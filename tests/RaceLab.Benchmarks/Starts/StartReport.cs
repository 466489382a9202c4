namespace RaceLab.Benchmarks.Starts;

/// <summary>What <c>bench start</c> measured.</summary>
/// <param name="Machine">On what.</param>
/// <param name="FirstStarts">Starts with a home that did not exist, so that both clusters had to be made.</param>
/// <param name="Starts">Starts with a home that an earlier lab had left.</param>
/// <param name="FirstFramesMs">From pressing Run to the first frame, for the first race of each lab.</param>
/// <param name="FramesMs">The same for later races.</param>
internal sealed record StartReport(Machine Machine, IReadOnlyList<StartTimes> FirstStarts, IReadOnlyList<StartTimes> Starts, IReadOnlyList<double> FirstFramesMs, IReadOnlyList<double> FramesMs)
    : BenchReport(Machine)
{
    private const double MostPageMs = 3000;
    private const double MostFrameMs = 300;

    /// <summary>To the first page, with a home that exists.</summary>
    public Rounds PageMs => new([.. Starts.Select(s => s.PageMs)]);

    /// <summary>To the first frame, of races that are not the first of their lab.</summary>
    public Rounds FrameMs => new(FramesMs);

    /// <summary>To the first frame, of races that are.</summary>
    public Rounds FirstFrameMs => new(FirstFramesMs);

    /// <inheritdoc/>
    public override IReadOnlyList<Target> Targets =>
    [
        Target.AtMost("from ./racelab run to the first page, both clusters private, home exists", PageMs.Median, MostPageMs, "ms", "F0"),
        Target.AtMost($"from Run to the first frame, {StartBench.Workers} workers", FrameMs.Median, MostFrameMs, "ms", "F0"),
        Target.AtMost($"the same for the first race of a lab, {StartBench.Workers} workers", FirstFrameMs.Median, MostFrameMs, "ms", "F0"),
    ];

    /// <inheritdoc/>
    protected override IEnumerable<string> Findings()
    {
        yield return "Times since ./racelab run of a built checkout. The page has been received whole when it counts; a circuit without a browser is opened after it.";
        yield return "The first frame has arrived when it counts: painting it comes on top, at most one frame of the screen.";
        yield return "";
        foreach (var line in LinesOf("home exists", Starts)) yield return line;
        foreach (var line in LinesOf("empty home, both clusters are made", FirstStarts)) yield return line;
        yield return Line("from Run to the first frame", FrameMs, "ms", "F0");
        yield return Line("the same for a lab's first race", FirstFrameMs, "ms", "F0");
    }

    private static IEnumerable<string> LinesOf(string when, IReadOnlyList<StartTimes> starts)
    {
        yield return Line($"{when}: address printed", Of(s => s.AddressMs), "ms", "F0");
        yield return Line($"{when}: first page", Of(s => s.PageMs), "ms", "F0");
        yield return Line($"{when}: circuit open", Of(s => s.CircuitMs), "ms", "F0");
        yield return Line($"{when}: Run can be pressed", Of(s => s.AliveMs), "ms", "F0");

        Rounds Of(Func<StartTimes, double> time) => new([.. starts.Select(time)]);
    }
}
