using System.Globalization;
using System.Text;

namespace RaceLab.Engine.Content;

/// <summary>What a file of the content folder says, and by which a later look tells that it still does.</summary>
/// <param name="Text">All of it.</param>
/// <param name="Written">When the file says that it was last written, asked before it was read.</param>
/// <param name="Length">Its bytes, asked at the same time.</param>
/// <param name="IsSettled">Whether it had been left alone long enough when it was read that whoever writes it again cannot leave the same time on it.</param>
internal sealed record FileText(string Text, DateTime Written, long Length, bool IsSettled)
{
    private static readonly UTF8Encoding _utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The coarsest clock of a file system in use is FAT's, which counts every other second.</summary>
    private static readonly TimeSpan CoarsestClock = TimeSpan.FromSeconds(2);

    /// <summary>The file as it is now; what was read before, where nobody has written to it since.</summary>
    /// <exception cref="NotUtf8Exception">It is no UTF-8.</exception>
    /// <exception cref="IOException">It is not there, or cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public static FileText Read(string path, FileText? before, TimeProvider time)
    {
        var file = new FileInfo(path);
        var (written, length) = (file.LastWriteTimeUtc, file.Length);
        if (before is { IsSettled: true } && before.Written == written && before.Length == length) return before;

        var now = time.GetUtcNow().UtcDateTime;
        return new FileText(Decode(File.ReadAllBytes(path)), written, length, written + CoarsestClock < now);
    }

    /// <summary>A file in another encoding would be read with question marks in the place of its letters, and raced with them.</summary>
    private static string Decode(byte[] bytes)
    {
        try
        {
            var text = _utf8.GetString(bytes);
            return text.StartsWith('\uFEFF') ? text[1..] : text;
        }
        catch (DecoderFallbackException e)
        {
            var before = bytes.AsSpan(0, e.Index);
            throw new NotUtf8Exception(before.Count((byte)'\n') + 1, _utf8.GetCharCount(before[(before.LastIndexOf((byte)'\n') + 1)..]) + 1, bytes[e.Index]);
        }
    }
}

/// <summary>A file is in another encoding than UTF-8.</summary>
/// <param name="line">Where, from 1.</param>
/// <param name="character">Where in the line, from 1.</param>
/// <param name="found">What stands there.</param>
internal sealed class NotUtf8Exception(int line, int character, byte found) : IOException(
    string.Create(CultureInfo.InvariantCulture, $"it is not UTF-8: at character {character} stands the byte {found:X2}. Save it as UTF-8"))
{
    /// <summary>From 1.</summary>
    public int Line { get; } = line;
}
