using System.Globalization;

namespace RaceLab.Benchmarks;

/// <summary>What <c>bench view</c> measured, and whether it is what it should be.</summary>
/// <param name="Machine">On what.</param>
/// <param name="Costs">Of paced races, in turn without viewers and with them.</param>
/// <param name="Rates">Attempts per second of races at full speed, likewise.</param>
/// <param name="Silence">With viewers that fall silent.</param>
internal sealed record ViewReport(Machine Machine, IReadOnlyList<ViewCost> Costs, IReadOnlyList<double> Rates, SilenceCost Silence) : BenchReport(Machine)
{
    private const double MostCpuPercent = 0.15;
    private const double MostKilobytes = 6;
    private const double LeastRatio = 0.95;
    private const double MostMegabytesEach = 2;

    /// <summary>Of one core, for each viewer: the difference of two races that ran one after the other.</summary>
    public Rounds CpuPercentPerViewer => Turns.Compare([.. Costs.Select(c => c.CpuPercent)], (none, many) => (many - none) / ViewBench.Viewers);

    /// <summary>Kilobytes (1,000 bytes) per second to each viewer.</summary>
    public Rounds KilobytesPerViewer => new([.. Watched.Select(c => c.BytesPerSecond / 1000)]);

    /// <summary>Kilobytes per second from each viewer.</summary>
    public Rounds KilobytesBackPerViewer => new([.. Watched.Select(c => c.BytesBackPerSecond / 1000)]);

    /// <summary>Frames per second of each viewer.</summary>
    public Rounds FramesPerViewer => new([.. Watched.Select(c => c.FramesPerSecond)]);

    /// <summary>Throughput watched over unwatched.</summary>
    public Rounds WatchedRatio => Turns.Compare(Rates, (none, some) => some / none);

    /// <inheritdoc/>
    public override IReadOnlyList<Target> Targets =>
    [
        Target.AtMost($"server CPU per viewer, {ViewBench.Viewers} viewers", CpuPercentPerViewer.Median, MostCpuPercent, "% of a core", "F3"),
        Target.AtMost($"bytes per viewer, {ViewBench.Viewers} viewers", KilobytesPerViewer.Median, MostKilobytes, "KB/s", "F2"),
        Target.AtLeast($"throughput with {ViewBench.Onlookers} viewers against none", WatchedRatio.Median, LeastRatio, "", "F3"),
        Target.AtLeast("frames of others when viewers fall silent, after against before", Silence.FramesAfter / Silence.FramesBefore, LeastRatio, "", "F3"),
        Target.AtMost("memory for each silent viewer", Math.Max(0, Silence.GrownAfterMb) / Silence.Silent, MostMegabytesEach, "MB", "F2"),
    ];

    private IEnumerable<ViewCost> Watched => Costs.Where(c => c.Viewers > 0);

    /// <inheritdoc/>
    protected override IEnumerable<string> Findings()
    {
        yield return "Viewers are circuits without browsers, on the same machine; processor time is the server process's alone.";
        yield return "";
        yield return Line("CPU per viewer", CpuPercentPerViewer, "% of a core", "F3");
        yield return Line("to each viewer", KilobytesPerViewer, "KB/s", "F2");
        yield return Line("from each viewer", KilobytesBackPerViewer, "KB/s", "F2");
        yield return Line("frames of each viewer", FramesPerViewer, "per second", "F1");
        yield return $"  server process, % of a core: {string.Join(", ", Costs.Select(c => $"{Text(c.CpuPercent, "F1")} ({c.Viewers})"))}, viewers in brackets";
        yield return Line("throughput watched / unwatched", WatchedRatio, "", "F3");
        yield return $"  attempts per second: {string.Join(", ", Rates.Zip(Turns.Of(Rates.Count / 2), (rate, watched) => $"{Text(rate, "F0")} ({(watched ? ViewBench.Onlookers : 0)})"))}, viewers in brackets";
        yield return $"{Silence.Silent} silent viewers: others had {Text(Silence.FramesBefore, "F1")} frames per second before and {Text(Silence.FramesAfter, "F1")} after; "
            + $"the server process grew by {Text(Silence.GrownBeforeMb, "F1")} MB before and {Text(Silence.GrownAfterMb, "F1")} MB after, in the same time.";
    }
}

/// <summary>A number that was to be reached.</summary>
/// <param name="What">In words.</param>
/// <param name="Measured">What it is.</param>
/// <param name="Bound">What it should be.</param>
/// <param name="IsLeast">Whether the bound is the least, and not the most.</param>
/// <param name="Unit">Of both.</param>
/// <param name="Format">How exactly it is written.</param>
internal sealed record Target(string What, double Measured, double Bound, bool IsLeast, string Unit, string Format)
{
    /// <summary>Whether it is so; what could not be measured is not.</summary>
    public bool IsMet => IsLeast ? Measured >= Bound : Measured <= Bound;

    /// <summary>A target that should not be exceeded.</summary>
    public static Target AtMost(string what, double measured, double bound, string unit, string format) => new(what, measured, bound, false, unit, format);

    /// <summary>A target that should be reached.</summary>
    public static Target AtLeast(string what, double measured, double bound, string unit, string format) => new(what, measured, bound, true, unit, format);

    /// <inheritdoc/>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{(IsMet ? "met    " : "not met")}  {What}: {Number(Measured)}{Unit}, {(IsLeast ? "≥" : "≤")} {Bound}");

    private string Number(double number) => number.ToString(Format, CultureInfo.InvariantCulture) + (Unit.Length > 0 ? " " : "");
}
