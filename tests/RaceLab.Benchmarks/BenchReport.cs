using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace RaceLab.Benchmarks;

/// <summary>What a bench measured, and whether it is what it should be.</summary>
internal interface IBenchReport
{
    /// <summary>Every target.</summary>
    IReadOnlyList<Target> Targets { get; }

    /// <summary>As text for people.</summary>
    IEnumerable<string> Lines();

    /// <summary>As one document.</summary>
    string ToJson();
}

/// <summary>What one of the benches of a whole lab measured.</summary>
/// <param name="Machine">On what.</param>
internal abstract record BenchReport(Machine Machine) : IBenchReport
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Every target.</summary>
    public abstract IReadOnlyList<Target> Targets { get; }

    /// <summary>As text for people.</summary>
    public IEnumerable<string> Lines()
    {
        yield return $"{Machine.Processor}, {Machine.Cores} cores, {Machine.System}";
        yield return $".NET {Machine.Dotnet}, PostgreSQL {Machine.Postgres}, load before: {(Machine.LoadBefore is { } load ? Text(load, "F1") : "unknown")}";
        foreach (var line in Findings()) yield return line;
        yield return "";
        foreach (var target in Targets) yield return target.ToString();
    }

    /// <summary>As one document.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, GetType(), Json);

    /// <summary>What was found, for people.</summary>
    protected abstract IEnumerable<string> Findings();

    /// <summary>Some rounds in one line.</summary>
    protected static string Line(string what, Rounds rounds, string unit, string format) =>
        $"{what}: median {Text(rounds.Median, format)} {unit}".TrimEnd()
        + $", {Text(rounds.Low, format)} to {Text(rounds.High, format)} in {rounds.Values.Count} rounds (holds the true median with {Text(100 * rounds.Coverage, "F0")} %): "
        + string.Join(", ", rounds.Values.Select(v => Text(v, format)));

    /// <summary>A number.</summary>
    protected static string Text(double number, string format) => number.ToString(format, CultureInfo.InvariantCulture);
}
