using System.CommandLine;
using System.Runtime.InteropServices;
using RaceLab.Benchmarks;
using RaceLab.Benchmarks.Circuits;
using RaceLab.Benchmarks.Runner;
using RaceLab.Engine.Databases;

const int Missed = 1;
const int BadInput = 2;
const int NotMeasured = 3;

using var stop = new CancellationTokenSource();
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, StopOnce);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, StopOnce);
var json = new Option<bool>("--json") { Description = "One document on standard output." };
var quick = new Option<bool>("--quick") { Description = "Under two minutes, and less exact." };
var view = new Command("view", "What it costs to watch a race: the server's CPU and bytes for each viewer, throughput watched and unwatched, viewers that fall silent. Ends with 1 where a target is missed.") { json, quick };
view.SetAction((parsed, _) => MeasureAsync(async () =>
{
    var report = await ViewBench.RunAsync(parsed.GetValue(quick) ? ViewPlan.Quick : ViewPlan.Usual, Say, stop.Token);
    return (parsed.GetValue(json) ? [report.ToJson()] : report.Lines(), report.Targets);
}));

var runnerJson = new Option<bool>("--json") { Description = "One document on standard output." };
var runnerQuick = new Option<bool>("--quick") { Description = "Under three minutes: fewer strategies and workers, rounds of 1 s, and less exact." };
var strategies = new Option<string?>("--strategies") { Description = $"Only these: {string.Join(", ", RunnerPlan.All.Select(s => s.Mark))}, or their ids, with commas between them.", HelpName = "names" };
var workers = new Option<string?>("--workers") { Description = "Only with so many workers, such as 8,64.", HelpName = "numbers" };
var engine = new Option<string?>("--engine") { Description = "Only on npgsql or wire.", HelpName = "name" };
var rounds = new Option<int?>("--rounds") { Description = "So many rounds each, however wide the intervals.", HelpName = "n" };
var duration = new Option<string?>("--duration") { Description = "How long a round is, in whole seconds, such as 8s.", HelpName = "time" };
var root = new RootCommand("The lab's race runner against pgbench on a private cluster: attempts per second, client CPU, fairness. Prints Markdown. Ends with 0 where all targets are met, 1 where one is missed, 2 for bad input, 3 where it could not be measured.")
{
    view, runnerJson, runnerQuick, strategies, workers, engine, rounds, duration,
};
root.SetAction((parsed, _) => MeasureAsync(async () =>
{
    var plan = (parsed.GetValue(runnerQuick) ? RunnerPlan.Quick : RunnerPlan.Usual)
        .Choose(parsed.GetValue(strategies), parsed.GetValue(workers), parsed.GetValue(engine), parsed.GetValue(rounds), parsed.GetValue(duration));
    var report = await RunnerBench.RunAsync(plan, Say, stop.Token);
    return (parsed.GetValue(runnerJson) ? [report.ToJson()] : report.Lines(), report.Targets);
}));

var asked = root.Parse(args);
foreach (var error in asked.Errors) Say(error.Message);
return asked.Errors.Count > 0 ? BadInput : await asked.InvokeAsync();

async Task<int> MeasureAsync(Func<Task<(IEnumerable<string> Lines, IReadOnlyList<Target> Targets)>> measure)
{
    try
    {
        var (lines, targets) = await measure();
        foreach (var line in lines) Console.WriteLine(line);
        return targets.All(t => t.IsMet) ? 0 : Missed;
    }
    catch (BadPlanException bad)
    {
        Say(bad.Message);
        return BadInput;
    }
    catch (Exception failure) when (failure is LabException or CircuitException or ServerRefusedException or HttpRequestException)
    {
        Say(failure.Message);
        return NotMeasured;
    }
    catch (OperationCanceledException) when (stop.IsCancellationRequested)
    {
        Say("Stopped before everything was measured.");
        return NotMeasured;
    }
}

static void Say(string line) => Console.Error.WriteLine(line);

// The first signal ends the lab in order; a second one ends the program as if nobody had caught it.
void StopOnce(PosixSignalContext signal)
{
    signal.Cancel = !stop.IsCancellationRequested;
    stop.Cancel();
}
