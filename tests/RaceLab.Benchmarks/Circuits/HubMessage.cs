namespace RaceLab.Benchmarks.Circuits;

/// <summary>
/// A message of SignalR's hub protocol as MessagePack (https://github.com/dotnet/aspnetcore/blob/main/src/SignalR/docs/specs/HubProtocol.md), which circuits call blazorpack.
/// On the wire each has its length before it, in groups of seven bits, the lowest first.
/// </summary>
/// <param name="Kind">What it is.</param>
/// <param name="CallId">Names the call that is answered; null where no answer is expected.</param>
/// <param name="Target">The method of a call.</param>
/// <param name="Arguments">Its arguments; of an answer, its result.</param>
/// <param name="Error">Why a call failed or the connection is closed.</param>
internal sealed record HubMessage(HubMessageKind Kind, string? CallId = null, string? Target = null, object?[]? Arguments = null, string? Error = null)
{
    private static readonly PackedValue.EmptyMap NoHeaders = new();

    /// <summary>A sign of life.</summary>
    public static HubMessage Ping { get; } = new(HubMessageKind.Ping);

    /// <summary>A call.</summary>
    public static HubMessage Call(string? id, string target, params object?[] arguments) => new(HubMessageKind.Invocation, id, target, arguments);

    /// <summary>The bytes of a call or a ping, with their length before them.</summary>
    public byte[] ToBytes()
    {
        var body = new List<byte>();
        PackedValue.Write(body, Kind == HubMessageKind.Ping ? [(long)Kind] : new object?[] { (long)Kind, NoHeaders, CallId, Target, Arguments, Array.Empty<object>() });
        var bytes = new List<byte>(body.Count + 2);
        var length = (uint)body.Count;
        for (; length >= 0x80; length >>= 7) bytes.Add((byte)(length | 0x80));
        bytes.Add((byte)length);
        bytes.AddRange(body);
        return [.. bytes];
    }

    /// <summary>Takes the first message off some bytes; null where it has not arrived whole.</summary>
    /// <exception cref="FormatException">The bytes are none.</exception>
    public static HubMessage? TryTake(ref ReadOnlySpan<byte> bytes)
    {
        const int LongestLength = 5;
        var (length, at) = (0L, 0);
        while (true)
        {
            if (at == bytes.Length) return null;
            if (at == LongestLength) throw new FormatException("The length of a message is too long.");
            length |= (long)(bytes[at] & 0x7f) << (7 * at);
            if (bytes[at++] < 0x80) break;
        }

        if (bytes.Length - at < length) return null;
        var body = bytes.Slice(at, (int)length);
        bytes = bytes[(at + (int)length)..];
        return Of(PackedValue.Read(ref body) as object?[] ?? throw new FormatException("A message is no array."));
    }

    private static HubMessage Of(object?[] items) => ((HubMessageKind)(items is [long kind, ..] ? kind : 0), items.Length) switch
    {
        (HubMessageKind.Invocation, >= 5) => new HubMessage(HubMessageKind.Invocation, items[2] as string, items[3] as string, items[4] as object?[]),
        (HubMessageKind.Completion, >= 4) => items[3] switch
        {
            1L => new HubMessage(HubMessageKind.Completion, items[2] as string, Error: items[4] as string),
            3L => new HubMessage(HubMessageKind.Completion, items[2] as string, Arguments: [items[4]]),
            _ => new HubMessage(HubMessageKind.Completion, items[2] as string),
        },
        (HubMessageKind.Ping, _) => Ping,
        (HubMessageKind.Close, >= 2) => new HubMessage(HubMessageKind.Close, Error: items[1] as string),
        _ => throw new FormatException("A message is of a kind that no circuit sends."),
    };
}

/// <summary>Kinds of messages, by their number on the wire.</summary>
internal enum HubMessageKind
{
    /// <summary>Somebody calls a method.</summary>
    Invocation = 1,

    /// <summary>The answer to a call.</summary>
    Completion = 3,

    /// <summary>A sign of life.</summary>
    Ping = 6,

    /// <summary>The connection is closed.</summary>
    Close = 7,
}
