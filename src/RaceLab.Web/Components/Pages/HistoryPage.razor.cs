using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Routing;
using RaceLab.Engine.Content;
using RaceLab.Engine.History;
using RaceLab.Engine.Races;
using RaceLab.Web.History;
using RaceLab.Web.Races;
using RaceLab.Web.Studies;

namespace RaceLab.Web.Components.Pages;

/// <summary>What is kept of whoever looks: found, laid over each other, deleted. What is looked for is in the address.</summary>
public sealed partial class HistoryPage : IDisposable
{
    private readonly CancellationTokenSource _gone = new();
    private HistoryLink _link = HistoryLink.Parse("");
    private HistoryList? _page;
    private IReadOnlyList<HistoryRow> _rows = [];
    private IReadOnlyList<string> _chosen = [];
    private string? _words;
    private string? _verdict;
    private DateOnly? _from;
    private DateOnly? _to;
    private string? _problem;
    private string? _shown;
    private string _said = "Fetching what is kept …";
    private bool _isAlive;

    [CascadingParameter]
    private OwnerToken Owner { get; set; } = default!;

    [Inject]
    private IHistory History { get; set; } = default!;

    [Inject]
    private RaceFinder Finder { get; set; } = default!;

    [Inject]
    private StudyFinder Studies { get; set; } = default!;

    [Inject]
    private Catalogue Catalogue { get; set; } = default!;

    [Inject]
    private NavigationManager Navigation { get; set; } = default!;

    /// <inheritdoc/>
    public void Dispose()
    {
        Navigation.LocationChanged -= OnLocationChanged;
        _gone.Cancel();
        _gone.Dispose();
    }

    /// <inheritdoc/>
    protected override void OnInitialized() => Navigation.LocationChanged += OnLocationChanged;

    /// <inheritdoc/>
    protected override Task OnParametersSetAsync() => FollowAsync();

    /// <summary>Another search is another address of the same page, of which the router says nothing.</summary>
    private void OnLocationChanged(object? sender, LocationChangedEventArgs e)
    {
        if (new Uri(e.Location).AbsolutePath != "/history") return;
        _ = InvokeAsync(async () =>
        {
            await FollowAsync();
            StateHasChanged();
        });
    }

    private async Task FollowAsync()
    {
        if (Navigation.Uri == _shown) return;
        _shown = Navigation.Uri;
        _link = HistoryLink.Parse(new Uri(_shown).Query);
        (_words, _verdict, _from, _to) = (_link.Words, _link.Verdict is { } verdict ? HistoryLink.WordFor(verdict) : "", _link.From, _link.To);
        await FetchAsync();
    }

    /// <inheritdoc/>
    protected override void OnAfterRender(bool firstRender)
    {
        if (!firstRender) return;
        _isAlive = true;
        StateHasChanged();
    }

    private async Task FetchAsync()
    {
        try
        {
            _page = await History.ListAsync(_link.QueryFor(Owner.Value, Catalogue), _gone.Token);
            _rows = [.. _page.Entries.Select(e => HistoryRow.Of(e, Catalogue))];
            _said = HistoryWords.CountOf(_page, _link);
            _problem = null;
        }
        catch (ArchiveUnavailableException unavailable)
        {
            (_page, _rows, _said, _problem) = (null, [], "", unavailable.Message);
        }
        catch (OperationCanceledException)
        {
            // The page was left meanwhile.
        }
    }

    private void Search() => Navigation.NavigateTo(HistoryLink.Of(_words, _verdict, _from, _to).ToString());

    private void Choose((string Id, bool IsChosen) choice) =>
        _chosen = choice.IsChosen ? [.. _chosen.Append(choice.Id).Distinct().Take(OverlayLink.Most)] : [.. _chosen.Where(c => c != choice.Id)];

    private async Task DeleteAsync(HistoryRow row)
    {
        try
        {
            var deleted = row.IsRace
                ? await Finder.DeleteAsync(row.Id, Owner.Value, _gone.Token)
                : await Studies.DeleteAsync(row.Id, Owner.Value, _gone.Token);
            _chosen = [.. _chosen.Where(c => c != row.Id)];
            await FetchAsync();
            if (_problem is null) _said = $"{(deleted ? "Deleted" : "Nothing was deleted: it is gone already, or not yours")}: {row.Title}, {HistoryWords.TimeOf(row.When)}. {_said}";
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
}
