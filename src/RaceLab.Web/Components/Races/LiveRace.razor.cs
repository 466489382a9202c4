using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;
using RaceLab.Engine.Races;
using RaceLab.Web.Browsers;
using RaceLab.Web.Races;

namespace RaceLab.Web.Components.Races;

/// <summary>
/// The instrument: the one big number, the workers, the charts. Follows a race frame by frame without rendering anything: each frame
/// goes as bytes to the browser, one at a time, and a browser that is slow gets the newest and not all. Renders only when the race
/// enters another part of its life.
/// </summary>
public sealed partial class LiveRace : IAsyncDisposable
{
    /// <summary>A browser that has not answered by then is asked anew; it may have been cut off in between.</summary>
    private static readonly TimeSpan AnswerTime = TimeSpan.FromSeconds(5);

    /// <summary>Each time twice as long, up to this: what is sent to a browser that does not read has to lie somewhere.</summary>
    private static readonly TimeSpan LongestAnswerTime = TimeSpan.FromSeconds(40);

    private ElementReference _root;
    private bool _isGone;
    private IJSObjectReference? _module;
    private IJSObjectReference? _view;
    private CancellationTokenSource? _following;
    private Task _follow = Task.CompletedTask;
    private CancellationTokenSource? _answer;
    private TimeSpan _answerTime = AnswerTime;
    private (string? RaceId, Listing Steps, int Workers, double? Seconds)? _prepared;

    /// <summary>The race; null: none yet.</summary>
    [Parameter]
    public ShownRace? Race { get; set; }

    /// <summary>The steps of the strategy that is chosen or raced.</summary>
    [Parameter, EditorRequired]
    public Listing Listing { get; set; } = Listing.Empty;

    /// <summary>Workers that are chosen or race.</summary>
    [Parameter]
    public int Workers { get; set; }

    /// <summary>How long the race takes, where that is known.</summary>
    [Parameter]
    public TimeSpan? Duration { get; set; }

    /// <summary>Whether duplicates are counted while the race runs; otherwise only the table knows, afterwards.</summary>
    [Parameter]
    public bool CountsDuplicates { get; set; } = true;

    /// <summary>Raised when the race has entered another part of its life.</summary>
    [Parameter]
    public EventCallback Changed { get; set; }

    /// <summary>Run, Stop and the state.</summary>
    [Parameter]
    public RenderFragment? Controls { get; set; }

    /// <summary>The verdict.</summary>
    [Parameter]
    public RenderFragment? Words { get; set; }

    /// <summary>What stands in the workers' place when the race is over.</summary>
    [Parameter]
    public RenderFragment? Picture { get; set; }

    /// <summary>The track of a race that is over.</summary>
    [Parameter]
    public RenderFragment? Lanes { get; set; }

    /// <summary>Whether there is such a picture; until then the workers stand there.</summary>
    [Parameter]
    public bool HasPicture { get; set; }

    /// <summary>The listing of the steps.</summary>
    [Parameter]
    public RenderFragment? Steps { get; set; }

    [Inject]
    private IJSRuntime Js { get; set; } = default!;

    [Inject]
    private CircuitConnection Connection { get; set; } = default!;

    private const string LiveTrackNote = "Waits and duplicates of other moments come when the race is over. A frame has room for the newest steps only, so a fast race shows a short time, twice a second. Of a slow one, what is under way is paler, from the end of the step before.";

    private bool IsUnderWay => Race is { IsUnderWay: true };

    private string StateName => Race is null ? "ready" : Race.IsUnderWay ? "under-way" : "over";

    /// <summary>Once the table has been asked, its number stands there and not the live one: that of the first invariant that is violated, or of the first one.</summary>
    private InvariantResult? Final => Race?.Result is { Invariants: [var first, ..] invariants } ? invariants.FirstOrDefault(i => i.Violations > 0) ?? first : null;

