using System.Globalization;
using RaceLab.Engine.Races;

namespace RaceLab.Web.Races;

/// <summary>A workload as it is typed: texts, so that what cannot be used stays where it was typed and is named there.</summary>
public sealed record WorkloadForm
{
    /// <summary>What a first visitor gets: a race that visibly makes duplicates.</summary>
    public static WorkloadForm Default { get; } = new();

    /// <summary>A whole number of workers.</summary>
    public string Workers { get; init; } = "20";

    /// <summary>A whole number of keys.</summary>
    public string Keys { get; init; } = "1000";

    /// <summary>A distribution's name.</summary>
    public string Distribution { get; init; } = WorkloadText.FormatDistribution(KeyDistribution.InTurn);

    /// <summary>Whether a number of attempts ends the race, and not the time.</summary>
    public bool ByAttempts { get; init; }

    /// <summary>A whole number of attempts for each worker; used where <see cref="ByAttempts"/>.</summary>
    public string Attempts { get; init; } = "1";

    /// <summary>Seconds; used where not <see cref="ByAttempts"/>.</summary>
    public string Duration { get; init; } = "5";

    /// <summary>The shortest pause, in milliseconds.</summary>
    public string PauseLow { get; init; } = "0";

    /// <summary>The longest pause, in milliseconds.</summary>
    public string PauseHigh { get; init; } = "20";

    /// <summary>Whether commits wait for the disk.</summary>
    public bool SynchronousCommit { get; init; } = true;

    /// <summary>An engine's name.</summary>
    public string Engine { get; init; } = WorkloadText.FormatEngine(RaceEngine.Npgsql);

    /// <summary>A whole number.</summary>
    public string Seed { get; init; } = "1";

    /// <summary>The form that reads as this workload.</summary>
    public static WorkloadForm From(Workload workload)
    {
        ArgumentNullException.ThrowIfNull(workload);
        return new WorkloadForm
        {
            Workers = Text(workload.Workers),
            Keys = Text(workload.Keys),
            Distribution = WorkloadText.FormatDistribution(workload.Distribution),
            ByAttempts = workload.Attempts is not null,
            Attempts = Text(workload.Attempts ?? 1),
            Duration = SecondsOf(workload.Duration ?? TimeSpan.FromSeconds(5)),
            PauseLow = MillisecondsOf(workload.PauseLow),
            PauseHigh = MillisecondsOf(workload.PauseHigh),
            SynchronousCommit = workload.SynchronousCommit,
            Engine = WorkloadText.FormatEngine(workload.Engine),
            Seed = Text(workload.Seed),
        };
    }

    /// <summary>Reads the texts. Problems are named after the properties of <see cref="Workload"/>.</summary>
    public ReadWorkload Read()
    {
        var problems = new List<WorkloadProblem>();
        var workload = new Workload
        {
            Workers = Whole(Workers, nameof(Workload.Workers), "Workers", $"1 to {Workload.MaximumWorkers}"),
            Keys = Whole(Keys, nameof(Workload.Keys), "Keys", $"1 to {Workload.MaximumKeys:N0}"),
            Distribution = ReadDistribution(),
            Attempts = ByAttempts ? Whole(Attempts, nameof(Workload.Attempts), "Attempts", $"1 to {Workload.MaximumAttempts:N0}") : null,
            Duration = ByAttempts ? null : Time(Duration, nameof(Workload.Duration), "The duration", "seconds, such as 5", TimeSpan.TicksPerSecond),
            PauseLow = Time(PauseLow, nameof(Workload.PauseLow), "The shortest pause", "milliseconds, such as 0", TimeSpan.TicksPerMillisecond),
            PauseHigh = Time(PauseHigh, nameof(Workload.PauseHigh), "The longest pause", "milliseconds, such as 20", TimeSpan.TicksPerMillisecond),
            SynchronousCommit = SynchronousCommit,
            Engine = ReadEngine(),
            Seed = ReadSeed(),
        };

        // What could not be read stands for nothing, so the engine's words about it would be about something else.
        var unread = problems.Select(p => p.Property).ToHashSet();
        if (unread.Contains(nameof(Workload.PauseLow))) unread.Add(nameof(Workload.PauseHigh));
        problems.AddRange(workload.Validate().Where(p => !unread.Contains(p.Property)));
        return new ReadWorkload(problems.Count == 0 ? workload : null, problems);

        int Whole(string text, string property, string what, string range)
        {
            if (int.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out var number)) return number;
            problems.Add(new WorkloadProblem(property, $"{what} must be a whole number, {range}, and {Quote(text)} is not."));
            return 1;
        }

        TimeSpan Time(string text, string property, string what, string unit, long ticks)
        {
            const decimal Enough = 1_000_000;
            if (decimal.TryParse(text, NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign | NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out var number)
                && Math.Abs(number) <= Enough)
            {
                return TimeSpan.FromTicks((long)(number * ticks));
            }

            problems.Add(new WorkloadProblem(property, $"{what} must be a number of {unit}, and {Quote(text)} is not."));
            return property == nameof(Workload.Duration) ? TimeSpan.FromSeconds(1) : TimeSpan.Zero;
        }

        KeyDistribution ReadDistribution()
        {
            if (WorkloadText.TryParseDistribution(Distribution, out var known)) return known;
            problems.Add(new WorkloadProblem(
                nameof(Workload.Distribution),
                $"Keys are drawn {string.Join(", ", WorkloadText.DistributionNames)}, and {Quote(Distribution)} is none of these."));
            return KeyDistribution.InTurn;
        }

        RaceEngine ReadEngine()
        {
            if (WorkloadText.TryParseEngine(Engine, out var known)) return known;
            problems.Add(new WorkloadProblem(nameof(Workload.Engine), $"The engine is {string.Join(" or ", WorkloadText.EngineNames)}, and {Quote(Engine)} is neither."));
            return RaceEngine.Npgsql;
        }

        long ReadSeed()
        {
            if (long.TryParse(Seed, NumberStyles.Integer, CultureInfo.InvariantCulture, out var number)) return number;
            problems.Add(new WorkloadProblem(nameof(Workload.Seed), $"The seed must be a whole number, and {Quote(Seed)} is not."));
            return 1;
        }
    }

    internal static string SecondsOf(TimeSpan time) => Text((decimal)time.Ticks / TimeSpan.TicksPerSecond);

    internal static string MillisecondsOf(TimeSpan time) => Text((decimal)time.Ticks / TimeSpan.TicksPerMillisecond);

    private static string Text(IFormattable number) => number.ToString("0.######", CultureInfo.InvariantCulture);

    private static string Quote(string text)
    {
        const int Shown = 24;
        return text.Length == 0 ? "nothing" : text.Length <= Shown ? $"“{text}”" : $"“{text[..Shown]}…”";
    }
}

/// <summary>What a form says.</summary>
/// <param name="Workload">Null where there are problems.</param>
/// <param name="Problems">What is wrong, by property.</param>
public sealed record ReadWorkload(Workload? Workload, IReadOnlyList<WorkloadProblem> Problems)
{
    /// <summary>The sentence about one property, or null.</summary>
    public string? For(string property) => Problems.FirstOrDefault(p => p.Property == property)?.Message;
}
