using RaceLab.Engine.Schedules;

namespace RaceLab.Web.Puzzles;

/// <summary>How far it is with a learner's "there is no such order". Nothing at all in it: the learner has not said so.</summary>
public sealed record NoOrderClaim
{
    /// <summary>The learner has not said so.</summary>
    public static NoOrderClaim NotMade { get; } = new();

    /// <summary>Orders are being tried: how many runs were executed so far; null: they are not.</summary>
    public int? Runs { get; private init; }

    /// <summary>What came of it; null: nothing yet.</summary>
    public NoOrderVerdict? Verdict { get; private init; }

    /// <summary>Why the orders could not be tried, in a sentence; null: nothing of the kind.</summary>
    public string? Problem { get; private init; }

    /// <summary>Whether the learner can say so now: not while orders are tried, and not again once it is decided.</summary>
    public bool CanBeMade => Runs is null && Verdict is null;

    /// <summary>Orders are being tried.</summary>
    public static NoOrderClaim BeingTried(int runs) => new() { Runs = runs };

    /// <summary>They were tried.</summary>
    public static NoOrderClaim Judged(NoOrderVerdict verdict) => new() { Verdict = verdict };

    /// <summary>They could not be tried.</summary>
    public static NoOrderClaim Failed(string problem) => new() { Problem = problem };
}
