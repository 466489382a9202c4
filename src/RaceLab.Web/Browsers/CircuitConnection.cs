using Microsoft.AspNetCore.Components.Server.Circuits;

namespace RaceLab.Web.Browsers;

/// <summary>Whether the browser at the other end of this page can be reached just now.</summary>
public sealed class CircuitConnection : CircuitHandler
{
    /// <summary>Raised, from any thread, when a browser that was lost is back. What was sent meanwhile did not arrive.</summary>
    public event Action? Restored;

    /// <inheritdoc/>
    public override Task OnConnectionUpAsync(Circuit circuit, CancellationToken cancellationToken)
    {
        Restored?.Invoke();
        return Task.CompletedTask;
    }
}
