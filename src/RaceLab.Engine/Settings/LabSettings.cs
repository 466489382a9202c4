using RaceLab.Engine.Races;
using RaceLab.Engine.Schedules;

namespace RaceLab.Engine.Settings;

/// <summary>What a lab is started with, checked as a whole before anything is started (<see cref="SettingsReader"/>).</summary>
public sealed record LabSettings
{
    /// <summary>Which servers, and where.</summary>
    public required LabServersOptions Servers { get; init; }

    /// <summary>What one browser, and all together, may have.</summary>
    public required RaceLimits Races { get; init; }

    /// <summary>What stepping may take.</summary>
    public required StepperOptions Stepping { get; init; }

    /// <summary>Pages that are kept for browsers that may come back.</summary>
    public required int Circuits { get; init; }

    /// <summary>How long they are kept.</summary>
    public required TimeSpan CircuitTime { get; init; }

    /// <summary>The content folder where one is named; null: the nearest.</summary>
    public string? Content { get; init; }

    /// <summary>Where metrics and traces go, by OTLP; null: nowhere, as always where there is no page.</summary>
    public OtlpTarget? Otlp { get; init; }
}

/// <summary>A collector of metrics and traces.</summary>
/// <param name="Endpoint">Its address, without a path for the kind of signal.</param>
/// <param name="OverHttp">True for protobuf over HTTP, false for gRPC.</param>
public sealed record OtlpTarget(Uri Endpoint, bool OverHttp);

/// <summary>Settings that make no sense.</summary>
/// <param name="problems">A sentence for each: the setting, what is wrong with it, what would be right.</param>
public sealed class SettingsException(IReadOnlyList<string> problems) : Exception(string.Join(Environment.NewLine, problems))
{
    /// <summary>The sentences.</summary>
    public IReadOnlyList<string> Problems { get; } = problems;
}
