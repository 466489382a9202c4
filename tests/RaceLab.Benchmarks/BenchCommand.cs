using System.CommandLine;
using RaceLab.Benchmarks.Circuits;
using RaceLab.Benchmarks.Runner;
using RaceLab.Engine.Sessions;
using RaceLab.Engine.Settings;

namespace RaceLab.Benchmarks;

/// <summary>A command that starts a lab, measures it, and prints what it found.</summary>
internal static class BenchCommand
{
    private const int Missed = 1;
    private const int BadInput = 2;
    private const int NotMeasured = 3;

    /// <summary>Makes the command. It ends with 0 where every target is met, with 1 where one is missed, with 3 where something could not be measured.</summary>
    /// <param name="name">What it is called by.</param>
    /// <param name="description">What it measures.</param>
    /// <param name="quickly">What <c>--quick</c> changes.</param>
    /// <param name="measure">Measures: whether quickly, whom to tell what is going on, and what gives up.</param>
    /// <param name="stop">Ends it.</param>
    public static Command Of(string name, string description, string quickly, Func<bool, Action<string>, CancellationToken, Task<IBenchReport>> measure, CancellationToken stop)
    {
        var json = new Option<bool>("--json") { Description = "One document on standard output." };
        var quick = new Option<bool>("--quick") { Description = quickly };
        var command = new Command(name, $"{description} Ends with 1 where a target is missed.") { json, quick };
        command.SetAction((parsed, _) => RunAsync(() => measure(parsed.GetValue(quick), line => Console.Error.WriteLine(line), stop), parsed.GetValue(json), stop));
        return command;
    }

    /// <summary>Measures, prints, and says how it went as an exit code.</summary>
    /// <param name="measure">Measures.</param>
    /// <param name="asJson">Whether to print a document.</param>
    /// <param name="stop">Ends it.</param>
    public static async Task<int> RunAsync(Func<Task<IBenchReport>> measure, bool asJson, CancellationToken stop)
    {
        try
        {
            var report = await measure().ConfigureAwait(false);
            if (asJson) Console.WriteLine(report.ToJson());
            else foreach (var line in report.Lines()) Console.WriteLine(line);
            return report.Targets.All(t => t.IsMet) ? 0 : Missed;
        }
        catch (Exception bad) when (bad is BadPlanException or SettingsException)
        {
            await Console.Error.WriteLineAsync(bad.Message).ConfigureAwait(false);
            return BadInput;
        }
        catch (Exception failure) when (failure is LabException or CircuitException or ServerRefusedException or HttpRequestException)
        {
            await Console.Error.WriteLineAsync(failure.Message).ConfigureAwait(false);
            return NotMeasured;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            await Console.Error.WriteLineAsync("Stopped before everything was measured.").ConfigureAwait(false);
            return NotMeasured;
        }
    }
}
