namespace RaceLab.Engine.Statistics;

/// <summary>
/// How many latencies fell into each of 160 bins of equal width on a logarithmic axis, <see cref="BinsPerDecade"/> for a factor of ten: bin i holds the latencies from
/// 10^(i/20) us on and below 10^((i+1)/20) us, so that it is 12 % wide. What is shorter than 1 us is in the first bin, what takes 100 s or longer in the last.
/// </summary>
/// <param name="First">The number of the first bin in <paramref name="Counts"/>, from 0; bins before it are empty.</param>
/// <param name="Counts">Latencies of that bin and of those behind it, up to the last one that is not empty; none where nothing was measured.</param>
public sealed record LogHistogram(int First, IReadOnlyList<long> Counts)
{
    /// <summary>Bins of a factor of ten.</summary>
    public const int BinsPerDecade = 20;

    /// <summary>From 1 us to 100 s.</summary>
    public const int Bins = 8 * BinsPerDecade;

    private const int UnitsPerUs = 10;

    // Whole units of 100 ns: a latency belongs to the bin of the last edge that it reaches.
    private static readonly uint[] _edges = [.. Enumerable.Range(0, Bins).Select(bin => (uint)Math.Ceiling(Math.Round(LowerUs(bin) * UnitsPerUs, 6)))];

    /// <summary>Nothing was measured.</summary>
    public static LogHistogram Empty { get; } = new(0, []);

    /// <summary>Where a bin begins, in microseconds.</summary>
    /// <param name="bin">From 0; <see cref="Bins"/> is the end of the last one.</param>
    public static double LowerUs(int bin) => Math.Pow(10, (double)bin / BinsPerDecade);

    /// <summary>The bin of a latency.</summary>
    /// <param name="latency">In units of 100 ns.</param>
    public static int BinOf(uint latency)
    {
        var at = Array.BinarySearch(_edges, latency);
        return Math.Max(0, at < 0 ? ~at - 1 : at);
    }

    /// <summary>Counts latencies in units of 100 ns.</summary>
    public static LogHistogram Of(ReadOnlySpan<uint> latencies)
    {
        if (latencies.IsEmpty) return Empty;
        Span<long> counts = stackalloc long[Bins];
        counts.Clear();
        foreach (var latency in latencies) counts[BinOf(latency)]++;
        var first = counts.IndexOfAnyExcept(0);
        return new LogHistogram(first, counts[first..(counts.LastIndexOfAnyExcept(0) + 1)].ToArray());
    }
}
