namespace RaceLab.Engine.Schedules;

/// <summary>Limits of stepping. Ranges are those of <c>docs/operations.md</c>.</summary>
public sealed record StepperOptions
{
    /// <summary>The default of <see cref="AtOnce"/>.</summary>
    public const int DefaultAtOnce = 40;

    /// <summary>The default of <see cref="IdleTime"/>, in seconds.</summary>
    public const int DefaultIdleSeconds = 300;

    /// <summary>Runs that are stepped at once, over all pages: 1 to 200.</summary>
    public int AtOnce { get; init; } = DefaultAtOnce;

    /// <summary>How long a run is left open, with its locks held, when nobody takes a turn: 5 s to 1 h.</summary>
    public TimeSpan IdleTime { get; init; } = TimeSpan.FromSeconds(DefaultIdleSeconds);
}
