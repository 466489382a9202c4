using System.Globalization;
using RaceLab.Engine.Content;
using RaceLab.Engine.Races;

namespace RaceLab.Benchmarks.Runner;

/// <summary>What <c>bench</c> measures, and how long.</summary>
internal sealed record RunnerPlan
{
    /// <summary>All of sign-up that is measured, under the names that performance.md has for it.</summary>
    public static IReadOnlyList<RunnerStrategy> All { get; } =
    [
        new("S1", "check-then-insert", true),
        new("S2", "unique-and-catch", false) { Pgbench = "do-nothing-then-select" },
        new("S3", "do-nothing-then-select", true),
        new("S4", "advisory-lock", true),
        new("S4f", "advisory-lock-in-a-procedure", false),
        new("S5", "upsert", true),
    ];

    /// <summary>An hour or more.</summary>
    public static RunnerPlan Usual { get; } = new();

    /// <summary>Some three minutes, and less exact.</summary>
    public static RunnerPlan Quick { get; } = new()
    {
        Strategies = [.. All.Where(s => s.HasTarget)],
        Workers = [8, 64],
        Round = TimeSpan.FromSeconds(1),
        LeastTurns = 2,
        MostTurns = 2,
        WarmUp = TimeSpan.FromSeconds(4),
        Conflicts = false,
    };

    /// <summary>Which.</summary>
    public IReadOnlyList<RunnerStrategy> Strategies { get; private init; } = All;

    /// <summary>With how many workers.</summary>
    public IReadOnlyList<int> Workers { get; private init; } = [1, 8, 64];

    /// <summary>On which engines.</summary>
    public IReadOnlyList<RaceEngine> Engines { get; private init; } = [RaceEngine.Npgsql, RaceEngine.Wire];

    /// <summary>For how long each of them is measured in a turn, behind <see cref="IContender.Uncounted"/>; whole seconds, as pgbench has it.</summary>
    public TimeSpan Round { get; private init; } = TimeSpan.FromSeconds(8);

    /// <summary>How often each has its turn at least.</summary>
    public int LeastTurns { get; private init; } = 6;

    /// <summary>And at most, where the interval is still wider than <see cref="Narrow"/>.</summary>
    public int MostTurns { get; private init; } = 10;

    /// <summary>Whether S2 is held against S3 where all keys are taken.</summary>
    public bool Conflicts { get; private init; } = true;

    /// <summary>How narrow the interval of a ratio must be to be quoted, against the ratio itself.</summary>
    public const double Narrow = 0.10;

    /// <summary>The least probability with which an interval holds the true median.</summary>
    public const double Coverage = 0.90;

    /// <summary>How many keys there are: in eight seconds, attempts for new ones and for taken ones are both frequent.</summary>
    public const int Keys = 100_000;

    /// <summary>How many there are where all are taken.</summary>
    public const int TakenKeys = 1000;

    /// <summary>How long each engine runs before everything else, until its code has been compiled for good.</summary>
    public TimeSpan WarmUp { get; private init; } = TimeSpan.FromSeconds(8);

    /// <summary>Chooses some of it, as the command line says.</summary>
    /// <param name="strategies">Names or ids, with commas between them; null: these.</param>
    /// <param name="workers">Numbers likewise.</param>
    /// <param name="engine">One engine; null: both.</param>
    /// <param name="rounds">How often each has its turn; null: as often as the interval wants it.</param>
    /// <param name="duration">How long a round is; null: as it is.</param>
    /// <exception cref="BadPlanException">There is no such thing, in a sentence for whoever asked.</exception>
    public RunnerPlan Choose(string? strategies, string? workers, string? engine, int? rounds, string? duration)
    {
        var length = Round;
        if (duration is not null && (!WorkloadText.TryParseDuration(duration, out length) || length < TimeSpan.FromSeconds(1) || length > TimeSpan.FromMinutes(1) || length.Ticks % TimeSpan.TicksPerSecond != 0))
            throw new BadPlanException($"--duration is whole seconds, 1s to 60s, since pgbench counts so, and '{duration}' is not.");
        if (rounds is < 1 or > 100) throw new BadPlanException($"--rounds is between 1 and 100, and {rounds} is not.");
        var chosen = this with { Round = length, LeastTurns = rounds ?? LeastTurns, MostTurns = rounds ?? MostTurns };
        if (strategies is not null) chosen = chosen with { Strategies = [.. strategies.Split(',', StringSplitOptions.TrimEntries).Select(Find)], Conflicts = false };
        if (strategies?.Split(',', StringSplitOptions.TrimEntries) is { } named && named.Contains("S2") && named.Contains("S3")) chosen = chosen with { Conflicts = true };
        if (workers is not null) chosen = chosen with { Workers = [.. workers.Split(',', StringSplitOptions.TrimEntries).Select(Number)] };
        if (engine is null) return chosen;
        return WorkloadText.TryParseEngine(engine, out var one) ? chosen with { Engines = [one] } : throw new BadPlanException($"--engine is {string.Join(" or ", WorkloadText.EngineNames)}, and '{engine}' is neither.");

        static RunnerStrategy Find(string name) => All.FirstOrDefault(s => s.Id == name || s.Mark.Equals(name, StringComparison.OrdinalIgnoreCase))
            ?? throw new BadPlanException($"--strategies are {string.Join(", ", All.Select(s => $"{s.Mark} ({s.Id})"))}, and '{name}' is none of them.");

        static int Number(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var workers) && workers is >= 1 and <= Workload.MaximumWorkers
            ? workers
            : throw new BadPlanException($"--workers are numbers between 1 and {Workload.MaximumWorkers}, and '{text}' is none.");
    }
}

/// <summary>A strategy that is measured.</summary>
/// <param name="Mark">What performance.md calls it.</param>
/// <param name="Id">What content calls it.</param>
/// <param name="HasTarget">Whether the wire engine, which is the instrument, should reach pgbench at 8 and 64 workers. Npgsql runs as an application runs it, and is only reported.</param>
internal sealed record RunnerStrategy(string Mark, string Id, bool HasTarget)
{
    /// <summary>What the wire engine should reach.</summary>
    public const double WireTarget = 1.00;

    /// <summary>The strategy that pgbench runs beside it, where pgbench cannot do the same.</summary>
    public string Pgbench { get; init; } = Id;

    /// <summary>What it should reach; null: nothing is expected.</summary>
    public double? TargetOf(RaceEngine engine) => HasTarget && engine == RaceEngine.Wire ? WireTarget : null;

    /// <summary>The content's scenario with bare numbers for keys, since pgbench knows no others.</summary>
    public static Scenario Numbered(Scenario scenario) => scenario with { Key = new KeyTemplate(KeyTemplate.Placeholder) };
}

/// <summary>What was asked for makes no sense.</summary>
/// <param name="message">A sentence that names what would.</param>
internal sealed class BadPlanException(string message) : Exception(message);
