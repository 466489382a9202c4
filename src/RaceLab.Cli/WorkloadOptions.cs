using System.CommandLine;
using System.Globalization;
using System.Numerics;
using RaceLab.Engine.Content;
using RaceLab.Engine.Races;

namespace RaceLab.Cli;

/// <summary>The options that describe a workload. They are read as text, so that what is wrong with one can be said in a sentence.</summary>
internal sealed class WorkloadOptions
{
    private static readonly Workload Default = new();

    private readonly Option<string?> _workers = Text("--workers", "n", $"Concurrent actors, each with its own connection: 1 to {Workload.MaximumWorkers}. Default: {Default.Workers}.");
    private readonly Option<string?> _keys = Text("--keys", "n", $"Different contention keys: 1 to {Workload.MaximumKeys}. Default: {Default.Keys}.");
    private readonly Option<string?> _attempts = Text("--attempts", "n", $"Attempts of each worker: 1 to {Workload.MaximumAttempts}. Instead of --duration.");
    private readonly Option<string?> _duration = Text(
        "--duration", "time", $"How long workers go on, such as 500ms, 5s or 1m; at most {WorkloadText.FormatDuration(Workload.MaximumDuration)}. Default: {WorkloadText.FormatDuration(Default.Duration!.Value)}, unless --attempts is given.");

    private readonly Option<string?> _pause = Text("--pause", "time|range", "Pause in the race window, such as 5ms, or 0-5ms to draw each one; at most 1s. Default: none.");
    private readonly Option<string?> _distribution = Text(
        "--distribution", string.Join('|', WorkloadText.DistributionNames), $"Which key an attempt is for. Default: {WorkloadText.FormatDistribution(Default.Distribution)}.");

    private readonly Option<string?> _commit = Text("--commit", "on|off", "PostgreSQL's synchronous_commit: on waits for the disk at each commit. Default: on.");
    private readonly Option<string?> _engine = Text(
        "--engine", string.Join('|', WorkloadText.EngineNames), $"What speaks to PostgreSQL: an application's driver, or the lab's own client. Default: {WorkloadText.FormatEngine(Default.Engine)}.");

    private readonly Option<string?> _seed = Text("--seed", "n", $"Where keys and pauses are drawn from. Default: {Default.Seed}.");

    /// <summary>Adds them to a command.</summary>
    public void AddTo(Command command)
    {
        foreach (var option in new[] { _workers, _keys, _attempts, _duration, _pause, _distribution, _commit, _engine, _seed }) command.Options.Add(option);
    }

    /// <summary>Reads the workload.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="start">What holds where the command line says nothing; null: what <c>--help</c> says.</param>
    /// <param name="problems">Gets a sentence for everything that is wrong; the workload is of no use then.</param>
    public Workload Read(ParseResult parsed, UsualWorkload? start, List<string> problems)
    {
        var usual = start is null ? Default : Workload.From(start);
        var before = problems.Count;
        var attempts = Number<int>(parsed, _attempts, $"between 1 and {Workload.MaximumAttempts}", problems);
        var duration = Duration(parsed, problems);
        if (parsed.GetValue(_attempts) is not null && parsed.GetValue(_duration) is not null)
            problems.Add("A race ends after a number of attempts or after a time: give --attempts or --duration, not both.");
        var (low, high) = Pause(parsed, usual, problems);
        var workload = new Workload
        {
            Workers = Number<int>(parsed, _workers, $"between 1 and {Workload.MaximumWorkers}", problems) ?? usual.Workers,
            Keys = Number<int>(parsed, _keys, $"between 1 and {Workload.MaximumKeys}", problems) ?? usual.Keys,
            Attempts = attempts ?? (duration is null ? usual.Attempts : null),
            Duration = duration ?? (attempts is null ? usual.Duration : null),
            PauseLow = low,
            PauseHigh = high,
            Distribution = Distribution(parsed, problems),
            SynchronousCommit = Commit(parsed, problems),
            Engine = Engine(parsed, problems),
            Seed = Number<long>(parsed, _seed, $"between {long.MinValue} and {long.MaxValue}", problems) ?? usual.Seed,
        };
        if (problems.Count == before) problems.AddRange(workload.Validate().Select(p => p.Message));
        return workload;
    }

    private static Option<string?> Text(string name, string helpName, string description) => new(name) { HelpName = helpName, Description = description };

    private static T? Number<T>(ParseResult parsed, Option<string?> option, string range, List<string> problems)
        where T : struct, INumber<T>
    {
        if (parsed.GetValue(option) is not { } text) return null;
        if (T.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)) return number;
        problems.Add($"{option.Name} must be a whole number {range}, and '{text}' is not.");
        return null;
    }

    private TimeSpan? Duration(ParseResult parsed, List<string> problems)
    {
        if (parsed.GetValue(_duration) is not { } text) return null;
        if (WorkloadText.TryParseDuration(text, out var duration)) return duration;
        problems.Add($"--duration must be {WorkloadText.DurationForm}, and '{text}' is not.");
        return null;
    }

    private (TimeSpan Low, TimeSpan High) Pause(ParseResult parsed, Workload usual, List<string> problems)
    {
        if (parsed.GetValue(_pause) is not { } text) return (usual.PauseLow, usual.PauseHigh);
        if (WorkloadText.TryParsePause(text, out var low, out var high)) return (low, high);
        problems.Add($"--pause must be {WorkloadText.PauseForm}, and '{text}' is not.");
        return default;
    }

    private KeyDistribution Distribution(ParseResult parsed, List<string> problems)
    {
        if (parsed.GetValue(_distribution) is not { } text) return Default.Distribution;
        if (WorkloadText.TryParseDistribution(text, out var distribution)) return distribution;
        problems.Add($"--distribution must be one of {string.Join(", ", WorkloadText.DistributionNames)}, and '{text}' is not.");
        return default;
    }

    private RaceEngine Engine(ParseResult parsed, List<string> problems)
    {
        if (parsed.GetValue(_engine) is not { } text) return Default.Engine;
        if (WorkloadText.TryParseEngine(text, out var engine)) return engine;
        problems.Add($"--engine must be one of {string.Join(", ", WorkloadText.EngineNames)}, and '{text}' is not.");
        return default;
    }

    private bool Commit(ParseResult parsed, List<string> problems)
    {
        switch (parsed.GetValue(_commit))
        {
            case null: return Default.SynchronousCommit;
            case "on": return true;
            case "off": return false;
            case var text:
                problems.Add($"--commit must be on or off, and '{text}' is neither.");
                return default;
        }
    }
}
