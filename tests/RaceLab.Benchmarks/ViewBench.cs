using System.Diagnostics;
using System.Globalization;
using RaceLab.Benchmarks.Circuits;
using RaceLab.Engine.Races;

namespace RaceLab.Benchmarks;

/// <summary>
/// What it costs to watch a race: the server's processor time and the bytes for each of many viewers, what a race loses by being watched, and what viewers do to it that stop acknowledging.
/// The viewers are circuits without browsers, in this process; the lab is a process of its own.
/// </summary>
internal sealed class ViewBench
{
    /// <summary>How many viewers share a race where their cost is measured.</summary>
    public const int Viewers = 50;

    /// <summary>How many watch the race whose throughput is measured.</summary>
    public const int Onlookers = 10;

    /// <summary>How many viewers of each kind fall silent.</summary>
    public const int Silent = 5;

    /// <summary>A race that leaves the machine time, so that the cost of viewers is not hidden in a race that yields to them.</summary>
    private const string Paced = "scenario=sign-up&strategy=check-then-insert&workers=20&keys=100000&pause=20-40ms&commit=off";

    /// <summary>A race that takes whatever the machine has.</summary>
    private const string Full = "scenario=sign-up&strategy=do-nothing-then-select&workers=8&keys=100000&pause=0ms&commit=off";

    /// <summary>A race that is stopped when its viewers have been measured; the longest that there is.</summary>
    private const string Longest = "120s";

    private const int AtOnce = 10;

    private readonly LabProcess _lab;
    private readonly ViewPlan _plan;

    private ViewBench(LabProcess lab, ViewPlan plan)
    {
        _lab = lab;
        _plan = plan;
    }

    /// <summary>Starts a lab and measures.</summary>
    /// <param name="plan">How long.</param>
    /// <param name="say">Told what is going on.</param>
    /// <param name="cancellation">Gives up.</param>
    public static async Task<ViewReport> RunAsync(ViewPlan plan, Action<string> say, CancellationToken cancellation)
    {
        say("starting a lab …");
        var machine = await Machine.DescribeAsync(cancellation).ConfigureAwait(false);
        await using var lab = await LabProcess.StartAsync(cancellation).ConfigureAwait(false);
        var bench = new ViewBench(lab, plan);
        say("warming up …");
        await bench.ThroughputAsync(Onlookers, cancellation).ConfigureAwait(false);
        await bench.CostAsync(Viewers, cancellation).ConfigureAwait(false);
        var costs = new List<ViewCost>();
        foreach (var watched in Turns.Of(plan.CostPairs))
        {
            costs.Add(await bench.CostAsync(watched ? Viewers : 0, cancellation).ConfigureAwait(false));
            say($"{(watched ? Viewers : 0)} viewers: {costs[^1].CpuPercent:F2} % of a core");
        }

        var rates = new List<double>();
        foreach (var watched in Turns.Of(plan.ThroughputPairs))
        {
            rates.Add(await bench.ThroughputAsync(watched ? Onlookers : 0, cancellation).ConfigureAwait(false));
            say($"{(watched ? Onlookers : 0)} viewers: {rates[^1]:F0} attempts/s");
        }

        say($"{2 * Silent} of {(2 * Silent) + Onlookers} viewers fall silent …");
        return new ViewReport(machine, costs, rates, await bench.SilenceAsync(cancellation).ConfigureAwait(false));
    }

    /// <summary>The server's processor time while so many watch a paced race, whoever started it aside.</summary>
    private async Task<ViewCost> CostAsync(int count, CancellationToken cancellation)
    {
        await using var learner = await _lab.RaceAsync($"{Paced}&duration={Longest}", cancellation).ConfigureAwait(false);
        await using var viewers = await OpenAsync(learner.Address, count, cancellation).ConfigureAwait(false);
        await Task.Delay(_plan.Settling, cancellation).ConfigureAwait(false);

        var (clock, cpu, bytes, sent, frames) = (Stopwatch.StartNew(), _lab.Cpu, viewers.Received, viewers.Sent, viewers.Frames);
        await Task.Delay(_plan.Window, cancellation).ConfigureAwait(false);
        var seconds = clock.Elapsed.TotalSeconds;
        var cost = new ViewCost(
            count,
            100 * (_lab.Cpu - cpu).TotalSeconds / seconds,
            count == 0 ? 0 : (viewers.Received - bytes) / seconds / count,
            count == 0 ? 0 : (viewers.Sent - sent) / seconds / count,
            count == 0 ? 0 : (viewers.Frames - frames) / seconds / count);
        await EndAsync(learner, viewers, cancellation).ConfigureAwait(false);
        return cost;
    }

