using RaceLab.Engine.Programs;
using RaceLab.Engine.TakeHome;

namespace RaceLab.TakeHome.Tests;

/// <summary>What can be said in which language, and that nothing is left out in silence.</summary>
public sealed class ExpressibleTests
{
    private static readonly TakeHomeLanguage[] _inEveryDetail = [TakeHomeLanguage.CSharp, TakeHomeLanguage.TypeScript, TakeHomeLanguage.Python];

    [Fact]
    public void Write_WhatCannotBeSaid_SaysWhyInAClause()
    {
        var refused = Taken.Everything
            .SelectMany(s => TakeHomeLanguages.ByWord.Values.Select(l => TakeHomeCode.Write(s.Scenario, s.Strategy, l)))
            .OfType<NotExpressible>().ToList();
        Assert.NotEmpty(refused);
        Assert.All(refused, r => Assert.Matches("^(it|an) [a-z].*[^.]$", r.Reason));
    }

    [Fact]
    public void Write_LanguagesWithHandlersLoopsAndMemory_SayEveryStrategy()
    {
        foreach (var (scenario, strategy) in Taken.Everything)
        {
            var refused = _inEveryDetail.Select(l => TakeHomeCode.Write(scenario, strategy, l)).OfType<NotExpressible>().ToList();

            // On somebody's own server this would end what is not its own.
            if (strategy.Program.Steps.Any(s => s.Sql is { EndsSessions: true })) Assert.All(refused, r => Assert.StartsWith("it ends sessions", r.Reason, StringComparison.Ordinal));
            else Assert.True(refused.Count == 0, $"{scenario.Id}/{strategy.Id}: {string.Join(", ", refused)}");
        }
    }

    [Fact]
    public void Plan_AStepThatNoWriterKnows_IsRefusedWithItsName()
    {
        var refused = Assert.Throws<NotExpressibleException>(() => FunctionPlanner.Plan(new RoleSteps(null, [new TimeTravelStep(1)], 1), commitsExplicitly: true, []));
        Assert.Equal("it uses a step 'time travel', which RaceLab cannot write as code yet", refused.Message);
    }

    [Fact]
    public void Plan_ABlockThatNoWriterKnows_IsRefusedWithItsName()
    {
        var block = new WithinStep((BlockKind)99, null, null, ErrorRules.None, [new SayStep(Outcome.Created, null, 1)], 1);
        var refused = Assert.Throws<NotExpressibleException>(() => FunctionPlanner.Plan(new RoleSteps(null, [block], 1), commitsExplicitly: true, []));
        Assert.StartsWith("it uses 'within: 99'", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void RefuseOthers_AKnownPartWithAFieldThatNobodyKnows_NamesTheField()
    {
        KnownParts.RefuseOthers(new OddStep(1, null), typeof(SayStep));
        var refused = Assert.Throws<NotExpressibleException>(() => KnownParts.RefuseOthers(new OddStep(1, "x"), typeof(SayStep)));
        Assert.Equal("it uses 'spoken loudly', which RaceLab cannot write as code yet", refused.Message);
    }

    private sealed record TimeTravelStep(int Line) : Step(Line);

    private sealed record OddStep(int Line, string? SpokenLoudly) : Step(Line);
}
