using RaceLab.Engine.Autopsies;
using RaceLab.Engine.Words;

namespace RaceLab.Web.Races;

/// <summary>An autopsy in sentences. Times are the client's: when an answer had come, unless it says otherwise.</summary>
public sealed class AutopsyWords(Listing listing)
{
    /// <summary>What there is to explain.</summary>
    public static string Headline(Autopsy autopsy)
    {
        ArgumentNullException.ThrowIfNull(autopsy);
        return autopsy.KeysInAll switch
        {
            > 0 => "Why there is a duplicate",
            _ when autopsy.RejectionsInAll > 0 => "Whom the rejected ones collided with",
            _ when autopsy.WaitsInAll > 0 => "Who waited for whom",
            _ => "Nothing to explain: no duplicates, no rejections, no waits that were seen",
        };
    }

    /// <summary>How a key came to have rows too many: what each of two attempts saw and did, in the order of time.</summary>
    /// <param name="first">The attempt that wrote before.</param>
    /// <param name="second">The one that wrote a row too many.</param>
    public string Duplicate(Winner first, Winner second)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        var events = new List<(long Us, string Text)>();
        if (second.Look is { } look) events.Add((look.EndUs, $"{Who(second)} checked at {Ms(look.EndUs)} and saw {Saw(look)}{Despite(first, look)}"));
        if (first.Write is { } wrote) events.Add((wrote.EndUs, $"{Who(first)} {Verb(wrote)} at {Ms(wrote.EndUs)}{Committed(first)}"));
        if (second.Write is { } doubled) events.Add((doubled.EndUs, $"{Who(second)} {Verb(doubled)} at {Ms(doubled.EndUs)}{Unchecked(first, second)}{Committed(second)}"));
        if (events.Count == 0) return "The log does not reach as far as these rows.";
        var sentence = string.Join("; ", events.OrderBy(e => e.Us).Select(e => e.Text)) + ".";
        return char.ToUpperInvariant(sentence[0]) + sentence[1..];
    }

    /// <summary>The sentence for a key: its first two rows, and how many more there are.</summary>
    public string Key(KeyFinding key)
    {
        ArgumentNullException.ThrowIfNull(key);
        switch (key.Winners)
        {
            case []:
                return "The log does not reach as far as these rows.";
            case [var only]:
                return only.Rows > 1
                    ? $"Worker {only.Story.Worker} alone made {Figures.Word(only.Rows)} rows: its attempt arrived {Figures.Count(only.Story.Steps.Max(s => s.Delivery), "time", "times")}, and wrote each time."
                    : $"Worker {only.Story.Worker} made one of them; the log does not reach as far as the others.";
            default:
                var (first, second) = (key.Winners[0], key.Winners[1]);
                var more = key.Rows - first.Rows - second.Rows;
                return Duplicate(first, second) + (more > 0 ? $" {Figures.Count(more, "more row", "more rows")} came the same way or later." : "");
        }
    }

    /// <summary>How far two race windows lay over each other; null where one of the two has none.</summary>
    public static string? Overlap(Winner first, Winner second)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        if (first.Window is not { } a || second.Window is not { } b) return null;
        var overlap = Math.Min(a.ToUs, b.ToUs) - Math.Max(a.FromUs, b.FromUs);
        return overlap > 0
            ? $"Both race windows were open at once for {Figures.Milliseconds(overlap / 1000.0)}."
            : $"The race windows did not overlap: {Figures.Milliseconds(-overlap / 1000.0)} lay between them.";
    }

    /// <summary>A rejected statement and whom it collided with.</summary>
    public string Rejection(RejectionFinding finding)
    {
        ArgumentNullException.ThrowIfNull(finding);
        var run = finding.Run;
        var words = $"Worker {finding.Story.Worker} was rejected at {Ms(run.EndUs)} ({run.SqlState} {SqlStates.NameOf(run.SqlState ?? "")}, at {listing.NameOf(run.Step)})";
        if (finding.With is not { } with) return words + "; whom it collided with is not known.";
        var did = finding.WithRun is { } other ? $", which {Verb(other)} at {Ms(other.EndUs)}" : "";
        return $"{words}: it collided with worker {with.Worker}{did}.";
    }

    /// <summary>A wait, and who held what.</summary>
    public string Wait(WaitFinding wait)
    {
        ArgumentNullException.ThrowIfNull(wait);
        var words = $"Worker {wait.Worker} waited at {listing.NameOf(wait.Run.Step)}, which took {Figures.Milliseconds((wait.Run.EndUs - wait.Run.StartUs) / 1000.0)} from {Ms(wait.Run.StartUs)} on";
        if (wait.On.Length > 0) words += $", for {LockFor(wait.On)}";
        if (wait.Holders.Count == 0) return words + ". Who held it was gone before it could be asked.";
        return words + "; " + string.Join(", ", wait.Holders.Select(Holds)) + ".";
    }

    /// <summary>On what a finding stands, in a few words.</summary>
    public static string Ground(Evidence evidence) => evidence switch
    {
        Evidence.Rows => "known from the rows",
        Evidence.Sampled => "sampled",
        _ => "inferred",
    };

    /// <summary>How the lock tables were looked at.</summary>
    public static string Looks(LockLooks looks)
    {
        ArgumentNullException.ThrowIfNull(looks);
        var words = looks.Count switch
        {
            0 => "The lock tables were not looked at while it ran: it was over before, or they could not be asked.",
            1 => "The lock tables were looked at once: waits at other times were missed. What was seen there is called sampled; what the times in the log imply is called inferred.",
            _ => $"The lock tables were looked at {Figures.Count(looks.Count, "time", "times")}, every {Figures.Milliseconds(looks.EveryMs)}: what was seen there is called sampled, and waits between two looks are missed. What the times in the log imply is called inferred.",
        };
        return looks.Problem is null ? words : $"{words} {looks.Problem}";
    }

    private string Holds(Holder holder) => holder.Took is { } took
        ? $"worker {holder.Worker} held it, since its {listing.NameOf(took.Step)} at {Ms(took.EndUs)}"
        : $"worker {holder.Worker} stood before it";

    private static string Who(Winner winner) => $"worker {winner.Story.Worker}";

    private static string Saw(StepRun look) => look.Rows == 0 ? "nothing" : Figures.Count(look.Rows, "row", "rows");

    private static string Committed(Winner winner) => winner.Commit is { } commit ? $" and committed at {Ms(commit.EndUs)}" : "";

    private static string Despite(Winner first, StepRun look) =>
        look.Rows == 0 && first.VisibleUs is { } visible && visible < look.StartUs ? ", although the other row was committed by then" : "";

    private static string Unchecked(Winner first, Winner second)
    {
        if (second.Look is not { } look) return " without looking at all";
        return first.Write is { } write && look.EndUs <= write.EndUs ? " without looking again" : "";
    }

    private string Verb(StepRun run)
    {
        var step = run.Step < listing.Lines.Count ? listing.Lines[run.Step].Step : null;
        var verb = step?.Sql?.Written.Split([' ', '\n', '\t'], 2)[0].ToUpperInvariant();
        return verb switch
        {
            "INSERT" => "inserted",
            "UPDATE" => "updated",
            "DELETE" => "deleted",
            "MERGE" => "merged",
            _ => $"had run {listing.NameOf(run.Step)}",
        };
    }

    private static string LockFor(string waitEvent) => waitEvent switch
    {
        "transactionid" => "another transaction to end",
        "tuple" => "a row, behind others",
        "advisory" => "an advisory lock",
        "relation" => "a table lock",
        "virtualxid" => "another transaction's snapshot",
        "extend" => "the table to grow",
        _ => $"a lock of the kind {waitEvent}",
    };

    private static string Ms(long us) => TrackWords.At(us);
}
