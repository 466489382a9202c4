using System.Diagnostics;
using Npgsql;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using RaceLab.Engine.Races;
using RaceLab.Engine.Settings;

namespace RaceLab.Web.Hosting;

/// <summary>Sends metrics and traces to a collector. Whoever listens in other ways (dotnet-counters, a MeterListener) needs none of this.</summary>
internal static class Telemetry
{
    private const int LastSendingMs = 1000;

    /// <summary>Has the application send metrics once a minute (OTEL_METRIC_EXPORT_INTERVAL says otherwise, in ms), and traces as they come.</summary>
    public static void AddTelemetry(this IServiceCollection services, OtlpTarget target) => services.AddOpenTelemetry()
        .ConfigureResource(resource => resource.AddService("racelab", serviceVersion: typeof(Telemetry).Assembly.GetName().Version?.ToString(3)))

        // Without Npgsql's own metrics: they count statement by statement, and by data source, of which each race has one.
        .WithMetrics(metrics => metrics
            .AddMeter(RaceMeter.Name)
            .AddAspNetCoreInstrumentation()
            .AddRuntimeInstrumentation()
            .AddOtlpExporter(options => Aim(options, target, "v1/metrics")))
        .WithTracing(traces => traces
            .SetSampler(new RacesAndRequests())
            .AddSource(RaceMeter.Name)
            .AddAspNetCoreInstrumentation(options => options.Filter = IsWorthASpan)
            .AddNpgsql()
            .AddOtlpExporter(options => Aim(options, target, "v1/traces")));

    /// <summary>Sends what is left, for a second at most each. A lab without a collector has nothing to send.</summary>
    public static void SendTheLast(IServiceProvider services)
    {
        services.GetService<TracerProvider>()?.Shutdown(LastSendingMs);
        services.GetService<MeterProvider>()?.Shutdown(LastSendingMs);
    }

    // A circuit is one request for as long as its page is open, and whoever watches the lab's health asks all the time.
    private static bool IsWorthASpan(HttpContext request) =>
        !request.Request.Path.StartsWithSegments("/_blazor") && !request.Request.Path.StartsWithSegments("/health");

    // Over HTTP each kind of signal has a path of its own, which is the exporter's own doing only where it read the address itself.
    private static void Aim(OtlpExporterOptions options, OtlpTarget target, string path)
    {
        options.Protocol = target.OverHttp ? OtlpExportProtocol.HttpProtobuf : OtlpExportProtocol.Grpc;
        options.Endpoint = target.OverHttp ? new Uri($"{target.Endpoint.AbsoluteUri.TrimEnd('/')}/{path}") : target.Endpoint;
    }

    /// <summary>
    /// Keeps every race and request, and the statements that a request sends. A race sends thousands in a second, and what the lab sends by itself makes
    /// roles, whose passwords' verifiers are in the text.
    /// </summary>
    private sealed class RacesAndRequests : Sampler
    {
        public override SamplingResult ShouldSample(in SamplingParameters samplingParameters) => new(
            samplingParameters.Kind != ActivityKind.Client || Activity.Current is { Kind: ActivityKind.Server, Recorded: true }
                ? SamplingDecision.RecordAndSample
                : SamplingDecision.Drop);
    }
}
