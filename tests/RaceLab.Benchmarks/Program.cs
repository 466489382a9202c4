using System.CommandLine;
using System.Runtime.InteropServices;
using RaceLab.Benchmarks;
using RaceLab.Benchmarks.Circuits;
using RaceLab.Engine.Databases;

const int Missed = 1;
const int NotMeasured = 3;

using var stop = new CancellationTokenSource();
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, StopOnce);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, StopOnce);
var json = new Option<bool>("--json") { Description = "One document on standard output." };
var quick = new Option<bool>("--quick") { Description = "Under two minutes, and less exact." };
var view = new Command("view", "What it costs to watch a race: the server's CPU and bytes for each viewer, throughput watched and unwatched, viewers that fall silent. Ends with 1 where a target is missed.") { json, quick };
view.SetAction(ViewAsync);
return await new RootCommand("Measures a lab on this machine.") { view }.Parse(args).InvokeAsync();

async Task<int> ViewAsync(ParseResult parsed, CancellationToken _)
{
    try
    {
        var report = await ViewBench.RunAsync(parsed.GetValue(quick) ? ViewPlan.Quick : ViewPlan.Usual, line => Console.Error.WriteLine(line), stop.Token);
        if (parsed.GetValue(json)) Console.WriteLine(report.ToJson());
        else foreach (var line in report.Lines()) Console.WriteLine(line);
        return report.Targets.All(t => t.IsMet) ? 0 : Missed;
    }
    catch (Exception failure) when (failure is LabException or CircuitException or ServerRefusedException or HttpRequestException)
    {
        await Console.Error.WriteLineAsync(failure.Message);
        return NotMeasured;
    }
    catch (OperationCanceledException) when (stop.IsCancellationRequested)
    {
        await Console.Error.WriteLineAsync("Stopped before everything was measured.");
        return NotMeasured;
    }
}

// The first signal ends the lab in order; a second one ends the program as if nobody had caught it.
void StopOnce(PosixSignalContext signal)
{
    signal.Cancel = !stop.IsCancellationRequested;
    stop.Cancel();
}
