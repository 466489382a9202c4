using RaceLab.Web.Comparisons;
using RaceLab.Web.Scenarios;
using RaceLab.Web.Tests.Doubles;

namespace RaceLab.Web.Tests;

public sealed class CompareLinkTests
{
    [Fact]
    public void Parse_ThenAddress_KeepsEveryChoice()
    {
        const string Address = "/compare?scenario=sign-up&strategies=upsert,check-then-insert&rounds=7&workers=3&keys=9&attempts=5&pause=1-2ms&distribution=uniform&commit=off&seed=11";
        var link = CompareLink.Parse(Address["/compare".Length..]);
        Assert.Empty(link.Race.Refusals);
        Assert.Equal(Address, link.Address);
    }

    [Fact]
    public void Parse_ALinkToARace_ComparesItsStrategyWithOneOfEachKind()
    {
        var link = CompareLink.Parse("?scenario=sign-up&strategy=serializable&workers=3");
        var chosen = link.StrategiesOf(TestContent.SignUp, _ => null);
        Assert.Contains(TestContent.Serializable, chosen);
        Assert.Equal(StrategyGroup.Of(TestContent.SignUp).Select(g => g.Standing), chosen.Select(s => StrategyGroup.StandingOf(TestContent.SignUp, s)).Distinct());
    }

    [Fact]
    public void StrategiesOf_All_LeavesOutWhatTheServerLacks()
    {
        var all = CompareLink.Parse("?strategies=all").StrategiesOf(TestContent.SignUp, s => s == TestContent.Serializable ? "Not here." : null);
        Assert.Equal(TestContent.SignUp.Strategies.Count - 1, all.Count);
        Assert.DoesNotContain(TestContent.Serializable, all);
    }

    [Theory]
    [InlineData("?rounds=1", "rounds=1")]
    [InlineData("?rounds=4.5", "can be 2 to 10")]
    [InlineData("?rounds=99999999999", "can be 2 to 10")]
    [InlineData("?rounds=3&rounds=4", "“rounds” twice")]
    [InlineData("?colour=red", "“colour”")]
    public void Parse_WhatNobodyUnderstands_IsNamed(string query, string words) =>
        Assert.Contains(words, Assert.Single(CompareLink.Parse(query).Race.Refusals), StringComparison.Ordinal);

    [Fact]
    public void ProblemsWith_UnknownAndLackingStrategies_AreNamed()
    {
        var problems = CompareLink.Parse("?strategies=upsert,nothing-like-it,serializable").ProblemsWith(TestContent.SignUp, s => s == TestContent.Serializable ? "It lacks x." : null).ToList();
        Assert.Equal(2, problems.Count);
        Assert.Contains("“nothing-like-it”", problems[0], StringComparison.Ordinal);
        Assert.Contains("It lacks x.", problems[1], StringComparison.Ordinal);
    }
}
