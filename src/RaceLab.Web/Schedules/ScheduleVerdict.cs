using RaceLab.Engine.Content;
using RaceLab.Engine.Programs;
using RaceLab.Engine.Schedules;
using RaceLab.Web.Races;

namespace RaceLab.Web.Schedules;

/// <summary>What came of a schedule, in words. One order proves a flaw, and never its absence.</summary>
public static class ScheduleVerdict
{
    /// <summary>Puts a result into words.</summary>
    public static VerdictText Of(ScheduleResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        var violated = result.Invariants.Where(i => i.Violations > 0).ToList();
        var sentences = new List<string> { Told(result), $"{Figures.Count(result.Rows, "row is", "rows are")} in the table." };
        sentences.AddRange(violated.Select(i => $"“{i.Title}” does not hold: {Figures.Count(i.Violations, "key breaks", "keys break")} it."));
        if (violated.Count == 0)
        {
            sentences.Add("That is true of this order, and says nothing about the others.");
            return new VerdictText(VerdictMood.Kept, $"This order keeps {string.Join(" and ", result.Invariants.Select(i => $"“{i.Title}”"))}", sentences);
        }

        if (violated.Any(i => i.Promise == Promise.None))
            sentences.Add("A strategy that promises this must never do so: its text or this lab is wrong. Please report it.");
        return new VerdictText(
            violated.Any(i => i.Promise == Promise.None) ? VerdictMood.Broken : VerdictMood.Shown,
            $"This order breaks {string.Join(" and ", violated.Select(i => $"“{i.Title}”"))}", sentences);
    }

    private static string Told(ScheduleResult result)
    {
        var told = result.Outcomes.Select((outcome, i) => outcome switch
        {
            Outcome.Rejected => $"session {i + 1} got an error",
            Outcome.Unknown => $"session {i + 1} got no answer",
            _ => $"session {i + 1} was told “{outcome.ToString().ToLowerInvariant()}”",
        }).ToList();
        var sentence = string.Join(", ", told.Take(told.Count - 1)) + " and " + told[^1] + ".";
        return char.ToUpperInvariant(sentence[0]) + sentence[1..];
    }
}
