using System.Globalization;

namespace RaceLab.Web.Races;

/// <summary>Goes through the places of one kind on a race track: to the next one, round at the ends, or to the n-th.</summary>
public sealed class PlaceTour
{
    private readonly IReadOnlyList<int> _places;
    private readonly long _inAll;
    private int _at = -1;

    /// <summary>A tour that has not begun.</summary>
    /// <param name="noun">What is there, in the singular.</param>
    /// <param name="places">When, in microseconds since the start barrier, in the order of time.</param>
    /// <param name="inAll">How many there are in the whole log: more than <paramref name="places"/> where these are only the first ones.</param>
    public PlaceTour(string noun, IReadOnlyList<int> places, long inAll)
    {
        ArgumentNullException.ThrowIfNull(places);
        Noun = noun;
        _places = places;
        _inAll = inAll;
    }

    /// <summary>What is there, in the singular.</summary>
    public string Noun { get; }

    /// <summary>How many places one can go to.</summary>
    public int Count => _places.Count;

    /// <summary>The number of the place where one is, from 1; null before the tour begins.</summary>
    public int? Number => _at < 0 ? null : _at + 1;

    /// <summary>Why what was typed leads nowhere; null: it does.</summary>
    public string? Problem { get; private set; }

    /// <summary>Where one is, in words.</summary>
    public string Text => Count == 0 ? $"No {Noun}"
        : Number is not { } number ? $"Around a {Noun}"
        : Count < _inAll ? $"{Capital} {Figures.Count(number)} of the first {Figures.Count(Count)} of {Figures.Count(_inAll)}"
        : $"{Capital} {Figures.Count(number)} of {Figures.Count(Count)}";

    private string Capital => char.ToUpperInvariant(Noun[0]) + Noun[1..];

    /// <summary>Goes on to the next place, or back to the one before.</summary>
    /// <param name="direction">1 or -1.</param>
    /// <returns>When that was; null where there are no places.</returns>
    public int? Step(int direction)
    {
        Problem = null;
        if (Count == 0) return null;
        _at = _at < 0 && direction < 0 ? Count - 1 : (_at + direction + Count) % Count;
        return _places[_at];
    }

    /// <summary>Goes to a place by its number, as somebody typed it.</summary>
    /// <returns>When that was; null where there is no such place, and <see cref="Problem"/> says so.</returns>
    public int? GoTo(string? typed)
    {
        Problem = null;
        if (int.TryParse(typed, NumberStyles.Integer | NumberStyles.AllowThousands, CultureInfo.InvariantCulture, out var number) && number >= 1 && number <= Count) return _places[_at = number - 1];
        Problem = $"One can go to {Noun} 1 to {Figures.Count(Count)}.";
        return null;
    }
}
