using System.Diagnostics;

namespace RaceLab.Engine.Clusters;

/// <summary>One cluster's directory, held against other labs until it is disposed.</summary>
internal sealed class ClusterSlot : IDisposable
{
    public const string LockSuffix = ".lock";

    private readonly FileStream _lock;

    private ClusterSlot(string directory, FileStream held)
    {
        Directory = directory;
        _lock = held;
    }

    public string Directory { get; }

    public string Data => Path.Combine(Directory, "data");

    public string Log => Path.Combine(Directory, "server.log");

    /// <summary>The slot, or null where another lab has it.</summary>
    public static ClusterSlot? TryTake(string directory)
    {
        if (TryLock(directory + LockSuffix) is not { } held) return null;

        // Between opening and locking, a sweep may have removed the file: then the lock is on nothing.
        if (File.Exists(directory + LockSuffix)) return new ClusterSlot(directory, held);
        held.Dispose();
        return null;
    }

    /// <summary>Opens a file for this process alone (flock under Unix), or returns null where another has it.</summary>
    public static FileStream? TryLock(string path)
    {
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException held) when (held.HResult is EWouldBlockLinux or EWouldBlockBsd)
        {
            return null;
        }
    }

    /// <summary>Removes directory and lock file. The guardian of a stopped server may be removing the same files.</summary>
    public async Task RemoveAsync(CancellationToken cancellation)
    {
        var patience = Stopwatch.StartNew();
        while (System.IO.Directory.Exists(Directory))
        {
            try
            {
                System.IO.Directory.Delete(Directory, recursive: true);
            }
            catch (DirectoryNotFoundException)
            {
            }
            catch (IOException) when (patience.Elapsed < TimeSpan.FromSeconds(5))
            {
                await Task.Delay(TimeSpan.FromMilliseconds(20), cancellation).ConfigureAwait(false);
            }
        }

        File.Delete(Directory + LockSuffix);
    }

    /// <inheritdoc/>
    public void Dispose() => _lock.Dispose();

    private const int EWouldBlockLinux = 11;
    private const int EWouldBlockBsd = 35;
}
