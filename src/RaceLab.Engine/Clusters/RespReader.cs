using System.Globalization;
using System.Text;

namespace RaceLab.Engine.Clusters;

/// <summary>
/// Reads answers in Redis's own words (<see href="https://redis.io/docs/latest/develop/reference/protocol-spec/">RESP2</see>), as many kinds of them as the lab's few
/// commands get. Whatever else comes is refused: the other end is no Redis.
/// </summary>
/// <param name="stream">Stays the caller's.</param>
internal sealed class RespReader(Stream stream)
{
    /// <summary>The longest text that is taken for an answer, in bytes.</summary>
    public const int Longest = 64 * 1024;

    private readonly byte[] _buffer = new byte[4096];
    private int _start;
    private int _end;

    /// <summary>The next answer.</summary>
    /// <exception cref="RespException">What comes is no answer of a Redis.</exception>
    /// <exception cref="EndOfStreamException">It ends in the middle, or before it begins.</exception>
    public async ValueTask<RespAnswer> ReadAsync(CancellationToken cancellation)
    {
        var line = await ReadLineAsync(cancellation).ConfigureAwait(false);
        var text = line[1..];
        switch (line[0])
        {
            case '+': return new RespAnswer(text);
            case '-': return new RespAnswer(text, IsError: true);
            case ':':
                if (!long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _)) throw new RespException($"'{Shown(text)}' is no number");
                return new RespAnswer(text);
            case '$': return new RespAnswer(await ReadTextAsync(text, cancellation).ConfigureAwait(false));
            default: throw new RespException($"an answer begins with '{Shown(line)}'");
        }
    }

    private async ValueTask<string?> ReadTextAsync(string length, CancellationToken cancellation)
    {
        if (length == "-1") return null;
        if (!int.TryParse(length, NumberStyles.None, CultureInfo.InvariantCulture, out var count) || count > Longest)
            throw new RespException($"'{Shown(length)}' is no length of a text");
        var bytes = new byte[count];
        for (var i = 0; i < count; i++) bytes[i] = await ReadByteAsync(cancellation).ConfigureAwait(false);
        if (await ReadByteAsync(cancellation).ConfigureAwait(false) != '\r' || await ReadByteAsync(cancellation).ConfigureAwait(false) != '\n')
            throw new RespException("a text is longer than it says");
        return Encoding.UTF8.GetString(bytes);
    }

    private async ValueTask<string> ReadLineAsync(CancellationToken cancellation)
    {
        var line = new List<byte>(32);
        while (true)
        {
            var next = await ReadByteAsync(cancellation).ConfigureAwait(false);
            if (next == '\n' && line is [.., (byte)'\r'])
            {
                if (line.Count == 1) throw new RespException("an answer is empty");
                return Encoding.UTF8.GetString([.. line[..^1]]);
            }

            line.Add(next);
            if (line.Count > Longest) throw new RespException("a line does not end");
        }
    }

    private async ValueTask<byte> ReadByteAsync(CancellationToken cancellation)
    {
        if (_start == _end)
        {
            _start = 0;
            _end = await stream.ReadAsync(_buffer, cancellation).ConfigureAwait(false);
            if (_end == 0) throw new EndOfStreamException("The connection was closed.");
        }

        return _buffer[_start++];
    }

    private static string Shown(string text) => text.Length > 40 ? text[..40] + "…" : text;
}

/// <summary>What a Redis said.</summary>
/// <param name="Text">The text, or a number's digits; null for "nothing".</param>
/// <param name="IsError">Whether it refused.</param>
internal readonly record struct RespAnswer(string? Text, bool IsError = false);

/// <summary>What came is no answer of a Redis.</summary>
internal sealed class RespException(string message) : IOException(message);
