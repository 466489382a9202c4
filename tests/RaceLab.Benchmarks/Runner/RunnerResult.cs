using RaceLab.Engine.Races;

namespace RaceLab.Benchmarks.Runner;

/// <summary>One strategy with so many workers on one engine, in turn with pgbench.</summary>
/// <param name="Strategy">Which.</param>
/// <param name="Workers">How many.</param>
/// <param name="Engine">On what.</param>
/// <param name="Measured">Its rounds.</param>
/// <param name="Pgbench">pgbench's, in the same order.</param>
internal sealed record RunnerResult(RunnerStrategy Strategy, int Workers, RaceEngine Engine, IReadOnlyList<Round> Measured, IReadOnlyList<Round> Pgbench)
{
    /// <summary>The engine in a word.</summary>
    public string EngineName => WorkloadText.FormatEngine(Engine);

    /// <summary>Attempts per second, the median.</summary>
    public double Tps => Median(Measured, r => r.PerSecond);

    /// <summary>pgbench's.</summary>
    public double PgbenchTps => Median(Pgbench, r => r.PerSecond);

    /// <summary>The one by the other, of each turn.</summary>
    public Rounds Ratios => Ratio(Measured, Pgbench);

    /// <summary>What the ratio should be; null: nothing is expected.</summary>
    public double? Target => Strategy.TargetOf(Engine);

    /// <summary>Processor time of the client for each attempt, in microseconds, the median.</summary>
    public double CpuUsPerAttempt => Median(Measured, r => r.CpuUs ?? double.NaN);

    /// <summary>pgbench's; null where it is not known.</summary>
    public double? PgbenchCpuUsPerAttempt => Pgbench.All(r => r.CpuUs is not null) ? Median(Pgbench, r => r.CpuUs!.Value) : null;

    /// <summary>Attempts of the busiest worker by those of the least busy one, the median of the rounds; infinite where somebody made none.</summary>
    public double PerWorkerMaxMin => Median(Measured, r => r.Result!.PerWorker.MaxByMin ?? double.PositiveInfinity);

    /// <summary>Over how long the workers' first statements were sent behind the barrier, in milliseconds, the median of the rounds.</summary>
    public double FirstStatementsMs => Median(Measured, r => r.Result!.Timing?.FirstStatements?.SpreadMs ?? double.NaN);

    /// <summary>The one by the other, of each turn.</summary>
    public static Rounds Ratio(IReadOnlyList<Round> one, IReadOnlyList<Round> other) => new([.. one.Zip(other, (a, b) => a.PerSecond / b.PerSecond)]);

    /// <summary>The middle of what rounds measured.</summary>
    public static double Median(IReadOnlyList<Round> rounds, Func<Round, double> of) => new Rounds([.. rounds.Select(of)]).Median;
}

/// <summary>S2 against S3 with so many workers on one engine, where every attempt meets a row that is there.</summary>
/// <param name="Workers">How many.</param>
/// <param name="Engine">On what.</param>
/// <param name="Caught">S2's rounds.</param>
/// <param name="Avoided">S3's, in the same order.</param>
internal sealed record ConflictResult(int Workers, RaceEngine Engine, IReadOnlyList<Round> Caught, IReadOnlyList<Round> Avoided)
{
    /// <summary>The engine in a word.</summary>
    public string EngineName => WorkloadText.FormatEngine(Engine);

    /// <summary>S2's attempts per second, the median.</summary>
    public double CaughtTps => RunnerResult.Median(Caught, r => r.PerSecond);

    /// <summary>S3's.</summary>
    public double AvoidedTps => RunnerResult.Median(Avoided, r => r.PerSecond);

    /// <summary>The one by the other, of each turn.</summary>
    public Rounds Ratios => RunnerResult.Ratio(Caught, Avoided);

    /// <summary>What an exception cost .NET, in milliseconds; null where none was thrown.</summary>
    public double? ExceptionMs => Of(c => c.ThrownMs);

    /// <summary>What came before it: sending, PostgreSQL, reading the answer.</summary>
    public double? AnswerMs => Of(c => c.AnswerMs);

    private double? Of(Func<ExceptionCost, double> part) =>
        Caught.All(r => r.Result?.Timing?.Exceptions is not null) ? RunnerResult.Median(Caught, r => part(r.Result!.Timing!.Exceptions!)) : null;
}
