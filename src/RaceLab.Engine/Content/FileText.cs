namespace RaceLab.Engine.Content;

/// <summary>What a file of the content folder says, and by which a later look tells that it still does.</summary>
/// <param name="Text">All of it.</param>
/// <param name="Written">When the file says that it was last written, asked before it was read.</param>
/// <param name="Length">Its bytes, asked at the same time.</param>
/// <param name="IsSettled">Whether it had been left alone long enough when it was read that whoever writes it again cannot leave the same time on it.</param>
internal sealed record FileText(string Text, DateTime Written, long Length, bool IsSettled)
{
    /// <summary>The coarsest clock of a file system in use is FAT's, which counts every other second.</summary>
    private static readonly TimeSpan CoarsestClock = TimeSpan.FromSeconds(2);

    /// <summary>The file as it is now; what was read before, where nobody has written to it since.</summary>
    /// <exception cref="IOException">It is not there, or cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public static FileText Read(string path, FileText? before, TimeProvider time)
    {
        var file = new FileInfo(path);
        var (written, length) = (file.LastWriteTimeUtc, file.Length);
        if (before is { IsSettled: true } && before.Written == written && before.Length == length) return before;

        var now = time.GetUtcNow().UtcDateTime;
        return new FileText(File.ReadAllText(path), written, length, written + CoarsestClock < now);
    }
}
