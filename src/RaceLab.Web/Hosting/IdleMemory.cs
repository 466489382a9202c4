using System.Runtime;
using System.Runtime.InteropServices;
using RaceLab.Engine.Databases;
using RaceLab.Engine.Races;

namespace RaceLab.Web.Hosting;

/// <summary>
/// Gives memory back to the system that races took and no longer need: packs their logs, and has the garbage collector let go, which by itself it does not for as long as nothing is allocated. It does so
/// when there has been load and none is left, so that no race is ever stopped by it, once more when those who looked at races have had time to leave, and a last time when .NET's array pools let go of what
/// nobody has borrowed since; a page may wait for it, some tenth of a second.
/// </summary>
public sealed class IdleMemory : BackgroundService
{
    /// <summary>How long there must be no load.</summary>
    public static readonly TimeSpan Idle = TimeSpan.FromSeconds(5);

    /// <summary>At which of the looks without load it tidies. An array pool lets go at the first collection that is more than 60 s after the one that found its arrays idle: the last look is 75 s after the second.</summary>
    private static readonly int[] Tidying = [1, 6, 21];

    private readonly ConnectionPermits _permits;
    private readonly TimeProvider _time;
    private readonly Action _tidy;
    private (bool IsThere, long SoFar) _last;
    private int _quiet = Tidying[^1];

    /// <summary>Watches a lab's load.</summary>
    /// <param name="permits">Know of every load.</param>
    /// <param name="time">The clock.</param>
    /// <param name="tidy">Gives memory back.</param>
    public IdleMemory(ConnectionPermits permits, TimeProvider time, Action tidy)
    {
        _permits = permits;
        _time = time;
        _tidy = tidy;
    }

    /// <summary>Of a lab.</summary>
    public static IdleMemory Of(ConnectionPermits permits, RaceRegistry races, TimeProvider time) => new(permits, time, () =>
    {
        races.PackRecordings();
        GCSettings.LargeObjectHeapCompactionMode = GCLargeObjectHeapCompactionMode.CompactOnce;
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        TrimNative();
    });

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var ticks = new PeriodicTimer(Idle, _time);
        while (await ticks.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false)) Look();
    }

    /// <summary>Looks at the load, and tidies where there has been some, none is left, and none was there at the look before; and again some looks later.</summary>
    /// <returns>Whether it tidied.</returns>
    public bool Look()
    {
        var (now, before) = (_permits.Load, _last);
        _last = now;
        if (now.IsThere || now != before) _quiet = 0;
        else if (_quiet < Tidying[^1]) _quiet++;
        else return false;
        if (!Tidying.Contains(_quiet)) return false;
        _tidy();
        return true;
    }

    /// <summary>What the runtime's own compiler and the sockets took from the C library lies there, too, unless that is asked to give it back; not every C library can be asked.</summary>
    private static void TrimNative()
    {
        if (!OperatingSystem.IsLinux()) return;
        try
        {
            _ = malloc_trim(0);
        }
        catch (EntryPointNotFoundException)
        {
            // musl keeps nothing worth asking for.
        }
    }

    [DllImport("libc")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int malloc_trim(nuint pad);
}
