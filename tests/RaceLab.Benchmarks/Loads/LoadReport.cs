namespace RaceLab.Benchmarks.Loads;

/// <summary>Some races that ran at once, and how the pages did meanwhile.</summary>
/// <param name="Name">What was raced.</param>
/// <param name="Races">How each ended, in the order in which Run was pressed.</param>
/// <param name="Times">Of the pages.</param>
internal sealed record LoadPhase(string Name, IReadOnlyList<RaceOutcome> Races, InteractionTimes Times)
{
    /// <summary>Races that ended as they should, with books that are right.</summary>
    public int Finished => Races.Count(r => r is { End: "finished", AreBooksRight: true });

    /// <summary>Who started when.</summary>
    public StartOrder Order => StartOrder.Of(Races);
}

/// <summary>What <c>bench load</c> measured.</summary>
/// <param name="Machine">On what.</param>
/// <param name="Phases">One after another.</param>
/// <param name="Memory">Before, during and after all of them.</param>
internal sealed record LoadReport(Machine Machine, IReadOnlyList<LoadPhase> Phases, MemoryUse Memory) : BenchReport(Machine)
{
    /// <summary>How much memory the lab may have afterwards, over what it had before.</summary>
    public const double MostMemory = 1.2;

    private const double MostMs = 250;

    /// <inheritdoc/>
    public override IReadOnlyList<Target> Targets =>
    [
        .. Phases.Select(p => Target.AtLeast($"{p.Name}: finished, with books that are right", p.Finished, p.Races.Count, p.Races.Count == 1 ? "race" : "races", "F0")),
        .. Phases.SelectMany(p => new[]
        {
            Target.AtMost($"{p.Name}: choosing a strategy on another page, p95", InteractionTimes.P95(p.Times.Choices), MostMs, "ms", "F0"),
            Target.AtMost($"{p.Name}: a key on a page that races, p95", InteractionTimes.P95(p.Times.Keys), MostMs, "ms", "F0"),
        }),
        .. Phases.Where(p => p.Races.Count > 1).Select(p => Target.AtMost($"{p.Name}: later ones that were let in before earlier ones", p.Order.Overtakings, 0, "pairs", "F0")),
        Target.AtMost("memory afterwards over memory before", Memory.Ratio, MostMemory, "", "F2"),
    ];

    /// <summary>A phase in one line.</summary>
    public static string Sentence(LoadPhase phase) =>
        $"{phase.Finished} of {phase.Races.Count} finished with books that are right, {Text(phase.Races.Sum(r => r.Attempts), "N0")} attempts; "
        + $"p95 choosing {Text(InteractionTimes.P95(phase.Times.Choices), "F0")} ms, keys {Text(InteractionTimes.P95(phase.Times.Keys), "F0")} ms, opening the page {Text(InteractionTimes.P95(phase.Times.Loads), "F0")} ms";

    /// <inheritdoc/>
    protected override IEnumerable<string> Findings()
    {
        yield return "Pages are circuits without browsers, on the same machine; drawing in a browser comes on top. Memory is the working set of the server process, without PostgreSQL's.";
        foreach (var phase in Phases)
        {
            yield return "";
            yield return $"{phase.Name}: {Sentence(phase)}";
            yield return Times("choosing another strategy, on pages that do not race", phase.Times.Choices);
            yield return Times("a key, on pages that race", phase.Times.Keys);
            yield return Times("opening the page, until it can be used", phase.Times.Loads);
            if (phase.Races.Count == 1) yield return Single(phase.Races[0]);
            else yield return $"  {phase.Order.Waited} had to wait, {Text(phase.Order.MedianWaitMs / 1000, "F1")} s in the median and {Text(phase.Order.LongestWaitMs / 1000, "F1")} s at most; {phase.Order.Overtakings} pairs out of order";
        }

        yield return "";
        yield return $"memory: {Text(Memory.BeforeMb, "F0")} MB before, {Text(Memory.MostMb, "F0")} MB at most, {Text(Memory.AfterMb, "F0")} MB {Text(Memory.AfterSeconds, "F0")} s after the last page was closed";
    }

    private static string Single(RaceOutcome race) =>
        $"  {Text(race.AttemptsPerSecond, "N0")} attempts per second; prepared in {Text(race.PreparedMs, "F0")} ms; the log has {(race.Recorded is { } recorded ? $"{Text(recorded, "N0")} of {Text(race.Attempts, "N0")} attempts" : "made room for newer ones")}";

    private static string Times(string what, IReadOnlyList<double> times)
    {
        var rounds = new Rounds(times);
        return $"  {what}: median {Text(rounds.Median, "F0")} ms, p95 {Text(InteractionTimes.P95(times), "F0")} ms, longest {Text(rounds.High, "F0")} ms ({times.Count} times)";
    }
}
