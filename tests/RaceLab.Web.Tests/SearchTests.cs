using Bunit;
using Microsoft.Extensions.DependencyInjection;
using RaceLab.Web.Components.Layout;
using RaceLab.Web.Components.Pages;
using RaceLab.Web.Search;
using RaceLab.Web.Tests.Doubles;

namespace RaceLab.Web.Tests;

public sealed class SearchTests : LabContext
{
    private static LabSearch Whole { get; } = LabSearch.In(TestContent.Whole);

    [Theory(Timeout = 30_000)]
    [InlineData("23505", "/reference/23505")]
    [InlineData("40p01", "/reference/40P01")]
    [InlineData("unique_violation", "/reference/23505")]
    [InlineData("deadlock detected", "/reference/40P01")]
    [InlineData("sign-up", "/scenarios/sign-up")]
    [InlineData("checklist", "/guides/review-checklist")]
    [InlineData("Does a transaction prevent", "/reference#does-a-transaction-help")]
    [InlineData("advisory wrong key", "/scenarios/sign-up#advisory-lock-on-the-wrong-key")]
    [InlineData("two accounts email", "/step?scenario=sign-up&puzzle=two-accounts")]
    public void Find_WhatAPageIsAbout_PutsThatPageFirst(string query, string address) =>
        Assert.Equal(address, Whole.Find(query)[0].Address);

    [Fact(Timeout = 30_000)]
    public void Find_TheBeginningOfAWord_FindsIt() =>
        Assert.Contains(Whole.Find("serializ"), h => h.Address == "/scenarios/sign-up#serializable");

    [Theory(Timeout = 30_000)]
    [InlineData("")]
    [InlineData("  -- ")]
    [InlineData(null)]
    [InlineData("nosuchwordanywhere")]
    [InlineData("23505 nosuchwordanywhere")]
    public void Find_NothingOrAWordThatNoPageHas_FindsNothing(string? query) => Assert.Empty(Whole.Find(query));

    [Fact(Timeout = 30_000)]
    public void Find_AnEndlessQuery_IsCutAndAnswered() => Assert.Empty(Whole.Find(new string('x', 100_000)));

    [Fact(Timeout = 30_000)]
    public void Plain_Markdown_LosesItsMarksAndItsLength()
    {
        Assert.Equal("Ask first: is it there?", SearchText.Plain("**Ask first**:\n is it [there](https://example.com)?"));
        Assert.InRange(SearchText.Plain(string.Join(' ', Enumerable.Repeat("word", 200))).Length, 100, 230);
    }

    [Fact(Timeout = 30_000)]
    public void Page_OpenedWithAQuery_ShowsHitsAndFollowsWhatIsTyped()
    {
        Services.AddSingleton(TestContent.Whole);
        Navigation.NavigateTo("/search?q=40P01");
        var page = Render<SearchPage>();
        Assert.Equal("/reference/40P01", page.Find(".hits a").GetAttribute("href"));

        page.Find("#search-words").Input("");
        Assert.Empty(page.FindAll(".hits li"));
        Assert.StartsWith("Type a SQLSTATE", page.Find("[role=status]").TextContent);

        page.Find("#search-words").Input("23505");
        page.Find("form").Submit();
        Assert.EndsWith("/search?q=23505", Navigation.Uri);
    }

    [Fact(Timeout = 30_000)]
    public void Box_Submitted_LeadsToTheSearchAndIsEmptyAgain()
    {
        var box = Render<SearchBox>();
        box.Find("input").Change(" on conflict ");
        box.Find("form").Submit();
        Assert.EndsWith("/search?q=on%20conflict", Navigation.Uri);
        Assert.True(string.IsNullOrEmpty(box.Find("input").GetAttribute("value")));
    }
}
