using System.Globalization;
using RaceLab.Engine.Content;
using RaceLab.Engine.Races;
using RaceLab.Engine.Studies;
using RaceLab.Web.Comparisons;
using RaceLab.Web.Races;
using RaceLab.Web.Studies;

namespace RaceLab.Web.Components.Pages;

/// <summary>Several strategies under one workload: at <c>/compare</c> they are chosen, at <c>/compare/{id}</c> their comparison is watched and kept.</summary>
public sealed partial class ComparePage
{
    private CompareLink _link = CompareLink.Parse("");
    private ReadWorkload _read = WorkloadForm.Default.Read();
    private StudyRecord? _computed;
    private Comparison? _comparison;

    /// <inheritdoc/>
    protected override string Kind => ComparisonPlan.Kind;

    /// <inheritdoc/>
    protected override string Room => "/compare";

    /// <inheritdoc/>
    protected override string Address => (_link with { Race = _link.Race with { Scenario = ScenarioId, Strategy = null }, Strategies = _link.Strategies ?? ChosenIds }).Address;

    /// <inheritdoc/>
    protected override StudyPlan? Plan => Problem is null ? Drafted : null;

    private string? ScenarioId => _link.Race.Scenario ?? (Catalogue.Scenarios is [var first, ..] ? first.Id : null);

    private Scenario? Scenario => Catalogue.Find(ScenarioId ?? "");

    private string? ScenarioProblem => Scenario is not null ? null : ChoiceProblem.Of(Catalogue, ScenarioId, null);

    private IReadOnlyList<Strategy> Strategies => Scenario is null ? [] : _link.StrategiesOf(Scenario, LackOf);

    private IReadOnlyList<string> ChosenIds => [.. Strategies.Select(s => s.Id)];

    private IReadOnlyList<string> Refusals => Scenario is null || Shown is not null ? _link.Race.Refusals : [.. _link.Race.Refusals, .. _link.ProblemsWith(Scenario, LackOf)];

    /// <summary>What is chosen as a plan, which may take too long; null: it makes none.</summary>
    private StudyPlan? Drafted => Scenario is null || _read.Workload is null || ComparisonPlan.FindProblem(Strategies.Count, _link.Rounds) is not null
        ? null : ComparisonPlan.Of(Scenario, Strategies, _read.Workload, _link.Rounds);

    private string? Problem => Scenario is null ? null : ComparisonPlan.FindProblem(Strategies.Count, _link.Rounds) ?? Drafted?.FindProblem();

    /// <summary>Computed once for each record, which never changes.</summary>
    private Comparison? Compared
    {
        get
        {
            if (ReferenceEquals(_computed, Record)) return _comparison;
            _computed = Record;
            return _comparison = Record is null ? null : Comparison.Of(Record);
        }
    }

    private string Title => Shown is null ? "Compare – RaceLab" : $"{StudyText.Of(Shown)}: {Record!.ScenarioTitle}, {Figures.Count(Record.Strategies.Count, "strategy", "strategies")} – RaceLab";

    private string Summary => (IsUnderWay, Drafted) switch
    {
        (true, _) => StateText.Of(Record!.Workload),
        (_, null) => "Nothing to compare yet",
        (_, var plan) => $"{Figures.Count(Strategies.Count, "strategy", "strategies")}, {Figures.Count(_link.Rounds, "round", "rounds")}: {Figures.Count(plan.Races.Count, "race", "races")}, {StudyText.TimeOf(plan)}",
    };

    private static IEnumerable<string> Rounds =>
        Enumerable.Range(ComparisonPlan.FewestRounds, ComparisonPlan.MostRounds - ComparisonPlan.FewestRounds + 1).Select(rounds => Figures.Count(rounds));

    private string Conditions => ComparisonWords.Conditions(Record!);

    /// <inheritdoc/>
    protected override void Choose(string query) => Take(CompareLink.Parse(query, UsualFor));

    /// <inheritdoc/>
    protected override void Choose(StudyRecord record) => Take(new CompareLink(
        new RaceLink(record.Scenario, null, WorkloadForm.From(record.Workload), []), [.. record.Strategies.Select(s => s.Id)], ComparisonPlan.RoundsOf(record)));

    private void Take(CompareLink link)
    {
        _link = link;
        _read = link.Race.Workload.Read();
        Choice.Carry(ScenarioId, Strategies is [var first, ..] ? first.Id : null);
    }

    private string? LackOf(Strategy strategy) => Lacks.Of(Scenario!, strategy);

    private Task ChooseScenario(string id) => LeaveForAsync(_link with
    {
        Race = _link.Race with { Scenario = id, Strategy = null, Workload = _link.Race.Workload == UsualFor(ScenarioId) ? UsualFor(id) : _link.Race.Workload },
        Strategies = null,
    });

    private Task ChooseStrategies(IReadOnlyList<string> ids) => LeaveForAsync(_link with { Strategies = ids });

    private Task ChooseRounds(string chosen) =>
        int.TryParse(chosen, NumberStyles.None, CultureInfo.InvariantCulture, out var rounds) && ComparisonPlan.FindProblem(2, rounds) is null
            ? LeaveForAsync(_link with { Rounds = rounds })
            : Task.CompletedTask;

    private Task ChooseWorkload(WorkloadForm form) => LeaveForAsync(_link with { Race = _link.Race with { Workload = form } });

    private WorkloadForm UsualFor(string? scenario) =>
        Catalogue.Find(scenario ?? (Catalogue.Scenarios is [var first, ..] ? first.Id : ""))?.Workload is { } usual ? WorkloadForm.From(Workload.From(usual)) : WorkloadForm.Default;

    private Task LeaveForAsync(CompareLink link) => LeaveAsync(() => Take(link with { Race = link.Race with { Refusals = [] } }));
}