    /// <summary>Attempts per second of a race at full speed that so many watch, from when they all have it before them to its end.</summary>
    private async Task<double> ThroughputAsync(int count, CancellationToken cancellation)
    {
        Uri race;
        var seconds = (_plan.Race + _plan.Arrival).TotalSeconds;
        await using (var learner = await _lab.RaceAsync(string.Create(CultureInfo.InvariantCulture, $"{Full}&duration={seconds}s"), cancellation).ConfigureAwait(false))
            race = learner.Address;
        await using var viewers = await OpenAsync(race, count, cancellation).ConfigureAwait(false);
        var arrived = viewers.All.Max(v => (double?)v.Newest!.ElapsedMs) ?? 0;
        if (arrived > _plan.Arrival.TotalMilliseconds) throw new LabException($"{count} viewers needed {arrived / 1000:F1} s to arrive: this machine is too busy to measure anything now.");
        await Task.Delay(TimeSpan.FromSeconds(seconds) - TimeSpan.FromMilliseconds(arrived), cancellation).ConfigureAwait(false);

        // Whoever comes when it is over is given the whole chart; who comes before is given no more than what is new.
        await using (var waiting = await RaceViewer.OpenAsync(race, cancellation).ConfigureAwait(false))
            await waiting.UntilFrameAsync(f => f.State >= RaceState.Counting, "the race is over", cancellation).ConfigureAwait(false);
        await using var late = await RaceViewer.OpenAsync(race, cancellation).ConfigureAwait(false);
        var chart = (await late.UntilFrameAsync(f => f.Chart.Count > 0, "it has the last frame of the race", cancellation).ConfigureAwait(false)).Chart;
        var (from, to) = (chart.First(p => p.ElapsedMs >= _plan.Arrival.TotalMilliseconds), chart[^1]);
        return 1000.0 * (to.Attempts - from.Attempts) / (to.ElapsedMs - from.ElapsedMs);
    }

    /// <summary>What viewers that fall silent do to the others and to the server's memory.</summary>
    private async Task<SilenceCost> SilenceAsync(CancellationToken cancellation)
    {
        await using var learner = await _lab.RaceAsync($"{Paced}&duration={Longest}", cancellation).ConfigureAwait(false);
        await using var good = await OpenAsync(learner.Address, Onlookers, cancellation).ConfigureAwait(false);
        await using var bad = await OpenAsync(learner.Address, 2 * Silent, cancellation).ConfigureAwait(false);
        await Task.Delay(_plan.Settling, cancellation).ConfigureAwait(false);
        var before = await WatchAsync().ConfigureAwait(false);
        for (var i = 0; i < bad.All.Count; i++) bad.All[i].Circuit.Fall(i < Silent ? Silence.NeverAcknowledges : Silence.ReadsNothing);
        var after = await WatchAsync().ConfigureAwait(false);
        await EndAsync(learner, good, cancellation).ConfigureAwait(false);
        return new SilenceCost(2 * Silent, before.FramesPerSecond, after.FramesPerSecond, before.GrownMb, after.GrownMb);

        async Task<(double FramesPerSecond, double GrownMb)> WatchAsync()
        {
            var (clock, frames, memory) = (Stopwatch.StartNew(), good.Frames, _lab.Memory);
            await Task.Delay(_plan.Silence, cancellation).ConfigureAwait(false);
            return ((good.Frames - frames) / clock.Elapsed.TotalSeconds / Onlookers, (_lab.Memory - memory) / 1048576.0);
        }
    }

    /// <summary>Ends a race whose viewers have been measured; they must all have had it before them until now.</summary>
    private static async Task EndAsync(RaceViewer learner, Crowd viewers, CancellationToken cancellation)
    {
        viewers.ThrowIfBroken();
        if (learner.Newest?.State != RaceState.Running) throw new LabException("The race was over before its viewers had been measured: this machine is too busy to measure anything now.");
        await learner.StopAsync(cancellation).ConfigureAwait(false);
    }

