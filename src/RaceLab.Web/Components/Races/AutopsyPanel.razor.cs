using Microsoft.AspNetCore.Components;
using RaceLab.Engine.Autopsies;
using RaceLab.Web.Races;

namespace RaceLab.Web.Components.Races;

/// <summary>What happened in a race that is over: each duplicated key with its picture and its sentence, each rejection, each wait.</summary>
public sealed partial class AutopsyPanel
{
    private Autopsy? _read;
    private int _at;
    private KeyFinding? _key;
    private KeyPicture _picture = new([], [], 0);

    /// <summary>The findings.</summary>
    [Parameter, EditorRequired]
    public Autopsy Autopsy { get; set; } = default!;

    /// <summary>The steps, for colours and names.</summary>
    [Parameter, EditorRequired]
    public Listing Listing { get; set; } = Listing.Empty;

    /// <summary>The scenario's id, for links.</summary>
    [Parameter, EditorRequired]
    public string? ScenarioId { get; set; }

    /// <summary>The strategy's id, for links.</summary>
    [Parameter, EditorRequired]
    public string? StrategyId { get; set; }

    private AutopsyWords Words { get; set; } = new(Listing.Empty);

    /// <inheritdoc/>
    protected override void OnParametersSet()
    {
        Words = new AutopsyWords(Listing);
        if (ReferenceEquals(_read, Autopsy)) return;
        _read = Autopsy;
        _at = 0;
        Turn(0);
    }

    private static string ShapeOf(KeyStep step) => (step.Line?.Shape ?? StepShape.Half).ToString().ToLowerInvariant();

    private static double TopOf(KeyStep step) => step.Line?.Shape switch { StepShape.Block => 6, StepShape.Line => 14, _ => 18 };

    private static double HeightOf(KeyStep step) => step.Line?.Shape switch { StepShape.Block => 20, StepShape.Line => 4, _ => 8 };

    private void Turn(int by)
    {
        if (Autopsy.Keys.Count == 0)
        {
            _key = null;
            return;
        }

        _at = (_at + by + Autopsy.Keys.Count) % Autopsy.Keys.Count;
        _key = Autopsy.Keys[_at];
        _picture = KeyPicture.Of(_key, Listing);
    }
}
