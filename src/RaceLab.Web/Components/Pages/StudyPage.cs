using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;
using RaceLab.Engine.Content;
using RaceLab.Engine.Races;
using RaceLab.Engine.Studies;
using RaceLab.Web.Races;
using RaceLab.Web.Studies;

namespace RaceLab.Web.Components.Pages;

/// <summary>
/// A page at which a study is chosen, and at whose permalink it is watched and kept: what such pages have in common, whatever they study. Every choice is in the address.
/// </summary>
public abstract class StudyPage : ComponentBase, IAsyncDisposable
{
    private readonly CancellationTokenSource _gone = new();
    private IJSObjectReference? _module;
    private string? _address;
    private bool _isAlive;

    /// <summary>The study of the permalink; null: none yet.</summary>
    [Parameter]
    public string? Id { get; set; }

    [CascadingParameter]
    private OwnerToken Owner { get; set; } = default!;

    /// <summary>What can be chosen.</summary>
    [Inject]
    protected Catalogue Catalogue { get; set; } = default!;

    /// <summary>What of it the server lacks something for.</summary>
    [Inject]
    protected ServerLacks Lacks { get; set; } = default!;

    /// <summary>What is carried from page to page.</summary>
    [Inject]
    protected CarriedChoice Choice { get; set; } = default!;

    [Inject]
    private StudyRegistry Registry { get; set; } = default!;

    [Inject]
    private StudyFinder Finder { get; set; } = default!;

    [Inject]
    private NavigationManager Navigation { get; set; } = default!;

    [Inject]
    private IJSRuntime Js { get; set; } = default!;

    /// <summary>The study that is shown; null: none yet.</summary>
    protected ShownStudy? Shown { get; private set; }

    /// <summary>What is known of it so far.</summary>
    protected StudyRecord? Record => Shown?.Record;

    /// <summary>Whether it is under way.</summary>
    protected bool IsUnderWay => Shown is { IsUnderWay: true };

    /// <summary>Whether whoever looks has started it.</summary>
    protected bool IsMine => Shown?.Owner == Owner.Value;

    /// <summary>Whether what is chosen can be run now.</summary>
    protected bool CanRun => _isAlive && !IsUnderWay && Plan is not null;

    /// <summary>Why Run was refused; null: it was not.</summary>
    protected string? Refusal { get; private set; }

    /// <summary>Why there is nothing to be shown at the permalink; null: there is.</summary>
    protected MissingStudy? Missing { get; private set; }

    /// <summary>Whether the permalink's study is being fetched: meanwhile the page must not look as if nothing had been asked for.</summary>
    protected bool IsFetching { get; private set; }

    /// <summary>As in <see cref="StudyPlan.Kind"/>.</summary>
    protected abstract string Kind { get; }

    /// <summary>Where the page is, such as "/sweep".</summary>
    protected abstract string Room { get; }

    /// <summary>The page with what is chosen, and nothing begun.</summary>
    protected abstract string Address { get; }

