namespace RaceLab.Engine.Wire;

/// <summary>Whether the wire engine knows all that a server asks of a client.</summary>
internal enum WireFit
{
    /// <summary>Nobody has tried.</summary>
    Untried,

    /// <summary>It does.</summary>
    Fit,

    /// <summary>It does not, or not on this system.</summary>
    Unfit,
}
