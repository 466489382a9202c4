using System.Runtime.InteropServices;
using RaceLab.Benchmarks;
using RaceLab.Benchmarks.Loads;
using RaceLab.Benchmarks.Runner;
using RaceLab.Benchmarks.Starts;

const int BadInput = 2;

using var stop = new CancellationTokenSource();
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, StopOnce);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, StopOnce);
var bench = RunnerCommand.Of(stop.Token);
bench.Add(BenchCommand.Of(
    "view", "What it costs to watch a race: the server's CPU and bytes for each viewer, throughput watched and unwatched, viewers that fall silent.", "Under two minutes, and less exact.",
    async (quick, say, cancellation) => await ViewBench.RunAsync(quick ? ViewPlan.Quick : ViewPlan.Usual, say, cancellation), stop.Token));
bench.Add(BenchCommand.Of(
    "load", "What large races and many races at once do to the lab: whether they finish, in which order they start, how fast pages stay, and whether memory comes back.", "Some three minutes, with smaller races.",
    async (quick, say, cancellation) => await LoadBench.RunAsync(quick ? LoadPlan.Quick : LoadPlan.Usual, say, cancellation), stop.Token));
bench.Add(BenchCommand.Of(
    "start", "How long it takes from ./racelab run to the first page, and from pressing Run to the first frame.", "Fewer rounds.",
    async (quick, say, cancellation) => await StartBench.RunAsync(quick ? StartPlan.Quick : StartPlan.Usual, say, cancellation), stop.Token));

var asked = bench.Parse(args);
foreach (var error in asked.Errors) Console.Error.WriteLine(error.Message);
return asked.Errors.Count > 0 ? BadInput : await asked.InvokeAsync();

// The first signal ends the lab in order; a second one ends the program as if nobody had caught it.
void StopOnce(PosixSignalContext signal)
{
    signal.Cancel = !stop.IsCancellationRequested;
    stop.Cancel();
}
