namespace RaceLab.Engine.Wire;

/// <summary>Bytes that have come and are not read yet.</summary>
internal sealed class Inbox
{
    private byte[] _buffer = new byte[4096];
    private int _from;
    private int _to;

    public ReadOnlySpan<byte> Received => _buffer.AsSpan(_from, _to - _from);

    public Span<byte> Room() => RoomMemory().Span;

    /// <summary>Where to put what comes: never empty.</summary>
    public Memory<byte> RoomMemory()
    {
        if (_from > 0)
        {
            Received.CopyTo(_buffer);
            (_from, _to) = (0, _to - _from);
        }

        // A message is cut as soon as it is whole, and its length is bounded: so is this.
        if (_to == _buffer.Length) Array.Resize(ref _buffer, _buffer.Length * 2);
        return _buffer.AsMemory(_to);
    }

    public void Add(int count) => _to += count;

    public void Remove(int count)
    {
        _from += count;
        if (_from == _to) _from = _to = 0;
    }
}
