using Bunit;
using RaceLab.Engine.TakeHome;
using RaceLab.Web.Components.Pages;
using RaceLab.Web.TakeHome;

namespace RaceLab.Web.Tests;

/// <summary>A strategy as code, on its page.</summary>
public sealed class TakeHomeTests : LabContext
{
    [Fact(Timeout = 30_000)]
    public void Show_AStrategy_IsTheFileInCSharp()
    {
        var page = Open("check-then-insert");
        Assert.Equal("CheckThenInsert.cs", page.Find(".name").TextContent);
        Assert.Equal(Code(TakeHomeLanguage.CSharp), page.Find("pre code").TextContent);
        Assert.StartsWith("// Sign-up stampede", page.Find("pre .comment").TextContent, StringComparison.Ordinal);
        Assert.Equal("csharp", page.Find("input[name=language][checked]").GetAttribute("value"));
        Assert.Equal(TakeHomeLanguages.ByWord.Count, page.FindAll("input[name=language]").Count);
    }

    [Fact(Timeout = 30_000)]
    public void Choose_AnotherLanguage_ShowsItAndIsInTheAddress()
    {
        var page = Open("check-then-insert");
        page.Find("input[value=python]").Click();
        Assert.EndsWith("/take-home/sign-up/check-then-insert?language=python", Navigation.Uri, StringComparison.Ordinal);
        Assert.Equal("check_then_insert.py", page.Find(".name").TextContent);
        Assert.Equal(Code(TakeHomeLanguage.Python), page.Find("pre code").TextContent);
    }

    [Fact(Timeout = 30_000)]
    public void Show_WhatALanguageCannotSay_SaysWhy()
    {
        var page = Open("serializable", "psql");
        Assert.Empty(page.FindAll("pre"));
        Assert.Equal("“SERIALIZABLE, with retry” cannot be said in psql, because it runs a block again after an error, and psql has no loops.", page.Find(".refused").TextContent);
    }

    [Theory(Timeout = 30_000)]
    [InlineData(true, "Copied.")]
    [InlineData(false, "Your browser does not let pages copy. The code is selected: press Ctrl+C.")]
    public void Copy_WithAndWithoutPermission_SaysWhatHappened(bool copied, string words)
    {
        var script = JSInterop.SetupModule("./Components/TakeHome/TakeHomePanel.razor.js");
        script.Setup<bool>("copy", _ => true).SetResult(copied);
        var page = Open("upsert");
        page.Find(".copy").Click();
        page.WaitForAssertion(() => Assert.Equal(words, page.Find("[role=status]").TextContent));
    }

    [Fact(Timeout = 30_000)]
    public void Show_UnknownStrategyOrLanguage_SaysSo()
    {
        Assert.Contains("has no strategy “nothing”", Open("nothing").Find("[role=alert]").TextContent, StringComparison.Ordinal);
        Assert.Contains("language=cobol", Open("upsert", "cobol").Find(".hint").TextContent, StringComparison.Ordinal);
    }

    [Fact(Timeout = 30_000)]
    public void Split_AnyFile_IsTheFileAgain()
    {
        var text = Code(TakeHomeLanguage.TypeScript);
        Assert.Equal(text, string.Concat(CodeLine.Split(text).Select(l => l.Text)));
    }

    private static string Code(TakeHomeLanguage language) =>
        ((TakeHomeFile)TakeHomeCode.Write(Doubles.TestContent.SignUp, Doubles.TestContent.CheckThenInsert, language)).Text;

    private IRenderedComponent<TakeHomePage> Open(string strategy, string? language = null)
    {
        Navigation.NavigateTo(TakeHomeLink.To("sign-up", strategy) + (language is null ? "" : $"?language={language}"));
        return Render<TakeHomePage>(p => p.Add(t => t.ScenarioId, "sign-up").Add(t => t.StrategyId, strategy));
    }
}
