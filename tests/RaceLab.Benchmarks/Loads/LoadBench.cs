using System.Globalization;
using RaceLab.Benchmarks.Circuits;

namespace RaceLab.Benchmarks.Loads;

/// <summary>
/// What large races and many races at once do to a lab: whether they finish and their books are right, in which order they start, how fast the pages of those who race and of others stay meanwhile,
/// and whether the server process gives its memory back. The lab is a process of its own; its pages are circuits without browsers, in this one.
/// </summary>
internal sealed class LoadBench
{
    /// <summary>Races that are asked for at once.</summary>
    public const int Races = 40;

    private const string Wide = "scenario=sign-up&strategy=do-nothing-then-select&workers=200&keys=100000&pause=0ms&commit=off";
    private const string Long = "scenario=sign-up&strategy=check-then-insert&workers=50&keys=20000&pause=0ms&commit=off";
    private const string Small = "scenario=sign-up&strategy=do-nothing-then-select&workers=8&keys=1000&pause=0ms&commit=off";

    private readonly LabProcess _lab;
    private readonly LoadPlan _plan;

    private LoadBench(LabProcess lab, LoadPlan plan)
    {
        _lab = lab;
        _plan = plan;
    }

    /// <summary>Starts a lab and measures.</summary>
    /// <param name="plan">How large.</param>
    /// <param name="say">Told what is going on.</param>
    /// <param name="cancellation">Gives up.</param>
    public static async Task<LoadReport> RunAsync(LoadPlan plan, Action<string> say, CancellationToken cancellation)
    {
        say("starting a lab …");
        var machine = await Machine.DescribeAsync(cancellation).ConfigureAwait(false);
        await using var lab = await LabProcess.StartAsync(cancellation).ConfigureAwait(false);
        var bench = new LoadBench(lab, plan);
        say("warming up …");
        await bench.RaceAsync("warming up", [string.Create(CultureInfo.InvariantCulture, $"{Wide}&duration={plan.Warming.TotalSeconds}s")], plan.Warming, cancellation).ConfigureAwait(false);

        // The same rest before as afterwards, or what it has not given back yet would count as what it needs.
        await Task.Delay(plan.Rest, cancellation).ConfigureAwait(false);
        await using var memory = MemoryWatch.Start(lab, cancellation);

        var phases = new List<LoadPhase>();
        await AddAsync("200 workers on 100,000 keys", [string.Create(CultureInfo.InvariantCulture, $"{Wide}&duration={plan.Wide.TotalSeconds}s")], plan.Wide).ConfigureAwait(false);
        await AddAsync(string.Create(CultureInfo.InvariantCulture, $"{plan.Attempts * 50:N0} attempts"), [string.Create(CultureInfo.InvariantCulture, $"{Long}&attempts={plan.Attempts}")], null).ConfigureAwait(false);
        await AddAsync($"{Races} races of 8 workers at once", [.. Enumerable.Repeat(string.Create(CultureInfo.InvariantCulture, $"{Small}&duration={plan.Small.TotalSeconds}s"), Races)], plan.Small).ConfigureAwait(false);
        say("waiting for the memory to come back …");
        var used = await memory.EndAsync(plan.Rest, LoadReport.MostMemory).ConfigureAwait(false);
        return new LoadReport(machine, phases, used);

        async Task AddAsync(string name, IReadOnlyList<string> workloads, TimeSpan? duration)
        {
            say($"{name} …");
            phases.Add(await bench.RaceAsync(name, workloads, duration, cancellation).ConfigureAwait(false));
            say(LoadReport.Sentence(phases[^1]));
        }
    }

    /// <summary>Runs races that are asked for one right after the other, each from a page of its own, while others use the page.</summary>
    private async Task<LoadPhase> RaceAsync(string name, IReadOnlyList<string> workloads, TimeSpan? duration, CancellationToken cancellation)
    {
        var pages = new List<RaceViewer>();
        try
        {
            foreach (var workload in workloads) pages.Add(await RaceViewer.OpenAsync(new Uri(_lab.Address, $"/?{workload}"), cancellation).ConfigureAwait(false));
            await using var visitors = await Visitors.OpenAsync(_lab.Address, cancellation).ConfigureAwait(false);
            foreach (var page in pages) await page.UntilAliveAsync(cancellation).ConfigureAwait(false);

            // Nobody waits for an answer before the next one asks.
            var asking = new List<Task<Uri>>();
            foreach (var page in pages)
            {
                asking.Add(page.RunAsync(cancellation));
                await Task.Delay(_plan.Between, cancellation).ConfigureAwait(false);
            }

            var races = await Task.WhenAll(asking).ConfigureAwait(false);
            var patience = (duration ?? TimeSpan.Zero) * (1 + (races.Length / 10)) + _plan.Patience;
            var outcomes = Task.WhenAll(races.Select(race => RaceOutcome.WhenOverAsync(race, patience, cancellation)));
            var times = await visitors.UseUntilAsync(outcomes, pages, cancellation).ConfigureAwait(false);
            return new LoadPhase(name, await outcomes.ConfigureAwait(false), times);
        }
        finally
        {
            foreach (var page in pages) await page.DisposeAsync().ConfigureAwait(false);
        }
    }
}

/// <summary>How large the races are.</summary>
internal sealed record LoadPlan
{
    /// <summary>Some six minutes.</summary>
    public static LoadPlan Usual { get; } = new();

    /// <summary>Some three minutes, with smaller races.</summary>
    public static LoadPlan Quick { get; } = new() { Wide = TimeSpan.FromSeconds(12), Attempts = 4_000, Small = TimeSpan.FromSeconds(4), Rest = TimeSpan.FromSeconds(45) };

    /// <summary>How long 200 workers race before anything is measured: a process that has not compiled its code yet has less of it.</summary>
    public TimeSpan Warming { get; } = TimeSpan.FromSeconds(10);

    /// <summary>How long 200 workers race.</summary>
    public TimeSpan Wide { get; private init; } = TimeSpan.FromSeconds(60);

    /// <summary>Attempts of each of the 50 workers of the race that is measured by their number.</summary>
    public int Attempts { get; private init; } = 20_000;

    /// <summary>How long each of the many races takes.</summary>
    public TimeSpan Small { get; private init; } = TimeSpan.FromSeconds(10);

    /// <summary>Between two presses of Run.</summary>
    public TimeSpan Between { get; } = TimeSpan.FromMilliseconds(25);

    /// <summary>How long the lab is left alone before its memory is looked at, and how long it may take to come back.</summary>
    public TimeSpan Rest { get; private init; } = TimeSpan.FromSeconds(60);

    /// <summary>How much longer than asked for races may take, the counting included, before they count as hanging.</summary>
    public TimeSpan Patience { get; } = TimeSpan.FromMinutes(3);
}
