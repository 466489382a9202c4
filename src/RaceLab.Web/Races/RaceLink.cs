using RaceLab.Engine.Races;

namespace RaceLab.Web.Races;

/// <summary>
/// Every choice of the page, as the query of its address: what an instructor sends. For example
/// <c>?scenario=sign-up&amp;strategy=upsert&amp;workers=50&amp;keys=1&amp;attempts=1&amp;pause=0-5ms&amp;distribution=hot-key&amp;commit=off&amp;seed=7</c>.
/// </summary>
/// <param name="Scenario">The scenario's id; null: not said.</param>
/// <param name="Strategy">The strategy's id; null: not said.</param>
/// <param name="Workload">As written; what the link does not say is as for a first visitor.</param>
/// <param name="Refusals">What the link says and nobody understands, in sentences.</param>
public sealed record RaceLink(string? Scenario, string? Strategy, WorkloadForm Workload, IReadOnlyList<string> Refusals)
{
    private const string Milliseconds = "ms";
    private const string Seconds = "s";

    /// <summary>The words for distributions.</summary>
    public static IReadOnlyList<DistributionWord> Distributions { get; } =
    [
        new("in turn", KeyDistribution.InTurn),
        new("uniform", KeyDistribution.Uniform),
        new("one hot key", KeyDistribution.HotKey),
    ];

    /// <summary>The words for engines.</summary>
    public static IReadOnlyList<EngineWord> Engines { get; } = [new("Npgsql", RaceEngine.Npgsql), new("wire", RaceEngine.Wire)];

    /// <summary>Reads a query, with or without its question mark. Never fails: what it does not understand is named and kept out.</summary>
    /// <param name="query">The query.</param>
    /// <param name="usual">What the link does not say, by the scenario's id; null: as for a first visitor.</param>
    public static RaceLink Parse(string query, Func<string?, WorkloadForm>? usual = null)
    {
        ArgumentNullException.ThrowIfNull(query);
        var start = usual?.Invoke(LinkQuery.Read(query).FirstOrDefault(q => q.Name == "scenario").Value) ?? WorkloadForm.Default;
        var link = new RaceLink(null, null, start, []);
        var refusals = new List<string>();
        var seen = new HashSet<string>();
        foreach (var (name, value) in LinkQuery.Read(query))
        {
            if (!seen.Add(name))
            {
                refusals.Add($"The link says “{LinkQuery.Cut(name)}” twice; the first counts.");
                continue;
            }

            var form = link.Workload;
            switch (name)
            {
                case "scenario": link = link with { Scenario = value }; break;
                case "strategy": link = link with { Strategy = value }; break;
                case "workers": link = link with { Workload = form with { Workers = value } }; break;
                case "keys": link = link with { Workload = form with { Keys = value } }; break;
                case "distribution": link = link with { Workload = form with { Distribution = value } }; break;
                case "attempts": link = link with { Workload = form with { Attempts = value, ByAttempts = true } }; break;
                case "duration": link = link with { Workload = form with { Duration = InSeconds(value), ByAttempts = false } }; break;
                case "pause": link = link with { Workload = WithPause(form, value) }; break;
                case "commit" when value is "on" or "off":
                    link = link with { Workload = form with { SynchronousCommit = value == "on" } };
                    break;
                case "commit":
                    refusals.Add($"The link says commit={LinkQuery.Cut(value)}, which can be on or off; it is on.");
                    break;
                case "engine": link = link with { Workload = form with { Engine = value } }; break;
                case "seed": link = link with { Workload = form with { Seed = value } }; break;
                default: refusals.Add($"The link says “{LinkQuery.Cut(name)}”, which this page does not know; it was left out."); break;
            }
        }

        if (seen.Contains("attempts") && seen.Contains("duration"))
            refusals.Add("The link gives both attempts and a duration, and a race ends by one of them: choose which.");
        return link with { Refusals = refusals };
    }

    /// <summary>The query, with its question mark.</summary>
    public override string ToString() => LinkQuery.Write(
        ("scenario", Scenario),
        ("strategy", Strategy),
        ("workers", Workload.Workers),
        ("keys", Workload.Keys),
        Workload.ByAttempts ? ("attempts", Workload.Attempts) : ("duration", Workload.Duration + Seconds),
        ("pause", $"{Workload.PauseLow}-{Workload.PauseHigh}{Milliseconds}"),
        ("distribution", Workload.Distribution),
        ("commit", Workload.SynchronousCommit ? "on" : "off"),
        ("engine", Workload.Engine == WorkloadForm.Default.Engine ? null : Workload.Engine),
        ("seed", Workload.Seed));

    /// <summary>What is no duration stays as it is written, to be refused beside its field.</summary>
    private static string InSeconds(string value)
    {
        if (WorkloadText.TryParseDuration(value, out var duration)) return WorkloadForm.SecondsOf(duration);
        return value.EndsWith(Seconds, StringComparison.Ordinal) ? value[..^1] : value;
    }

    /// <summary>What is no pause stays as it is written, likewise.</summary>
    private static WorkloadForm WithPause(WorkloadForm form, string value)
    {
        if (WorkloadText.TryParsePause(value, out var low, out var high))
            return form with { PauseLow = WorkloadForm.MillisecondsOf(low), PauseHigh = WorkloadForm.MillisecondsOf(high) };
        var range = value.EndsWith(Milliseconds, StringComparison.Ordinal) ? value[..^2] : value;
        var at = range.LastIndexOf('-');
        return at > 0
            ? form with { PauseLow = range[..at], PauseHigh = range[(at + 1)..] }
            : form with { PauseLow = range, PauseHigh = range };
    }
}

/// <summary>A distribution's words on the page, and its value.</summary>
public readonly record struct DistributionWord(string Label, KeyDistribution Value)
{
    /// <summary>Its name in links, the same as on the command line.</summary>
    public string Word => WorkloadText.FormatDistribution(Value);
}

/// <summary>An engine's word on the page, and its value.</summary>
public readonly record struct EngineWord(string Label, RaceEngine Value)
{
    /// <summary>Its name in links, the same as on the command line.</summary>
    public string Word => WorkloadText.FormatEngine(Value);
}
