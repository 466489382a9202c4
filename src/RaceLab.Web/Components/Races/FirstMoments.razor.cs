using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;
using RaceLab.Engine.Races;
using RaceLab.Web.Races;

namespace RaceLab.Web.Components.Races;

/// <summary>A still picture of how a race began: a lane for each worker, where check and insert are seen to overlap.</summary>
public sealed partial class FirstMoments : IAsyncDisposable
{
    private const int MostRows = 300;
    private ElementReference _canvas;
    private IJSObjectReference? _module;
    private IJSObjectReference? _view;
    private LanePicture _picture = LanePicture.Of([]);
    private IReadOnlyList<LaneSegment>? _read;

    /// <summary>The segments of a result.</summary>
    [Parameter, EditorRequired]
    public IReadOnlyList<LaneSegment> Lanes { get; set; } = [];

    /// <summary>The steps, for colours and names.</summary>
    [Parameter, EditorRequired]
    public Listing Listing { get; set; } = Listing.Empty;

    [Inject]
    private IJSRuntime Js { get; set; } = default!;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        try
        {
            if (_view is not null)
            {
                await _view.InvokeVoidAsync("dispose");
                await _view.DisposeAsync();
            }

            if (_module is not null) await _module.DisposeAsync();
        }
        catch (JSDisconnectedException)
        {
            // The page is gone, and what it held with it.
        }
    }

    /// <inheritdoc/>
    protected override void OnParametersSet()
    {
        if (!ReferenceEquals(_read, Lanes)) _picture = LanePicture.Of(Lanes);
    }

    /// <inheritdoc/>
    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (ReferenceEquals(_read, Lanes)) return;
        _read = Lanes;
        try
        {
            _module ??= await Js.InvokeAsync<IJSObjectReference>("import", "./Components/Races/FirstMoments.razor.js");
            _view ??= await _module.InvokeAsync<IJSObjectReference>("create", _canvas);
            await _view.InvokeVoidAsync(
                "show", _picture.Encode(), _picture.Workers, _picture.EndUs,
                Listing.Lines.Select(l => new { label = l.Label, tone = l.Tone, shape = l.Shape.ToString().ToLowerInvariant() }));
        }
        catch (JSDisconnectedException)
        {
            // The next circuit draws it anew.
        }
    }
}
