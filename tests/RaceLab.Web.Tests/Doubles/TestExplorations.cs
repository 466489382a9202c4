using System.Numerics;
using RaceLab.Engine.Content;
using RaceLab.Engine.Races;
using RaceLab.Engine.Schedules;

namespace RaceLab.Web.Tests.Doubles;

/// <summary>Explorations as they come from a server.</summary>
public static class TestExplorations
{
    /// <summary>Check, then insert, two sessions: just what a server finds.</summary>
    public static Exploration Flawed() => new()
    {
        Scenario = "sign-up",
        Strategy = "check-then-insert",
        Sessions = 2,
        Orders = 6,
        Infeasible = 0,
        Runs = 3,
        Outcomes =
        [
            Outcome(2, 1, ["created", "created"], [], false, 4, 2, "1.check 2.check 1.insert 2.insert"),
            Outcome(1, 0, ["created", "found"], [], false, 2, 1, "1.check 1.insert 2.check"),
        ],
        Schedules =
        [
            new(Entries("1.check 1.insert 2.check"), 1, 2),
            new(Entries("1.check 2.check 1.insert 2.insert"), 0, 2),
            new(Entries("1.check 2.check 2.insert 1.insert"), 0, 2),
        ],
        Invariants = [new ExploredInvariant("duplicates", "One row per email", Promise.Some, Verdict.Kept, 4)],
        Elapsed = TimeSpan.FromMilliseconds(351.2),
        PostgresVersion = "15.18",
        Engine = RaceEngine.Wire,
        RetriesAtMost = 2,
        RetriesCut = false,
        IsComplete = true,
    };

    /// <summary>A strategy that keeps its promise, with a wait and a rejected statement.</summary>
    public static Exploration Sound() => Flawed() with
    {
        Strategy = "serializable",
        Orders = 756_756,
        Infeasible = 756_720,
        Runs = 2,
        Outcomes =
        [
            Outcome(1, 0, ["created", "found"], ["40001", "40001"], true, 24, 1, "1.begin 2.begin 1.check 2.check 1.insert 1.commit"),
            Outcome(1, 0, ["created", "found"], [], false, 12, 1, "1.begin 1.check 1.insert 1.commit 2.begin"),
        ],
        Schedules =
        [
            new([.. Entries("1.begin 2.begin 1.check"), new ExploredEntry(new ScheduledStep(2, "check"), [1], 5), .. Entries("1.insert 1.commit", 4)], 0, 24),
            new(Entries("1.begin 1.check 1.insert 1.commit 2.begin"), 1, 12),
        ],
        Invariants = [new ExploredInvariant("duplicates", "One row per email", Promise.None, Verdict.Kept, 0)],
        RetriesCut = true,
    };

    /// <summary>Very many schedules, of which not all were kept.</summary>
    public static Exploration Large(int kept) => Flawed() with
    {
        Runs = kept + 1,
        Schedules = [.. Enumerable.Range(0, kept).Select(i => new ExploredSchedule(Entries("1.check 2.check 1.insert 2.insert"), i % 2, i))],
    };

    private static ExploredOutcome Outcome(
        long rows, long violations, IReadOnlyList<string> told, IReadOnlyList<string> sqlStates, bool waits, BigInteger orders, int runs, string witness) =>
        new(rows, new Dictionary<string, long> { ["duplicates"] = violations }, told, sqlStates, waits, orders, runs, [.. Entries(witness).Select(e => e.Step)]);

    private static IReadOnlyList<ExploredEntry> Entries(string written, int from = 0) =>
        [.. written.Split(' ').Select((word, place) => new ExploredEntry(new ScheduledStep(word[0] - '0', word[2..]), [], from + place))];
}