    private string CountNoun => Final?.Name ?? Race?.Scenario?.Invariants[0].Name ?? "duplicates";

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _isGone = true;
        Connection.Restored -= OnRestored;
        await StopFollowingAsync();
        await PageScript.LetGoAsync(_module, _view);
    }

    /// <inheritdoc/>
    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        try
        {
            if (firstRender)
            {
                Connection.Restored += OnRestored;
                _module = await Js.InvokeAsync<IJSObjectReference>("import", "./Components/Races/LiveRace.razor.js");
                _view = await _module.InvokeAsync<IJSObjectReference>("create", _root);
            }

            if (_view is not null) await PrepareAsync(_view);
        }
        catch (Exception gone) when (PageScript.IsGone(gone))
        {
            // The next circuit draws it anew.
        }
        catch (JSException) when (_isGone)
        {
            // The page was left before the script had come: there is no place left to draw on.
        }
    }

    private static int DigitsOf(InvariantResult invariant) => Math.Max(3, Figures.Count(invariant.Excess).Length);

    private async Task PrepareAsync(IJSObjectReference view)
    {
        var wanted = (Race?.Id, Listing, Workers, Duration?.TotalSeconds);
        if (_prepared == wanted) return;
        var another = _prepared?.RaceId != Race?.Id || Race is null;
        _prepared = wanted;
        if (another) await StopFollowingAsync();
        await view.InvokeVoidAsync("prepare", new
        {
            steps = Listing.Lines.Select(l => new { label = l.Label, tone = l.Tone, shape = l.Shape.ToString().ToLowerInvariant() }),
            workers = Workers,
            seconds = Duration?.TotalSeconds,
        });
        if (!another || Race is null) return;
        if (Race.Live is { } live)
        {
            _following = new CancellationTokenSource();
            _follow = FollowAsync(view, live, _following.Token);
        }
        else if (Race.Record is { Snapshot.Length: > 0 } record)
        {
            await view.InvokeVoidAsync("draw", record.Snapshot);
        }
    }

    private async Task FollowAsync(IJSObjectReference view, Race race, CancellationToken cancellation)
    {
        try
        {
            var version = 0;
            var drawn = 0;
            var life = (RaceState.Queued, QueuePlace: -1, IsCrowdedOut: false);
            while (true)
            {
                if (race.Frame is { } frame && frame.Number != drawn) drawn = await SendAsync(view, frame, drawn, cancellation);
                if (life != (race.State, race.QueuePlace, race.IsCrowdedOut))
                {
                    life = (race.State, race.QueuePlace, race.IsCrowdedOut);
                    await Changed.InvokeAsync();
                }

                if (drawn < 0) continue;

                // The last frame may have come while another was on its way.
                if (race.State == RaceState.Over && (race.Frame is null || race.Frame.Number == drawn)) return;
                version = await race.WaitForChangeAsync(version, cancellation);
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // Another race is shown now, or the page is gone.
        }
        catch (JSDisconnectedException)
        {
            // The page is gone; the race is not.
        }
        catch (Exception fault)
        {
            await DispatchExceptionAsync(fault);
        }
    }

    /// <summary>Sends a frame and waits until it has been drawn.</summary>
    /// <returns>The number of the frame that the browser has now, or -1 where it did not answer and needs a snapshot.</returns>
    private async Task<int> SendAsync(IJSObjectReference view, RaceFrame frame, int drawn, CancellationToken cancellation)
    {
        using var answer = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        answer.CancelAfter(_answerTime);
        _answer = answer;
        try
        {
            await view.InvokeVoidAsync("draw", answer.Token, frame.Number == drawn + 1 ? frame.Delta : frame.Snapshot);
            _answerTime = AnswerTime;
            return frame.Number;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            _answerTime = _answerTime * 2 < LongestAnswerTime ? _answerTime * 2 : LongestAnswerTime;
            return -1;
        }
        finally
        {
            _answer = null;
        }
    }

    /// <summary>What was under way when the line was cut did not arrive: give it up at once and send the newest.</summary>
    private void OnRestored() => _ = InvokeAsync(() => _answer?.Cancel());

    private async Task StopFollowingAsync()
    {
        if (_following is null) return;
        await _following.CancelAsync();
        await _follow;
        _following.Dispose();
        _following = null;
    }
}
