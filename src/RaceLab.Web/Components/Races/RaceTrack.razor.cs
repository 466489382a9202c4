using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;
using RaceLab.Engine.Autopsies;
using RaceLab.Engine.Races;
using RaceLab.Web.Races;

namespace RaceLab.Web.Components.Races;

/// <summary>
/// The track of a race that is over: what every worker did and when, down to single microseconds. The browser draws and moves; for whatever comes into view it
/// asks for a piece of the log.
/// </summary>
public sealed partial class RaceTrack : IAsyncDisposable
{
    private const int MostRows = 300;

    /// <summary>Fewer places than these are gone through one by one.</summary>
    private const int FewPlaces = 3;

    private ElementReference _canvas;
    private ElementReference _glance;
    private DotNetObjectReference<RaceTrack>? _self;
    private IJSObjectReference? _module;
    private IJSObjectReference? _view;
    private (RaceRecording? Recording, IReadOnlyList<LaneSegment>? Lanes) _read;
    private TrackSource _source = TrackSource.Of(null, []);
    private TrackSource? _drawnSource;
    private IReadOnlyList<LaneSegment> _rows = [];
    private string _drawn = "";
    private string _chosen = "";
    private IReadOnlyList<ClientPause> _paused = [];
    private IReadOnlyList<PlaceTour> _tours = [];
    private string _glanceWords = "";

    /// <summary>The race's log; null where only its record is left.</summary>
    [Parameter]
    public RaceRecording? Recording { get; set; }

    /// <summary>The first moments, of the record.</summary>
    [Parameter, EditorRequired]
    public IReadOnlyList<LaneSegment> Lanes { get; set; } = [];

    /// <summary>How long the race took, recorded to its end or not.</summary>
    [Parameter]
    public TimeSpan Elapsed { get; set; }

    /// <summary>The steps, for colours and names.</summary>
    [Parameter, EditorRequired]
    public Listing Listing { get; set; } = Listing.Empty;

    /// <summary>When the lab itself stood still.</summary>
    [Parameter]
    public IReadOnlyList<ClientPause> Pauses { get; set; } = [];

    [Inject]
    private IJSRuntime Js { get; set; } = default!;

    /// <summary>The browser shows another time: what is there.</summary>
    /// <param name="fromUs">Since the start barrier.</param>
    /// <param name="toUs">Behind it.</param>
    /// <returns>As <see cref="TrackEncoder"/> writes it.</returns>
    [JSInvokable]
    public byte[] Look(double fromUs, double toUs)
    {
        var (from, to) = ((int)Math.Clamp(fromUs, 0, int.MaxValue - 1), (int)Math.Clamp(Math.Ceiling(toUs), 1, int.MaxValue));
        (_rows, var complete) = _source.Between(from, to);
        _paused = [.. Pauses.Where(p => p.ToUs > from && p.FromUs < complete)];
        _drawn = TrackWords.Drawn(_source, from, to, complete);
        StateHasChanged();
        return TrackEncoder.Encode(_rows, from, complete);
    }

    /// <summary>Somebody chose a step: says what it was.</summary>
    /// <param name="worker">From 0.</param>
    /// <param name="startUs">When it began.</param>
    /// <param name="step">Its index.</param>
    [JSInvokable]
    public void Choose(int worker, int startUs, int step)
    {
        var at = _rows.FirstOrDefault(s => s.Worker == worker && s.StartUs == startUs && s.Step == step);
        _chosen = at == default ? "" : TrackWords.Describe(at, _source.At(worker + 1, at.EndUs), Listing, _source);
        StateHasChanged();
    }

    /// <summary>A lane was chosen where it has no step.</summary>
    /// <param name="worker">From 0.</param>
    [JSInvokable]
    public void ChooseLane(int worker)
    {
        _chosen = worker >= 0 && worker < _source.Workers ? TrackWords.Nothing(worker) : "";
        StateHasChanged();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await PageScript.LetGoAsync(_module, _view);

        _self?.Dispose();
    }

    /// <inheritdoc/>
    protected override void OnParametersSet()
    {
        if (ReferenceEquals(_read.Recording, Recording) && ReferenceEquals(_read.Lanes, Lanes)) return;
        _read = (Recording, Lanes);
        _source = TrackSource.Of(Recording, Lanes, Elapsed);
        var rejections = _source.TourOfRejections();
        _tours = rejections.Count == 0 ? [_source.TourOfDuplicates()] : [_source.TourOfDuplicates(), rejections];
        _glanceWords = _source.Overview is { } overview ? TrackWords.Glance(overview, _source) : "";
        _chosen = "";
    }

    /// <inheritdoc/>
    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (ReferenceEquals(_drawnSource, _source)) return;
        _drawnSource = _source;
        try
        {
            _self ??= DotNetObjectReference.Create(this);
            _module ??= await Js.InvokeAsync<IJSObjectReference>("import", "./Components/Races/RaceTrack.razor.js");
            _view ??= await _module.InvokeAsync<IJSObjectReference>("create", _canvas, _glance, _self);
            await _view.InvokeVoidAsync("show", new
            {
                workers = _source.Workers,
                end = Math.Max(1, _source.EndUs),
                first = Math.Max(1, _source.FirstUs),
                rejections = _source.States,
                pauses = Pauses.Select(p => new { from = p.FromUs, to = p.ToUs }),
                whole = Math.Max(1, _source.WholeUs),
                overview = _source.Overview is { } all ? new { end = all.EndUs, attempts = all.Attempts, duplicates = all.Duplicates, rejections = all.Rejections } : null,
                steps = Listing.Lines.Select(l => new { label = l.Label, tone = l.Tone, shape = l.Shape.ToString().ToLowerInvariant() }),
            });
        }
        catch (Exception gone) when (PageScript.IsGone(gone))
        {
            // The next circuit draws it anew.
        }
    }

    private Task ShowFirst() => CallAsync("goTo", 0, _source.FirstUs);

    private Task ShowAll() => CallAsync("goTo", 0, _source.Between(0, int.MaxValue).ToUs);

    private Task GoAsync(int? us)
    {
        if (us is not { } at) return Task.CompletedTask;
        var (from, to) = _source.Around(at);
        return CallAsync("goTo", from, to);
    }

    private string StateOf(LaneSegment segment) => segment.Rejection > 0 && segment.Rejection <= _source.States.Count ? _source.States[segment.Rejection - 1] : "";

    private async Task CallAsync(string name, params object[] arguments)
    {
        if (_view is not null) await _view.InvokeVoidAsync(name, arguments);
    }
}
