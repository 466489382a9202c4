using RaceLab.Engine.Content;

namespace RaceLab.Web.Races;

/// <summary>
/// What the lab's server lacks for a strategy, for those who have not pressed Run yet. Behaviours must be tried, which is done in the background; until then, and
/// where the server could not be tried, they count as being there, and the runner has the last word. Thread-safe.
/// </summary>
public sealed class ServerLacks : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _closing = new();
    private readonly Func<Needs, string?> _known;
    private readonly Func<CancellationToken, Task> _probe;
    private readonly ILogger<ServerLacks> _log;
    private Task<bool> _learning = Task.FromResult(false);

    /// <summary>Asks nobody anything yet.</summary>
    /// <param name="known">Why what needs this cannot run on the server, as far as that is known, in a sentence; null where it can.</param>
    /// <param name="probe">Tries the server, so that more is known.</param>
    /// <param name="log">Told where the server could not be tried.</param>
    public ServerLacks(Func<Needs, string?> known, Func<CancellationToken, Task> probe, ILogger<ServerLacks> log)
    {
        _known = known;
        _probe = probe;
        _log = log;
    }

    /// <summary>Raised, on any thread, when the server has been tried.</summary>
    public event Action? Learned;

    /// <summary>Why a strategy cannot be raced on the lab's server, in a sentence; null where it can, as far as is known.</summary>
    public string? Of(Scenario scenario, Strategy strategy)
    {
        ArgumentNullException.ThrowIfNull(scenario);
        return _known(scenario.NeedsOf(strategy));
    }

    /// <summary>Has the server tried in the background, unless it has been or is being tried. Where that fails, the next call has it tried again.</summary>
    public void Learn()
    {
        lock (_gate)
        {
            if (_closing.IsCancellationRequested || !_learning.IsCompleted || _learning.Result) return;
            _learning = Task.Run(LearnAsync);
        }
    }

    /// <summary>Gives up what is being tried.</summary>
    public async ValueTask DisposeAsync()
    {
        Task<bool> learning;
        lock (_gate)
        {
            _closing.Cancel();
            learning = _learning;
        }

        await learning;
        _closing.Dispose();
    }

    private async Task<bool> LearnAsync()
    {
        try
        {
            await _probe(_closing.Token);
        }
        catch (OperationCanceledException) when (_closing.IsCancellationRequested)
        {
            return false;
        }
        catch (Exception failure)
        {
            _log.LogWarning(failure, "What the lab's server lacks could not be found out; the next page has it tried again");
            return false;
        }

        Learned?.Invoke();
        return true;
    }
}
