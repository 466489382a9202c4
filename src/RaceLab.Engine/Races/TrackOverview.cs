namespace RaceLab.Engine.Races;

/// <summary>A whole log at a glance, in a bounded space: how many attempts ended, duplicates were made and statements rejected in each of <see cref="Parts"/> parts of its time.</summary>
public sealed class TrackOverview
{
    /// <summary>How many parts there are.</summary>
    public const int Parts = 240;

    private readonly int[] _attempts = new int[Parts];
    private readonly int[] _duplicates = new int[Parts];
    private readonly int[] _rejections = new int[Parts];

    internal TrackOverview(int endUs) => EndUs = endUs;

    /// <summary>Where the last part ends, in microseconds since the start barrier; the first begins at 0.</summary>
    public int EndUs { get; }

    /// <summary>Attempts that ended in each part.</summary>
    public IReadOnlyList<int> Attempts => _attempts;

    /// <summary>Duplicates that were made in each.</summary>
    public IReadOnlyList<int> Duplicates => _duplicates;

    /// <summary>Statements that were rejected in each.</summary>
    public IReadOnlyList<int> Rejections => _rejections;

    internal void AddAttempt(int us) => _attempts[PartAt(us)]++;

    internal void AddDuplicate(int us) => _duplicates[PartAt(us)]++;

    internal void AddRejection(int us) => _rejections[PartAt(us)]++;

    private int PartAt(int us) => EndUs == 0 ? 0 : (int)Math.Min(Parts - 1, (long)us * Parts / EndUs);
}
