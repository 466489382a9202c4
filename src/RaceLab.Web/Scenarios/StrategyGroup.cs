using RaceLab.Engine.Content;

namespace RaceLab.Web.Scenarios;

/// <summary>Strategies that promise alike. A scenario's first invariant is what it is about: whoever breaks that is broken, whoever breaks only another one is half-right.</summary>
/// <param name="Standing">What its strategies have in common.</param>
/// <param name="Strategies">Those that stand by themselves, and then by what they try; otherwise in content's order. At least one.</param>
public sealed record StrategyGroup(Standing Standing, IReadOnlyList<Strategy> Strategies)
{
    /// <summary>The group's name, a word that a learner reads.</summary>
    public string Title => TitleOf(Standing);

    /// <summary>The same strategies by what they try, those that stand by themselves first.</summary>
    public IReadOnlyList<StrategyFamily> Families => [.. FamiliesOf(Strategies)];

    /// <summary>What a strategy's promises make of it.</summary>
    public static Standing StandingOf(Scenario scenario, Strategy strategy)
    {
        ArgumentNullException.ThrowIfNull(scenario);
        ArgumentNullException.ThrowIfNull(strategy);
        if (strategy.IsSound) return Standing.Sound;
        return Breaks(strategy, scenario.Invariants[0]) ? Standing.Broken : Standing.HalfRight;
    }

    /// <summary>The groups of a scenario that have strategies: broken, half-right, sound.</summary>
    public static IReadOnlyList<StrategyGroup> Of(Scenario scenario)
    {
        ArgumentNullException.ThrowIfNull(scenario);
        return [.. scenario.Strategies.GroupBy(s => StandingOf(scenario, s)).OrderBy(g => g.Key).Select(g => new StrategyGroup(g.Key, [.. FamiliesOf(g).SelectMany(f => f.Strategies)]))];
    }

    /// <summary>The invariants that a strategy says it breaks, in the scenario's order.</summary>
    public static IReadOnlyList<Invariant> FlawsOf(Scenario scenario, Strategy strategy)
    {
        ArgumentNullException.ThrowIfNull(scenario);
        return [.. scenario.Invariants.Where(i => Breaks(strategy, i))];
    }

    /// <summary>A standing's word.</summary>
    public static string TitleOf(Standing standing) => standing switch
    {
        Standing.Broken => "Broken",
        Standing.HalfRight => "Half-right",
        _ => "Sound",
    };

    private static IEnumerable<StrategyFamily> FamiliesOf(IEnumerable<Strategy> strategies) =>
        strategies.GroupBy(s => s.Tries).OrderBy(f => f.Key is not null).Select(f => new StrategyFamily(f.Key, [.. f]));

    private static bool Breaks(Strategy strategy, Invariant invariant) => strategy.Promises.GetValueOrDefault(invariant.Name) == Promise.Some;
}

/// <summary>Strategies that promise alike and try the same.</summary>
/// <param name="Tries">What they try, in a few words; null: they stand by themselves.</param>
/// <param name="Strategies">In content's order, at least one.</param>
public sealed record StrategyFamily(string? Tries, IReadOnlyList<Strategy> Strategies);

/// <summary>What a strategy is worth.</summary>
public enum Standing
{
    /// <summary>It breaks what the scenario is about.</summary>
    Broken,

    /// <summary>It keeps that, and has another flaw.</summary>
    HalfRight,

    /// <summary>It keeps every invariant.</summary>
    Sound,
}
