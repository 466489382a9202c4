using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;
using RaceLab.Web.Choices;

namespace RaceLab.Web.Components.Choices;

/// <summary>
/// One of several, in a list that keeps its height however many there are: the chosen one is scrolled into its view and says below it what it is. The buttons are the
/// browser's own, so that every key and every reader knows them.
/// </summary>
public sealed partial class ChoiceList : IAsyncDisposable
{
    private readonly CancellationTokenSource _gone = new();
    private ElementReference _list;
    private IJSObjectReference? _module;
    private string? _shown;

    /// <summary>What is chosen here.</summary>
    [Parameter, EditorRequired]
    public string Legend { get; set; } = "";

    /// <summary>The buttons' name, unique on the page.</summary>
    [Parameter, EditorRequired]
    public string Name { get; set; } = "";

    /// <summary>A line below the legend; null: none.</summary>
    [Parameter]
    public string? Hint { get; set; }

    /// <summary>What there is to choose from.</summary>
    [Parameter, EditorRequired]
    public IReadOnlyList<ChoiceGroup> Groups { get; set; } = [];

    /// <summary>The chosen value.</summary>
    [Parameter]
    public string? Chosen { get; set; }

    /// <summary>Another was chosen: its value.</summary>
    [Parameter]
    public EventCallback<string> ChosenChanged { get; set; }

    /// <summary>Whether nothing can be chosen now.</summary>
    [Parameter]
    public bool Disabled { get; set; }

    [Inject]
    private IJSRuntime Js { get; set; } = default!;

    private Choice? ChosenOne => Groups.SelectMany(g => g.Choices).FirstOrDefault(c => c.Value == Chosen);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _gone.CancelAsync();
        _gone.Dispose();
        await PageScript.LetGoAsync(_module);
    }

    /// <inheritdoc/>
    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (_shown == Chosen) return;
        _shown = Chosen;
        try
        {
            _module ??= await Js.InvokeAsync<IJSObjectReference>("import", _gone.Token, "./Components/Choices/ChoiceList.razor.js");
            await _module.InvokeVoidAsync("reveal", _gone.Token, _list);
        }
        catch (Exception gone) when (PageScript.IsGone(gone))
        {
            // The page was left meanwhile.
        }
    }

    private string? DescriptionOf(Choice choice) => (choice.Lack, choice.About) switch
    {
        (null, null) => null,
        (null, _) => $"{Name}-about-{choice.Value}",
        (_, null) => $"{Name}-lack-{choice.Value}",
        _ => $"{Name}-lack-{choice.Value} {Name}-about-{choice.Value}",
    };
}
