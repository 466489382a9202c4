using System.Globalization;
using RaceLab.Engine.Content;

namespace RaceLab.Engine.Tests.Verdicts;

/// <summary>
/// The files in <c>cases</c>: programs that the judges once disagreed about, or might. Each is a scenario.yaml; the comments at its head say why it is there, how many sessions play it, and
/// then, line by line, what is true of all its orders.
/// </summary>
internal static class VerdictCases
{
    private const string Comment = "# ";
    private const string Sessions = "# sessions: ";

    private static readonly string Folder = Path.Combine(Path.GetDirectoryName(TestContent.Folder)!, "tests", "RaceLab.Engine.Tests", "Verdicts", "cases");

    /// <summary>Names of the files, without their ending.</summary>
    public static IEnumerable<string> Names => Directory.EnumerateFiles(Folder, "*.yaml").Select(f => Path.GetFileNameWithoutExtension(f)).Order(StringComparer.Ordinal);

    /// <summary>Reads a file by the catalogue's own reader.</summary>
    /// <returns>The program, and what is true of it.</returns>
    public static (GeneratedProgram Program, string Truth) Read(string name)
    {
        var lines = File.ReadAllLines(Path.Combine(Folder, $"{name}.yaml"));
        var head = lines.TakeWhile(l => l.StartsWith('#')).ToList();
        var count = head.FindIndex(l => l.StartsWith(Sessions, StringComparison.Ordinal));
        Assert.True(count >= 0, $"{name} does not say how many sessions play it");
        var reading = ScenarioReader.Read(string.Join('\n', lines), name, $"{name}.yaml");
        Assert.Empty(reading.Errors);
        var sessions = int.Parse(head[count][Sessions.Length..], CultureInfo.InvariantCulture);
        return (new GeneratedProgram(-1, string.Join('\n', lines), reading.Scenario!, sessions), string.Join('\n', head.Skip(count + 1).Select(l => l[Comment.Length..])));
    }
}
