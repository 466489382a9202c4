using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;
using RaceLab.Engine.Content;
using RaceLab.Engine.TakeHome;

namespace RaceLab.Web.Components.TakeHome;

/// <summary>A strategy as code, in one of several languages, to be copied.</summary>
public sealed partial class TakeHomePanel : IAsyncDisposable
{
    private TakeHomeResult? _result;
    private (Scenario, Strategy, TakeHomeLanguage)? _written;
    private ElementReference _code;
    private IJSObjectReference? _module;
    private string? _copied;

    /// <summary>Whose strategy.</summary>
    [Parameter, EditorRequired]
    public Scenario Scenario { get; set; } = default!;

    /// <summary>Which one.</summary>
    [Parameter, EditorRequired]
    public Strategy Strategy { get; set; } = default!;

    /// <summary>The language that is shown.</summary>
    [Parameter]
    public TakeHomeLanguage Language { get; set; } = TakeHomeLanguage.CSharp;

    /// <summary>Another language was chosen.</summary>
    [Parameter]
    public EventCallback<TakeHomeLanguage> LanguageChanged { get; set; }

    private string Word => TakeHomeLanguages.ByWord.First(pair => pair.Value == Language).Key;

    [Inject]
    private IJSRuntime Js { get; set; } = default!;

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => PageScript.LetGoAsync(_module);

    /// <inheritdoc/>
    protected override void OnParametersSet() => Write();

    private async Task ChooseAsync(TakeHomeLanguage language)
    {
        Language = language;
        Write();
        await LanguageChanged.InvokeAsync(language);
    }

    private void Write()
    {
        if (_written == (Scenario, Strategy, Language)) return;
        _written = (Scenario, Strategy, Language);
        _result = TakeHomeCode.Write(Scenario, Strategy, Language);
        _copied = null;
    }

    private async Task CopyAsync()
    {
        try
        {
            _module ??= await Js.InvokeAsync<IJSObjectReference>("import", "./Components/TakeHome/TakeHomePanel.razor.js");
            _copied = await _module.InvokeAsync<bool>("copy", _code) ? "Copied." : "Your browser does not let pages copy. The code is selected: press Ctrl+C.";
        }
        catch (Exception gone) when (PageScript.IsGone(gone))
        {
            // Nobody is there any more to be told.
        }
    }
}
