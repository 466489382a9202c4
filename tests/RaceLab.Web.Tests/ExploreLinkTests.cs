using RaceLab.Engine.Content;
using RaceLab.Web.Schedules;

namespace RaceLab.Web.Tests;

public sealed class ExploreLinkTests
{
    [Theory]
    [InlineData("/explore?scenario=sign-up&strategy=upsert&sessions=3&run=1&outcome=B&page=2")]
    [InlineData("/explore?scenario=sign-up&strategy=upsert&sessions=2")]
    [InlineData("/explore?sessions=2&outcome=AB")]
    public void ToString_OfAParsedLink_IsTheSameLink(string link)
    {
        var parsed = ExploreLink.Parse(link[link.IndexOf('?', StringComparison.Ordinal)..]);
        Assert.Empty(parsed.Refusals);
        Assert.Equal(link, parsed.ToString());
    }

    [Theory]
    [InlineData("?sessions=4", "sessions=4, which can be 2 or 3")]
    [InlineData("?sessions=-2", "sessions=-2")]
    [InlineData("?sessions=", "can be 2 or 3")]
    [InlineData("?run=yes", "run=yes")]
    [InlineData("?outcome=7", "outcome=7, which is no letter")]
    [InlineData("?outcome=ABCD", "outcome=ABCD")]
    [InlineData("?page=0", "page=0")]
    [InlineData("?page=99999999999999", "page=99999999999999")]
    [InlineData("?workers=3", "“workers”, which this page does not know")]
    [InlineData("?sessions=2&sessions=3", "“sessions” twice")]
    public void Parse_WhatNobodyUnderstands_IsSaidAndLeftOut(string query, string words)
    {
        var link = ExploreLink.Parse(query);
        Assert.Contains(words, Assert.Single(link.Refusals));
        Assert.Equal((2, false, null, 1), (link.Sessions, link.Run, link.Outcome, link.Page));
    }

    [Theory]
    [InlineData(0, "A")]
    [InlineData(25, "Z")]
    [InlineData(26, "AA")]
    [InlineData(701, "ZZ")]
    [InlineData(702, "AAA")]
    public void OutcomeLetter_OfAnIndex_ReadsBack(int index, string letters)
    {
        Assert.Equal(letters, OutcomeLetter.Of(index));
        Assert.Equal(index, OutcomeLetter.Parse(letters));
    }

    [Fact]
    public void StepLink_ToASchedule_HasCommasBetweenEntriesAndNothingUnescapedInThem() => Assert.Equal(
        "/step?scenario=sign-up&strategy=a%26b&sessions=2&schedule=1.check,2.a%26b",
        StepLink.To("sign-up", "a&b", 2, [new ScheduledStep(1, "check"), new ScheduledStep(2, "a&b")]));
}
