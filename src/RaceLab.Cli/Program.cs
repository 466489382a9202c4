using System.Runtime.InteropServices;
using RaceLab.Cli;

using var stop = new CancellationTokenSource();
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, StopOnce);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, StopOnce);

return await CommandLine.RunAsync(args, Composition.Lab(LabEnvironment.OfProcess()), Terminal.OfProcess, stop.Token);

// The first signal stops the race gracefully; a second one ends the program as if nobody had caught it.
void StopOnce(PosixSignalContext signal)
{
    signal.Cancel = !stop.IsCancellationRequested;
    stop.Cancel();
}
