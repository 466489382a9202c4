using System.Runtime.InteropServices;
using RaceLab.Engine.Programs;

namespace RaceLab.Engine.Races;

/// <summary>What is worth going to in a log, found in one pass when its race is over: each duplicate and rejection, the first of them as places, and all of them in an overview.</summary>
internal sealed class TrackPlaces
{
    /// <summary>The most places of one kind: nobody goes through more of them one by one.</summary>
    public const int MostOfAKind = 10_000;

    private readonly RaceTrack _track;
    private readonly HashSet<long> _repeats = [];
    private readonly List<Landmark> _landmarks = [];

    /// <summary>Looks for them.</summary>
    /// <param name="events">The log of each worker.</param>
    /// <param name="track">The race's.</param>
    /// <param name="made">Attempts that the table has rows of; null where it was not asked.</param>
    /// <param name="countsRepeats">Whether a second row for a key is one too many.</param>
    public TrackPlaces(List<RaceEvent>[] events, RaceTrack track, IReadOnlySet<long>? made, bool countsRepeats)
    {
        _track = track;
        EndUs = events.Max(e => e.Count == 0 ? 0 : LiveTrack.Us(e[^1].End));
        var overview = new TrackOverview(EndUs);
        if (countsRepeats) FindRepeats(events, made, overview);
        FindRejections(events, overview);
        Overview = overview;
        _landmarks.Sort((a, b) => a.AtUs.CompareTo(b.AtUs));
    }

    /// <summary>When the last step ended.</summary>
    public int EndUs { get; }

    /// <summary>Numbers of the attempts that made duplicates, all of them.</summary>
    public IReadOnlySet<long> Repeats => _repeats;

    /// <summary>The first <see cref="MostOfAKind"/> of each kind, in the order of time.</summary>
    public IReadOnlyList<Landmark> Landmarks => _landmarks;

    /// <summary>The whole log at a glance.</summary>
    public TrackOverview Overview { get; }

    private void FindRepeats(List<RaceEvent>[] events, IReadOnlySet<long>? made, TrackOverview overview)
    {
        var created = new List<(int Key, uint End, int Worker, long Number)>();
        for (var worker = 0; worker < events.Length; worker++)
        {
            foreach (ref readonly var happened in CollectionsMarshal.AsSpan(events[worker]))
            {
                if (!happened.IsAttempt) continue;
                var number = _track.NumberOf(happened.Attempt, worker);
                if (made?.Contains(number) ?? happened.Outcome == Outcome.Created) created.Add((happened.Key, happened.End, worker, number));
            }
        }

        created.Sort((a, b) => (a.Key, a.End).CompareTo((b.Key, b.End)));
        var found = new List<Landmark>();
        for (var i = 1; i < created.Count; i++)
        {
            if (created[i].Key != created[i - 1].Key) continue;
            _repeats.Add(created[i].Number);
            found.Add(new Landmark(LiveTrack.Us(created[i].End), created[i].Worker, LaneMark.Duplicate));
            overview.AddDuplicate(found[^1].AtUs);
        }

        AddFirst(found);
    }

    private void FindRejections(List<RaceEvent>[] events, TrackOverview overview)
    {
        var found = new List<Landmark>();
        for (var worker = 0; worker < events.Length; worker++)
        {
            foreach (ref readonly var happened in CollectionsMarshal.AsSpan(events[worker]))
            {
                var at = LiveTrack.Us(happened.End);
                if (happened.IsAttempt)
                {
                    overview.AddAttempt(at);
                }
                else if (happened.Rejection > 0)
                {
                    found.Add(new Landmark(at, worker, LaneMark.Rejected));
                    overview.AddRejection(at);
                }
            }
        }

        AddFirst(found);
    }

    private void AddFirst(List<Landmark> found)
    {
        found.Sort((a, b) => a.AtUs.CompareTo(b.AtUs));
        _landmarks.AddRange(found.Take(MostOfAKind));
    }
}

/// <summary>A place of the track that is worth going to.</summary>
/// <param name="AtUs">Since the start barrier.</param>
/// <param name="Worker">From 0.</param>
/// <param name="Kind"><see cref="LaneMark.Duplicate"/> or <see cref="LaneMark.Rejected"/>.</param>
public readonly record struct Landmark(int AtUs, int Worker, LaneMark Kind);
