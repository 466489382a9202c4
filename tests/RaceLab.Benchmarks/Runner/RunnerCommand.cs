using System.CommandLine;

namespace RaceLab.Benchmarks.Runner;

/// <summary><c>bench</c> by itself: the race runner against pgbench.</summary>
internal static class RunnerCommand
{
    /// <summary>Makes the command, to which the other benches belong.</summary>
    /// <param name="stop">Ends it.</param>
    public static RootCommand Of(CancellationToken stop)
    {
        var json = new Option<bool>("--json") { Description = "One document on standard output." };
        var quick = new Option<bool>("--quick") { Description = "Some three minutes: fewer strategies and workers, rounds of 1 s, and less exact." };
        var strategies = new Option<string?>("--strategies") { Description = $"Only these: {string.Join(", ", RunnerPlan.All.Select(s => s.Mark))}, or their ids, with commas between them.", HelpName = "names" };
        var workers = new Option<string?>("--workers") { Description = "Only with so many workers, such as 8,64.", HelpName = "numbers" };
        var engine = new Option<string?>("--engine") { Description = "Only on npgsql or wire.", HelpName = "name" };
        var rounds = new Option<int?>("--rounds") { Description = "So many rounds each, however wide the intervals.", HelpName = "n" };
        var duration = new Option<string?>("--duration") { Description = "How long a round is, in whole seconds, such as 8s.", HelpName = "time" };
        var command = new RootCommand("The lab's race runner against pgbench on a private cluster: attempts per second, client CPU, fairness. Prints Markdown. Ends with 0 where all targets are met, 1 where one is missed, 2 for bad input, 3 where it could not be measured.")
        {
            json, quick, strategies, workers, engine, rounds, duration,
        };
        command.SetAction((parsed, _) => BenchCommand.RunAsync(
            async () => await RunnerBench.RunAsync(
                (parsed.GetValue(quick) ? RunnerPlan.Quick : RunnerPlan.Usual)
                    .Choose(parsed.GetValue(strategies), parsed.GetValue(workers), parsed.GetValue(engine), parsed.GetValue(rounds), parsed.GetValue(duration)),
                Console.Error.WriteLine,
                stop),
            parsed.GetValue(json),
            stop));
        return command;
    }
}
