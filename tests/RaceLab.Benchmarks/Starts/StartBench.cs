using RaceLab.Benchmarks.Circuits;

namespace RaceLab.Benchmarks.Starts;

/// <summary>How long somebody waits who starts the lab: from <c>./racelab run</c> to the first page, and from pressing Run to the first frame of a race.</summary>
internal static class StartBench
{
    /// <summary>Workers of the race that is started.</summary>
    public const int Workers = 50;

    private const string Race = "/?scenario=sign-up&strategy=check-then-insert&workers=50&keys=1000&pause=5ms&commit=off&duration=120s";

    /// <summary>Starts labs, one after another, and measures them.</summary>
    /// <param name="plan">How often.</param>
    /// <param name="say">Told what is going on.</param>
    /// <param name="cancellation">Gives up.</param>
    public static async Task<StartReport> RunAsync(StartPlan plan, Action<string> say, CancellationToken cancellation)
    {
        var machine = await Machine.DescribeAsync(cancellation).ConfigureAwait(false);
        say("building the lab, where that is to be done, and starting it once …");
        var warm = LabProcess.NewHome();
        try
        {
            await using var lab = await LabProcess.StartByScriptAsync(warm, cancellation).ConfigureAwait(false);
        }
        finally
        {
            Remove(warm);
        }

        var (first, again, firstFrames, frames) = (new List<StartTimes>(), new List<StartTimes>(), new List<double>(), new List<double>());
        for (var round = 0; round < plan.Starts; round++)
        {
            var home = LabProcess.NewHome();
            try
            {
                await using (var lab = await LabProcess.StartByScriptAsync(home, cancellation).ConfigureAwait(false))
                    first.Add(await MeasureAsync(lab, cancellation).ConfigureAwait(false));
                await using (var lab = await LabProcess.StartByScriptAsync(home, cancellation).ConfigureAwait(false))
                {
                    again.Add(await MeasureAsync(lab, cancellation).ConfigureAwait(false));
                    firstFrames.Add(await FirstFrameAsync(lab, plan, cancellation).ConfigureAwait(false));
                    for (var race = 0; race < plan.Races; race++) frames.Add(await FirstFrameAsync(lab, plan, cancellation).ConfigureAwait(false));
                }
            }
            finally
            {
                Remove(home);
            }

            say(FormattableString.Invariant($"first page after {first[^1].PageMs:F0} ms in an empty home, {again[^1].PageMs:F0} ms in one that exists; first frame of {Workers} workers after {firstFrames[^1]:F0} ms, then {string.Join(", ", frames.TakeLast(plan.Races).Select(f => f.ToString("F0", System.Globalization.CultureInfo.InvariantCulture)))} ms"));
        }

        return new StartReport(machine, first, again, firstFrames, frames);
    }

    /// <summary>What a browser does first: it asks for the page, and opens its circuit.</summary>
    private static async Task<StartTimes> MeasureAsync(LabProcess lab, CancellationToken cancellation)
    {
        using (var browser = new HttpClient { Timeout = Circuit.Patience }) await browser.GetStringAsync(lab.Address, cancellation).ConfigureAwait(false);
        var page = lab.Age;
        await using var viewer = await RaceViewer.OpenAsync(lab.Address, cancellation).ConfigureAwait(false);
        var circuit = lab.Age;
        await viewer.UntilAliveAsync(cancellation).ConfigureAwait(false);
        return new StartTimes(lab.Announced.TotalMilliseconds, page.TotalMilliseconds, circuit.TotalMilliseconds, lab.Age.TotalMilliseconds);
    }

    private static async Task<double> FirstFrameAsync(LabProcess lab, StartPlan plan, CancellationToken cancellation)
    {
        await using var learner = await RaceViewer.OpenAsync(new Uri(lab.Address, Race), cancellation).ConfigureAwait(false);
        await learner.UntilAliveAsync(cancellation).ConfigureAwait(false);

        // What opening the page and ending the race before leave to do must not be counted.
        await Task.Delay(plan.Settling, cancellation).ConfigureAwait(false);
        var frame = await learner.RunToFirstFrameAsync(cancellation).ConfigureAwait(false);
        await learner.StopAsync(cancellation).ConfigureAwait(false);
        return frame.TotalMilliseconds;
    }

    private static void Remove(string home)
    {
        if (Directory.Exists(home)) Directory.Delete(home, recursive: true);
    }
}

/// <summary>How often each part is measured.</summary>
internal sealed record StartPlan
{
    /// <summary>Some two minutes.</summary>
    public static StartPlan Usual { get; } = new();

    /// <summary>Under a minute, and less exact.</summary>
    public static StartPlan Quick { get; } = new() { Starts = 3, Races = 3 };

    /// <summary>Starts with an empty home, and as many with the same home afterwards.</summary>
    public int Starts { get; private init; } = 6;

    /// <summary>Races of each lab behind its first one.</summary>
    public int Races { get; private init; } = 5;

    /// <summary>How long nothing happens before Run is pressed.</summary>
    public TimeSpan Settling { get; } = TimeSpan.FromSeconds(2);
}

/// <summary>How long after <c>./racelab run</c> a lab was so far, in milliseconds.</summary>
/// <param name="AddressMs">It said where its page is.</param>
/// <param name="PageMs">The whole first page had been received.</param>
/// <param name="CircuitMs">A page's circuit was open.</param>
/// <param name="AliveMs">That page listened to its keys: Run could be pressed.</param>
internal sealed record StartTimes(double AddressMs, double PageMs, double CircuitMs, double AliveMs);
