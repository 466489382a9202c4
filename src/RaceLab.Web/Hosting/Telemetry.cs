using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using RaceLab.Engine.Races;
using RaceLab.Engine.Settings;

namespace RaceLab.Web.Hosting;

/// <summary>Sends metrics and traces to a collector. Whoever listens in other ways (dotnet-counters, a MeterListener) needs none of this.</summary>
public sealed class Telemetry : IDisposable
{
    private readonly MeterProvider _metrics;
    private readonly TracerProvider _traces;

    private Telemetry(MeterProvider metrics, TracerProvider traces)
    {
        _metrics = metrics;
        _traces = traces;
    }

    /// <summary>Begins to send: metrics once a minute (OTEL_METRIC_EXPORT_INTERVAL says otherwise, in ms), traces as they come.</summary>
    public static Telemetry Start(OtlpTarget target)
    {
        ArgumentNullException.ThrowIfNull(target);
        var metrics = Sdk.CreateMeterProviderBuilder()
            .ConfigureResource(Describe)
            .AddMeter(RaceMeter.Name, "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "System.Runtime")
            .AddOtlpExporter(options => Aim(options, target, "v1/metrics"))
            .Build();
        try
        {
            var traces = Sdk.CreateTracerProviderBuilder()
                .ConfigureResource(Describe)
                .AddSource(RaceMeter.Name)
                .AddOtlpExporter(options => Aim(options, target, "v1/traces"))
                .Build();
            return new Telemetry(metrics, traces);
        }
        catch
        {
            metrics.Dispose();
            throw;
        }
    }

    /// <summary>Sends what is left, for a second at most each, and ends.</summary>
    public void Dispose()
    {
        _traces.Shutdown(1000);
        _metrics.Shutdown(1000);
        _traces.Dispose();
        _metrics.Dispose();
    }

    private static void Describe(ResourceBuilder resource) =>
        resource.AddService("racelab", serviceVersion: typeof(Telemetry).Assembly.GetName().Version?.ToString(3));

    // Over HTTP each kind of signal has a path of its own, which is the exporter's own doing only where it read the address itself.
    private static void Aim(OtlpExporterOptions options, OtlpTarget target, string path)
    {
        options.Protocol = target.OverHttp ? OtlpExportProtocol.HttpProtobuf : OtlpExportProtocol.Grpc;
        options.Endpoint = target.OverHttp ? new Uri($"{target.Endpoint.AbsoluteUri.TrimEnd('/')}/{path}") : target.Endpoint;
    }
}
