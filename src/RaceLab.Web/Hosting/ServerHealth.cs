using System.Text.Json;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using RaceLab.Engine.Sessions;

namespace RaceLab.Web.Hosting;

/// <summary>Whether a server answers. The reason goes into the log and not to the caller: it names machines.</summary>
/// <param name="ping">Asks the server; throws <see cref="ServerRefusedException"/>.</param>
public sealed class ServerHealth(Func<CancellationToken, Task> ping) : IHealthCheck
{
    /// <summary>How long a server may take to answer.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    /// <inheritdoc/>
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(context);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        try
        {
            await ping(patience.Token);
            return HealthCheckResult.Healthy();
        }
        catch (ServerRefusedException refused)
        {
            return new HealthCheckResult(context.Registration.FailureStatus, refused.Message, refused);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new HealthCheckResult(context.Registration.FailureStatus, $"The server did not answer within {Patience.TotalSeconds} s.");
        }
    }

    /// <summary>Answers with a status, and with that of each server: <c>{"status":"Unhealthy","servers":{"lab":"Unhealthy","state":"Healthy"}}</c>.</summary>
    public static Task WriteAsync(HttpContext context, HealthReport report)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(report);
        context.Response.ContentType = "application/json";
        context.Response.Headers.CacheControl = "no-store";
        return context.Response.WriteAsync(
            JsonSerializer.Serialize(new { status = report.Status.ToString(), servers = report.Entries.ToDictionary(e => e.Key, e => e.Value.Status.ToString()) }),
            context.RequestAborted);
    }
}
