using RaceLab.Engine.Content;
using RaceLab.Engine.Studies;
using RaceLab.Engine.Sweeps;
using RaceLab.Web.Races;
using RaceLab.Web.Studies;
using RaceLab.Web.Sweeps;

namespace RaceLab.Web.Components.Pages;

/// <summary>
/// One strategy over many race windows: at <c>/sweep</c> it is chosen, at <c>/sweep/{id}</c> its sweep is watched and kept.
/// </summary>
public sealed partial class SweepPage
{
    private SweepLink _link = SweepLink.To(null, null);
    private StudyRecord? _drawn;
    private SweepMap? _map;

    /// <inheritdoc/>
    protected override string Kind => SweepPlan.Kind;

    /// <inheritdoc/>
    protected override string Room => "/sweep";

    /// <inheritdoc/>
    protected override string Address => Choices.ToString();

    /// <inheritdoc/>
    protected override StudyPlan? Plan => Strategy is not null && Lack is null ? Read.Plan?.For(Scenario!, Strategy) : null;

    private string? ScenarioId => _link.Scenario ?? (Catalogue.Scenarios is [var first, ..] ? first.Id : null);

    private Scenario? Scenario => Catalogue.Find(ScenarioId ?? "");

    private string? StrategyId => _link.Strategy ?? Scenario?.Strategies[0].Id;

    private Strategy? Strategy => Scenario?.FindStrategy(StrategyId ?? "");

    private string? Lack => Scenario is null || Strategy is null ? null : Lacks.Of(Scenario, Strategy);

    private string? ScenarioProblem => Shown is null ? ChoiceProblem.Of(Catalogue, ScenarioId, StrategyId) : null;

    private SweepLink Choices => _link with { Scenario = ScenarioId, Strategy = StrategyId };

    private ReadSweep Read => _link.Choices.Read(Scenario);

    /// <summary>Drawn once for each record, which never changes.</summary>
    private SweepMap? Map
    {
        get
        {
            if (ReferenceEquals(_drawn, Record)) return _map;
            _drawn = Record;
            return _map = Record is null ? null : SweepMap.Of(Record);
        }
    }

    private string InvariantTitle => Record?.Races.SelectMany(r => r.Result.Invariants).FirstOrDefault(i => i.Name == Map!.Plan.Invariant)?.Title ?? Map!.Plan.Invariant;

    private string Heading => Record?.Strategies[0].Title ?? Strategy?.Title ?? "";

    private string Title => Shown is null ? "Sweep – RaceLab" : $"{StudyText.Of(Shown)}: {Record!.Strategies[0].Title} – RaceLab";

    private string Summary => IsUnderWay
        ? string.Join("; ", new[] { SweepWords.Now(Shown!.Live?.Now), SweepWords.ToGo(Map!.Plan, Record!.Races.Count) }.OfType<string>())
        : Read.Plan is { } plan ? SweepWords.Of(plan) : "There is a value that cannot be swept.";

    /// <inheritdoc/>
    protected override void Choose(string query) => Take(SweepLink.Parse(query));

    /// <inheritdoc/>
    protected override void Choose(StudyRecord record)
    {
        (_map, _drawn) = (SweepMap.Of(record), record);
        Take(new SweepLink(record.Scenario, record.Strategies[0].Id, SweepChoices.From(record.Choices), []));
    }

    private static List<string> Remarks(SweepMap map) =>
        [.. SweepWords.Model(map), .. new[] { SweepWords.Independence(map), SweepWords.Unusable(map) }.OfType<string>()];

    private void Take(SweepLink link)
    {
        _link = link;
        Choice.Carry(ScenarioId, StrategyId);
    }

    private Task ChooseScenario(string id) =>
        LeaveForAsync(_link with { Scenario = id, Strategy = Catalogue.Find(id)?.Strategies[0].Id, Choices = _link.Choices with { Invariant = "" } });

    private Task ChooseStrategy(string id) => LeaveForAsync(Choices with { Strategy = id });

    private Task ChooseSweep(SweepChoices choices) => LeaveForAsync(Choices with { Choices = choices });

    private Task LeaveForAsync(SweepLink link) => LeaveAsync(() => Take(link with { Refusals = [] }));
}