    private static async Task<Crowd> OpenAsync(Uri race, int count, CancellationToken cancellation)
    {
        var crowd = new Crowd();
        try
        {
            while (crowd.All.Count < count)
                crowd.All.AddRange(await Task.WhenAll(Enumerable.Range(0, Math.Min(AtOnce, count - crowd.All.Count)).Select(_ => RaceViewer.OpenAsync(race, cancellation))).ConfigureAwait(false));
            foreach (var viewer in crowd.All) await viewer.UntilFrameAsync(f => f.State == RaceState.Running, "it has a frame of the race", cancellation).ConfigureAwait(false);
            return crowd;
        }
        catch
        {
            await crowd.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private sealed class Crowd : IAsyncDisposable
    {
        public List<RaceViewer> All { get; } = [];

        public long Received => All.Sum(v => v.Circuit.BytesReceived);

        public long Sent => All.Sum(v => v.Circuit.BytesSent);

        public long Frames => All.Sum(v => (long)v.Frames);

        public void ThrowIfBroken()
        {
            if (All.Select(v => v.Circuit.Failure).FirstOrDefault(f => f is not null) is { } failure) throw new CircuitException($"A viewer lost its circuit: {failure.Message}");
        }

        public async ValueTask DisposeAsync() => await Task.WhenAll(All.Select(v => v.DisposeAsync().AsTask())).ConfigureAwait(false);
    }
}

/// <summary>How long each part takes.</summary>
internal sealed record ViewPlan
{
    /// <summary>Some seven minutes.</summary>
    public static ViewPlan Usual { get; } = new();

    /// <summary>Under two minutes, and less exact.</summary>
    public static ViewPlan Quick { get; } = new()
    {
        CostPairs = 2,
        ThroughputPairs = 3,
        Window = TimeSpan.FromSeconds(5),
        Race = TimeSpan.FromSeconds(3),
        Silence = TimeSpan.FromSeconds(6),
    };

    /// <summary>Pairs of an unwatched and a watched paced race.</summary>
    public int CostPairs { get; private init; } = 5;

    /// <summary>Pairs of an unwatched and a watched race at full speed.</summary>
    public int ThroughputPairs { get; private init; } = 6;

    /// <summary>How long processor time and bytes are counted.</summary>
    public TimeSpan Window { get; private init; } = TimeSpan.FromSeconds(8);

    /// <summary>How long the viewers of a race at full speed have to arrive.</summary>
    public TimeSpan Arrival { get; } = TimeSpan.FromSeconds(5);

    /// <summary>How long nothing is counted after everybody has arrived.</summary>
    public TimeSpan Settling { get; } = TimeSpan.FromSeconds(3);

    /// <summary>How long a race at full speed is counted.</summary>
    public TimeSpan Race { get; private init; } = TimeSpan.FromSeconds(8);

    /// <summary>How long frames are counted before some viewers fall silent, and after.</summary>
    public TimeSpan Silence { get; private init; } = TimeSpan.FromSeconds(20);
}

/// <summary>What the server did for a race that is watched.</summary>
/// <param name="Viewers">How many watched.</param>
/// <param name="CpuPercent">Of one core, of the whole server process.</param>
/// <param name="BytesPerSecond">To each viewer, on the line.</param>
/// <param name="BytesBackPerSecond">From each viewer.</param>
/// <param name="FramesPerSecond">To each viewer.</param>
internal sealed record ViewCost(int Viewers, double CpuPercent, double BytesPerSecond, double BytesBackPerSecond, double FramesPerSecond);

/// <summary>What silent viewers did.</summary>
/// <param name="Silent">How many there were.</param>
/// <param name="FramesBefore">Frames per second of a viewer that is not silent, before.</param>
/// <param name="FramesAfter">And after.</param>
/// <param name="GrownBeforeMb">By how much the server process's memory grew before, in the same time.</param>
/// <param name="GrownAfterMb">And after.</param>
internal sealed record SilenceCost(int Silent, double FramesBefore, double FramesAfter, double GrownBeforeMb, double GrownAfterMb);
