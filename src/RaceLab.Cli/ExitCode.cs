using RaceLab.Engine.Races;

namespace RaceLab.Cli;

/// <summary>What the process ends with: a contract with scripts, described in <c>--help</c> and in the README.</summary>
internal static class ExitCode
{
    /// <summary>Every promise was kept.</summary>
    public const int Kept = 0;

    /// <summary>A promise was broken.</summary>
    public const int Broken = 1;

    /// <summary>Bad input, or content with a statement that the server refuses, so that there is no verdict.</summary>
    public const int BadInput = 2;

    /// <summary>No verdict: the database could not be had, the race was refused or interrupted, or its books do not balance.</summary>
    public const int NoVerdict = 3;

    /// <summary>No promise was broken, but a promised flaw was not shown.</summary>
    public const int NotShown = 4;

    /// <summary>What a verdict ends with.</summary>
    public static int Of(Verdict verdict) => verdict switch
    {
        Verdict.Broken => Broken,
        Verdict.NotShown => NotShown,
        _ => Kept,
    };
}