    /// <summary>What Run starts; null: what is chosen cannot be run.</summary>
    protected abstract StudyPlan? Plan { get; }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        Catalogue.Changed -= OnChangedElsewhere;
        Lacks.Learned -= OnChangedElsewhere;
        await _gone.CancelAsync();
        _gone.Dispose();
        await PageScript.LetGoAsync(_module);
    }

    /// <summary>Chooses what an address says.</summary>
    /// <param name="query">With its question mark, or empty.</param>
    protected abstract void Choose(string query);

    /// <summary>Chooses what a study was made of.</summary>
    /// <exception cref="InvalidDataException">It cannot be read.</exception>
    protected abstract void Choose(StudyRecord record);

    /// <inheritdoc/>
    protected override async Task OnParametersSetAsync()
    {
        var address = Navigation.Uri;
        if (address == _address) return;
        _address = address;
        Refusal = null;
        Missing = null;
        if (Id is null)
        {
            Shown = null;
            Choose(new Uri(address).Query);
        }
        else if (Shown?.Id != Id)
        {
            await FindAsync(Id);
            Follow();
        }
    }

    /// <inheritdoc/>
    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (!firstRender) return;
        Catalogue.Changed += OnChangedElsewhere;
        Lacks.Learned += OnChangedElsewhere;
        Lacks.Learn();

        // Until now nobody heard a click, so the button did not invite one.
        _isAlive = true;
        Follow();
        StateHasChanged();
        try
        {
            _module = await Js.InvokeAsync<IJSObjectReference>("import", _gone.Token, "./js/address.js");
        }
        catch (Exception gone) when (PageScript.IsGone(gone))
        {
            // The page was left before it was ready.
        }
    }

    /// <summary>What is chosen anew goes into the address. A study that is over is left by it, and the browser's way back leads to it.</summary>
    /// <param name="choose">Chooses it.</param>
    protected async Task LeaveAsync(Action choose)
    {
        ArgumentNullException.ThrowIfNull(choose);
        if (IsUnderWay) return;
        var over = Shown;
        choose();
        Shown = null;
        Refusal = null;
        var address = Address;
        if (over is null && _module is not null)
        {
            await _module.InvokeVoidAsync("address", _gone.Token, address);
            return;
        }

        _address = Navigation.ToAbsoluteUri(address).AbsoluteUri;
        Navigation.NavigateTo(address, replace: over is null);
    }

    /// <summary>Starts a study. Pressing it fifty times starts one: from the first on, one is under way here.</summary>
    protected void Run()
    {
        if (!CanRun) return;
        try
        {
            var study = Registry.Start(Plan!, Owner.Value);
            Shown = ShownStudy.Of(study);
            Refusal = null;
            _address = Navigation.ToAbsoluteUri($"{Room}/{study.Id}").AbsoluteUri;
            Follow();
            Navigation.NavigateTo(_address);
        }
        catch (RaceRefusedException refused)
        {
            Refusal = refused.Message;
        }
    }

    /// <summary>Stops the study.</summary>
    protected void Stop()
    {
        if (IsUnderWay) Registry.TryStop(Shown!.Id, Owner.Value);
    }

    private async Task FindAsync(string id)
    {
        Shown = null;
        IsFetching = true;
        try
        {
            if (await Finder.FindAsync(id, Kind, _gone.Token) is { } found)
            {
                Choose(found.Record);
                Shown = found;
            }
            else
            {
                Missing = new MissingStudy($"There is no such {Kind}", $"The link may have been cut short, or the {Kind} was deleted, or is older than what this lab keeps.");
            }
        }
        catch (Exception unavailable) when (unavailable is ArchiveUnavailableException or InvalidDataException)
        {
            Missing = new MissingStudy($"This {Kind} cannot be shown just now", unavailable.Message);
        }
        finally
        {
            IsFetching = false;
        }
    }

    /// <summary>Draws a study that is under way, until it is over or this page shows something else.</summary>
    private void Follow()
    {
        if (_isAlive && Shown is { Live: { } study, IsUnderWay: true }) _ = FollowAsync(study);
    }

    private async Task FollowAsync(Study study)
    {
        try
        {
            var (version, isOver) = (0, false);
            while (!isOver && ReferenceEquals(study, Shown?.Live))
            {
                version = await study.WaitForChangeAsync(version, _gone.Token);

                // Asked before drawing: an end that comes while this is drawn is another change, and drawn as well.
                isOver = study.Record.End is not null;
                await InvokeAsync(StateHasChanged);
            }
        }
        catch (Exception gone) when (gone is OperationCanceledException or ObjectDisposedException)
        {
            // The page was left.
        }
    }

    private void OnChangedElsewhere() => _ = InvokeAsync(StateHasChanged);
}

/// <summary>Why a permalink shows nothing.</summary>
/// <param name="Headline">In a few words.</param>
/// <param name="Text">In a sentence.</param>
public sealed record MissingStudy(string Headline, string Text);
