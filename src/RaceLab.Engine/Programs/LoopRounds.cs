namespace RaceLab.Engine.Programs;

/// <summary>How far one attempt has come in each of its program's loops.</summary>
internal sealed class LoopRounds(int loops)
{
    private readonly IReadOnlyList<string>[] _items = new IReadOnlyList<string>[loops];
    private readonly int[] _taken = new int[loops];

    /// <summary>Begins a loop with the first item of its list.</summary>
    public void Enter(Loop loop, string?[] values)
    {
        var items = ArrayText.Parse(values[loop.ListSlot]!);
        _items[loop.Index] = loop.Sorted ? [.. items.Order(StringComparer.Ordinal)] : items;
        _taken[loop.Index] = 0;
    }

    /// <summary>The next item of a loop that was entered; null behind the last one.</summary>
    public string? Next(Loop loop)
    {
        var items = _items[loop.Index];
        return _taken[loop.Index] < items.Count ? items[_taken[loop.Index]++] : null;
    }
}
