using RaceLab.Engine.Autopsies;
using RaceLab.Engine.Races;
using RaceLab.Engine.Words;

namespace RaceLab.Web.Races;

/// <summary>The race track in words: what is drawn, and what a step was.</summary>
public static class TrackWords
{
    /// <summary>What is drawn of a race, and why not all of it.</summary>
    /// <param name="source">The race's track.</param>
    /// <param name="fromUs">Where the view begins.</param>
    /// <param name="toUs">Where it ends.</param>
    /// <param name="completeUs">Up to when everything that belongs there is drawn.</param>
    public static string Drawn(TrackSource source, int fromUs, int toUs, int completeUs)
    {
        ArgumentNullException.ThrowIfNull(source);
        if (source.Workers == 0) return "Nothing ran, so there is nothing to draw.";
        var words = fromUs <= 0 && toUs >= source.EndUs ? $"All {At(source.EndUs)} are drawn." : $"{At(fromUs)} to {At(Math.Min(toUs, source.EndUs))} of {At(source.EndUs)} are drawn.";
        if (completeUs < Math.Min(toUs, source.EndUs))
            words += $" Only up to {At(completeUs)}, because one picture holds {Figures.Count(RaceRecording.MostSegments)} steps: come nearer, or go on from there.";
        if (source.CompleteUntilUs is { } until)
            words += $" The log of this race is full at {At(until)}, with {Figures.Count(RaceRecording.MostEvents)} entries; from then on only the summary is complete.";
        if (!source.IsWhole) words += " Only the first moments of this race are kept; its whole log has made room for newer races.";
        return words;
    }

    /// <summary>What the strip over the whole race shows, in a sentence.</summary>
    public static string Glance(TrackOverview overview, TrackSource source)
    {
        ArgumentNullException.ThrowIfNull(overview);
        ArgumentNullException.ThrowIfNull(source);
        var words = $"{Figures.Count(overview.Attempts.Sum(), "attempt", "attempts")}, {Figures.Count(overview.Duplicates.Sum(), "duplicate", "duplicates")} and {Figures.Count(overview.Rejections.Sum(), "rejection", "rejections")} in {At(overview.EndUs)}.";
        return source.WholeUs > overview.EndUs && source.CompleteUntilUs is not null ? $"{words} The race went on until {At(source.WholeUs)}; that part is not in the log, and hatched." : words;
    }

    /// <summary>The strip as a table: its parts, a few at a time, so that they can be read.</summary>
    public static IReadOnlyList<GlanceRow> Rows(TrackOverview overview)
    {
        const int Together = 10;
        ArgumentNullException.ThrowIfNull(overview);
        return
        [
            .. Enumerable.Range(0, TrackOverview.Parts / Together).Select(row => new GlanceRow(
                At((long)overview.EndUs * row * Together / TrackOverview.Parts),
                At((long)overview.EndUs * (row + 1) * Together / TrackOverview.Parts),
                overview.Attempts.Skip(row * Together).Take(Together).Sum(),
                overview.Duplicates.Skip(row * Together).Take(Together).Sum(),
                overview.Rejections.Skip(row * Together).Take(Together).Sum())),
        ];
    }

    /// <summary>Of a lane that has no step at the place that was chosen.</summary>
    /// <param name="worker">From 0.</param>
    public static string Nothing(int worker) => $"Worker {worker + 1}: no step here.";

    /// <summary>One step, in a sentence.</summary>
    public static string Describe(LaneSegment segment, AttemptStory? story, Listing listing, TrackSource source)
    {
        ArgumentNullException.ThrowIfNull(listing);
        ArgumentNullException.ThrowIfNull(source);
        var words = $"Worker {segment.Worker + 1}, {listing.NameOf(segment.Step)}: {At(segment.StartUs)} to {At(segment.EndUs)}, {Figures.Milliseconds((segment.EndUs - segment.StartUs) / 1000.0)}.";
        words += segment.Wait switch
        {
            LaneWait.Sampled => " It was seen waiting for a lock.",
            LaneWait.Inferred => " It waited for a lock, as the times of others imply.",
            _ => "",
        };
        if (segment.Rejection > 0 && segment.Rejection <= source.States.Count) words += $" Rejected: {source.States[segment.Rejection - 1]} {SqlStates.NameOf(source.States[segment.Rejection - 1])}.";
        if (segment.Mark != LaneMark.None) words += $" Here the attempt ended: {WordFor(segment.Mark)}.";
        return story is null ? words : $"{words} Attempt {Figures.Count(story.Attempt)}, key {story.Key}.";
    }

    /// <summary>A mark in words; empty for none.</summary>
    public static string WordFor(LaneMark mark) => mark switch
    {
        LaneMark.Created => "created",
        LaneMark.Duplicate => "created: a duplicate",
        LaneMark.Rejected => "rejected",
        LaneMark.Found => "found or updated",
        LaneMark.Lost => "failed or unknown",
        _ => "",
    };

    /// <summary>What is known of a step's waiting; empty for nothing.</summary>
    public static string WordFor(LaneWait wait) => wait switch
    {
        LaneWait.Sampled => "sampled",
        LaneWait.Inferred => "inferred",
        _ => "",
    };

    /// <summary>A moment of the race, to the microsecond.</summary>
    public static string At(long us) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{us / 1000.0:#,0.000} ms");
}

/// <summary>A row of the table behind the strip over the whole race.</summary>
/// <param name="From">When it begins.</param>
/// <param name="To">When it ends.</param>
/// <param name="Attempts">That ended in it.</param>
/// <param name="Duplicates">That were made in it.</param>
/// <param name="Rejections">Of statements, in it.</param>
public sealed record GlanceRow(string From, string To, int Attempts, int Duplicates, int Rejections);
