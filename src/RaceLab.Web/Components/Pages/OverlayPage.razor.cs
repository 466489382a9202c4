using Microsoft.AspNetCore.Components;
using RaceLab.Engine.Races;
using RaceLab.Web.History;
using RaceLab.Web.Races;

namespace RaceLab.Web.Components.Pages;

/// <summary>Two races that are over, on shared axes and in one table, for whoever has both links.</summary>
public sealed partial class OverlayPage : IDisposable
{
    private readonly CancellationTokenSource _gone = new();
    private IReadOnlyList<ShownRace> _races = [];
    private Overlay? _overlay;
    private IReadOnlyList<LineChart> _charts = [];
    private IReadOnlyList<OverlayMoment> _moments = [];
    private string? _problem;

    /// <summary>The first race's id.</summary>
    [SupplyParameterFromQuery(Name = "a")]
    private string? A { get; set; }

    /// <summary>The second race's id.</summary>
    [SupplyParameterFromQuery(Name = "b")]
    private string? B { get; set; }

    [Inject]
    private RaceFinder Finder { get; set; } = default!;

    /// <inheritdoc/>
    public void Dispose()
    {
        _gone.Cancel();
        _gone.Dispose();
    }

    /// <inheritdoc/>
    protected override async Task OnParametersSetAsync()
    {
        _overlay = null;
        _problem = null;
        try
        {
            if (await FindAsync(A, "first") is not { } first || await FindAsync(B, "second") is not { } second) return;
            _races = [first, second];
            var (a, b) = (first.Result!, second.Result!);
            _charts = RaceCharts.Of(a.Snapshot, b.Snapshot);
            _moments = RaceCharts.MomentsOf(a.Snapshot, b.Snapshot);
            _overlay = Overlay.Of(a, b);
        }
        catch (ArchiveUnavailableException unavailable)
        {
            _problem = unavailable.Message;
        }
        catch (OperationCanceledException)
        {
            // The page was left meanwhile.
        }
    }

    private async Task<ShownRace?> FindAsync(string? id, string which)
    {
        if (string.IsNullOrEmpty(id))
        {
            _problem = $"The link does not say what the {which} race is.";
            return null;
        }

        var race = await Finder.FindAsync(id, _gone.Token);
        if (race?.Result is not null) return race;
        _problem = race is null ? $"There is no such race: the {which} one was deleted, is older than what this lab keeps, or the link was cut short." : $"The {which} race is not over yet.";
        return null;
    }
}
