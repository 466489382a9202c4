using RaceLab.Engine.Programs;

namespace RaceLab.Engine.Races;

/// <summary>When workers sent something for the first time, from the start barrier on: how nearly at once they began.</summary>
/// <param name="FirstMs">The earliest of them.</param>
/// <param name="LastMs">The latest.</param>
public sealed record FirstStatements(double FirstMs, double LastMs)
{
    /// <summary>From the one to the other.</summary>
    public double SpreadMs => RaceDocument.Round(LastMs - FirstMs);
}

/// <summary>Notes when each worker of a race sends something for the first time. Used by a race's aggregator alone.</summary>
internal sealed class StartLine
{
    private readonly bool[] _sends;
    private readonly uint?[] _began;

    public StartLine(StepProgram program, int workers)
    {
        _sends = [.. program.Steps.Select(s => StepLedger.RoundTripsOf(s) > 0)];
        _began = new uint?[workers];
    }

    /// <summary>Of those who have sent anything; null where nobody has.</summary>
    public FirstStatements? Statements =>
        _began.Min() is { } first && _began.Max() is { } last ? new FirstStatements(first / (double)TimeSpan.TicksPerMillisecond, last / (double)TimeSpan.TicksPerMillisecond) : null;

    public void Take(int worker, in RaceEvent step)
    {
        if (_sends[step.Step]) _began[worker] ??= step.Start;
    }
}
