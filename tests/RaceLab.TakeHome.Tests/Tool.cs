using System.ComponentModel;
using System.Diagnostics;

namespace RaceLab.TakeHome.Tests;

/// <summary>Programs that the tests run: compilers, interpreters, psql.</summary>
internal static class Tool
{
    /// <summary>Runs a program to its end; null where there is no such program.</summary>
    public static async Task<Ended?> TryRunAsync(
        string program, IEnumerable<string> arguments, string folder, IReadOnlyDictionary<string, string?>? environment, CancellationToken cancellation)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        foreach (var (name, value) in environment ?? new Dictionary<string, string?>()) start.Environment[name] = value;
        Process? process;
        try
        {
            process = Process.Start(start);
        }
        catch (Win32Exception)
        {
            return null;
        }

        using var running = process!;
        running.StandardInput.Close();
        try
        {
            var output = running.StandardOutput.ReadToEndAsync(cancellation);
            var errors = running.StandardError.ReadToEndAsync(cancellation);
            await running.WaitForExitAsync(cancellation);
            return new Ended(running.ExitCode, await output, await errors);
        }
        catch (OperationCanceledException)
        {
            running.Kill(entireProcessTree: true);
            throw;
        }
    }

    /// <summary>Runs a program that must be there.</summary>
    public static async Task<Ended> RunAsync(
        string program, IEnumerable<string> arguments, string folder, IReadOnlyDictionary<string, string?>? environment, CancellationToken cancellation) =>
        await TryRunAsync(program, arguments, folder, environment, cancellation) ?? throw new InvalidOperationException($"'{program}' cannot be started.");
}

/// <summary>How a program ended.</summary>
internal sealed record Ended(int Exit, string Told, string Complained)
{
    /// <summary>All that it wrote.</summary>
    public string Output => Told + Complained;
}

/// <summary>A folder for what is generated; gone afterwards.</summary>
internal sealed class GeneratedFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("racelab-take-home-").FullName;

    public void Write(string file, string text)
    {
        var path = System.IO.Path.Combine(Path, file);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
