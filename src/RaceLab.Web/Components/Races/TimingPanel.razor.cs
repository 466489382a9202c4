using System.Globalization;
using Microsoft.AspNetCore.Components;
using RaceLab.Engine.Content;
using RaceLab.Engine.Races;
using RaceLab.Web.Races;

namespace RaceLab.Web.Components.Races;

/// <summary>Where the time of a race that is over went: distributions, round trips, waits, exceptions, and what the lab itself had to do with it. Nothing for older races.</summary>
public sealed partial class TimingPanel
{
    private RaceResult? _read;
    private DistributionPicture _picture = new([], []);
    private IReadOnlyList<string> _notices = [];
    private IReadOnlyList<TimingFigure> _figures = [];
    private IReadOnlyList<string> _loop = [];

    /// <summary>How it ended.</summary>
    [Parameter, EditorRequired]
    public RaceResult Result { get; set; } = default!;

    [Inject]
    private Catalogue Catalogue { get; set; } = default!;

    /// <inheritdoc/>
    protected override void OnParametersSet()
    {
        if (ReferenceEquals(_read, Result)) return;
        _read = Result;
        if (Result.Timing is not { } timing) return;
        _picture = DistributionPicture.Of(timing);
        _notices = TimingWords.Notices(timing, (scenario, strategy) => Catalogue.Find(scenario)?.FindStrategy(strategy)?.Title);
        _figures = TimingWords.FiguresOf(Result);
        _loop = TimingWords.ClosedLoop(Result);
    }

    private static string Text(double number) => number.ToString("0.###", CultureInfo.InvariantCulture);

    private static string Left(double share) => $"left: {Text(share)}%";
}
