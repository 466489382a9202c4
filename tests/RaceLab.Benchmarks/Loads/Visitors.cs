using System.Collections.Concurrent;
using System.Diagnostics;
using RaceLab.Benchmarks.Circuits;

namespace RaceLab.Benchmarks.Loads;

/// <summary>People who use the page while others race: some choose one strategy after another, one opens the page again and again, and those who race press keys.</summary>
internal sealed class Visitors : IAsyncDisposable
{
    private const int Choosing = 3;
    private static readonly string[] Strategies = ["check-then-insert", "unique-and-catch", "do-nothing-then-select", "unique-and-check-first"];
    private static readonly TimeSpan BetweenChoices = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan BetweenKeys = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan BetweenLoads = TimeSpan.FromMilliseconds(500);

    private readonly Uri _lab;
    private readonly List<RaceViewer> _pages = [];

    private Visitors(Uri lab) => _lab = lab;

    /// <summary>Opens their pages.</summary>
    public static async Task<Visitors> OpenAsync(Uri lab, CancellationToken cancellation)
    {
        var visitors = new Visitors(lab);
        try
        {
            for (var i = 0; i < Choosing; i++)
            {
                var page = await RaceViewer.OpenAsync(new Uri(lab, AddressOf(i)), cancellation).ConfigureAwait(false);
                visitors._pages.Add(page);
                await page.UntilAliveAsync(cancellation).ConfigureAwait(false);
            }

            return visitors;
        }
        catch
        {
            await visitors.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Uses the page until something has ended.</summary>
    /// <param name="end">What.</param>
    /// <param name="racing">Pages of those who race.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<InteractionTimes> UseUntilAsync(Task end, IReadOnlyList<RaceViewer> racing, CancellationToken cancellation)
    {
        var (choices, keys, loads) = (new ConcurrentBag<double>(), new ConcurrentBag<double>(), new ConcurrentBag<double>());
        var turn = 0;
        await Task.WhenAll(
        [
            .. _pages.Select((page, i) => RepeatAsync(choices, BetweenChoices, () => page.GoAsync(AddressOf(Interlocked.Increment(ref turn) + i), cancellation))),
            RepeatAsync(keys, BetweenKeys, () => racing[Interlocked.Increment(ref turn) % racing.Count].PressAsync(cancellation)),
            RepeatAsync(loads, BetweenLoads, LoadAsync),
        ]).ConfigureAwait(false);
        return new InteractionTimes([.. choices], [.. keys], [.. loads]);

        async Task RepeatAsync(ConcurrentBag<double> times, TimeSpan between, Func<Task<TimeSpan>> use)
        {
            while (!end.IsCompleted)
            {
                times.Add((await use().ConfigureAwait(false)).TotalMilliseconds);
                await Task.WhenAny(end, Task.Delay(between, cancellation)).ConfigureAwait(false);
            }
        }

        // Until its keys are heard, which is when the page can be used.
        async Task<TimeSpan> LoadAsync()
        {
            var began = Stopwatch.GetTimestamp();
            await using var page = await RaceViewer.OpenAsync(new Uri(_lab, AddressOf(0)), cancellation).ConfigureAwait(false);
            await page.UntilAliveAsync(cancellation).ConfigureAwait(false);
            return Stopwatch.GetElapsedTime(began);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var page in _pages) await page.DisposeAsync().ConfigureAwait(false);
    }

    private static string AddressOf(int turn) => $"/?scenario=sign-up&strategy={Strategies[turn % Strategies.Length]}&workers=8";
}

/// <summary>How long pages took, in milliseconds.</summary>
/// <param name="Choices">From choosing another strategy to the arrival of what is to be drawn, on pages that do not race.</param>
/// <param name="Keys">From a key to its answer, behind whatever it had drawn, on pages that race.</param>
/// <param name="Loads">From asking for the page to its listening, circuit included.</param>
internal sealed record InteractionTimes(IReadOnlyList<double> Choices, IReadOnlyList<double> Keys, IReadOnlyList<double> Loads)
{
    /// <summary>The value that 95 % do not exceed: of n sorted ones, that at ⌈0.95 n⌉; not a number where there are none.</summary>
    public static double P95(IReadOnlyList<double> times) => times.Count == 0 ? double.NaN : times.Order().ElementAt((int)Math.Ceiling(0.95 * times.Count) - 1);
}
