using System.Globalization;
using Microsoft.AspNetCore.Components;

namespace RaceLab.Web.Components.Schedules;

/// <summary>When a run that holds locks will be ended if nobody takes a turn. It counts by itself, so that the rest of the page need not be drawn for it.</summary>
public sealed partial class EndsIn : IAsyncDisposable
{
    private readonly CancellationTokenSource _gone = new();
    private Task _counting = Task.CompletedTask;

    /// <summary>The moment.</summary>
    [Parameter, EditorRequired]
    public DateTimeOffset At { get; set; }

    [Inject]
    private TimeProvider Time { get; set; } = default!;

    private string Words
    {
        get
        {
            var left = At - Time.GetUtcNow();
            return left <= TimeSpan.Zero
                ? "Ending …"
                : $"Without a step this run ends, and gives its locks back, in {left.ToString(@"m\:ss", CultureInfo.InvariantCulture)} min.";
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _gone.CancelAsync();
        await _counting;
        _gone.Dispose();
    }

    /// <inheritdoc/>
    protected override void OnAfterRender(bool firstRender)
    {
        if (firstRender) _counting = CountAsync();
    }

    private async Task CountAsync()
    {
        using var seconds = new PeriodicTimer(TimeSpan.FromSeconds(1), Time);
        try
        {
            while (await seconds.WaitForNextTickAsync(_gone.Token)) StateHasChanged();
        }
        catch (OperationCanceledException)
        {
            // The page shows something else now.
        }
    }
}
