using System.Globalization;
using RaceLab.Engine.Content;
using RaceLab.Engine.Studies;
using RaceLab.Web.Races;
using RaceLab.Web.Scenarios;

namespace RaceLab.Web.Comparisons;

/// <summary>
/// Every choice of the comparison page, as the query of its address: what a race's link says, with several strategies (or all) and rounds. For example
/// <c>?scenario=sign-up&amp;strategies=upsert,unique-constraint&amp;rounds=4&amp;workers=50</c>. A link to a race can be one to a comparison: its strategy is among those that are usual.
/// </summary>
/// <param name="Race">Scenario, workload and refusals; its strategy where the link names one only.</param>
/// <param name="Strategies">Ids; null: not said.</param>
/// <param name="Rounds">2 to 10.</param>
public sealed record CompareLink(RaceLink Race, IReadOnlyList<string>? Strategies, int Rounds)
{
    /// <summary>What stands for all strategies that can be raced here.</summary>
    public const string All = "all";

    private const string StrategiesName = "strategies";
    private const string RoundsName = "rounds";

    /// <summary>The page's address with these choices.</summary>
    public string Address => $"/compare{LinkQuery.Write(
        ("scenario", Race.Scenario), (StrategiesName, Strategies is null ? null : string.Join(',', Strategies)), (RoundsName, Rounds.ToString(CultureInfo.InvariantCulture)))}&{(Race with { Scenario = null, Strategy = null }).ToString()[1..]}";

    /// <summary>Reads a query. Never fails: what it does not understand is named and kept out.</summary>
    /// <param name="query">With or without its question mark.</param>
    /// <param name="usual">What the link does not say of the workload, by the scenario's id.</param>
    public static CompareLink Parse(string query, Func<string?, WorkloadForm>? usual = null)
    {
        var pairs = LinkQuery.Read(query).ToList();
        var race = RaceLink.Parse(LinkQuery.Write(pairs.Where(p => p.Name is not (StrategiesName or RoundsName)).Select(p => (p.Name, (string?)p.Value))), usual);
        var refusals = new List<string>(race.Refusals);
        foreach (var name in (string[])[StrategiesName, RoundsName])
            if (pairs.Count(p => p.Name == name) > 1) refusals.Add($"The link says “{name}” twice; the first counts.");
        var strategies = pairs.Find(p => p.Name == StrategiesName).Value?.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Distinct().ToList();
        var rounds = ComparisonPlan.UsualRounds;
        if (pairs.Find(p => p.Name == RoundsName).Value is { } text
            && !(int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out rounds) && rounds is >= ComparisonPlan.FewestRounds and <= ComparisonPlan.MostRounds))
        {
            rounds = ComparisonPlan.UsualRounds;
            refusals.Add($"The link says rounds={LinkQuery.Cut(text)}, which can be {ComparisonPlan.FewestRounds} to {ComparisonPlan.MostRounds}; it is {rounds}.");
        }

        return new CompareLink(race with { Refusals = refusals }, strategies, rounds);
    }

    /// <summary>The strategies that it means, in the order in which the page lists them; those that cannot be raced here are not among them.</summary>
    /// <param name="scenario">Whose.</param>
    /// <param name="lackOf">Why a strategy cannot be raced on this server; null where it can.</param>
    public IReadOnlyList<Strategy> StrategiesOf(Scenario scenario, Func<Strategy, string?> lackOf)
    {
        var groups = StrategyGroup.Of(scenario).Select(g => g.Strategies.Where(s => lackOf(s) is null).ToList()).ToList();
        var all = groups.SelectMany(g => g).ToList();
        if (Strategies is null)
        {
            // What a first visitor gets: the first of each kind, so that what is quick and wrong stands beside what is right.
            var usual = groups.Where(g => g.Count > 0).Select(g => g[0]).Concat(all).Distinct().Take(Math.Max(2, groups.Count)).ToHashSet();
            return [.. all.Where(s => usual.Contains(s) || s.Id == Race.Strategy)];
        }

        return Strategies.Contains(All) ? all : [.. all.Where(s => Strategies.Contains(s.Id))];
    }

    /// <summary>What the link names and cannot be compared, in sentences.</summary>
    /// <param name="scenario">Whose strategies.</param>
    /// <param name="lackOf">Why a strategy cannot be raced on this server; null where it can.</param>
    public IEnumerable<string> ProblemsWith(Scenario scenario, Func<Strategy, string?> lackOf)
    {
        ArgumentNullException.ThrowIfNull(scenario);
        foreach (var id in Strategies ?? [])
        {
            if (id == All) continue;
            if (scenario.FindStrategy(id) is not { } strategy) yield return $"“{scenario.Title}” has no strategy “{LinkQuery.Cut(id)}”; it was left out.";
            else if (lackOf(strategy) is { } lack) yield return $"“{strategy.Title}” cannot be raced on this server and was left out. {lack}";
        }
    }
}
