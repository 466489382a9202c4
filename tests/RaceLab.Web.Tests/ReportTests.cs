using Bunit;
using RaceLab.Engine.Races;
using RaceLab.Web.Components.Races;
using RaceLab.Web.Races;
using RaceLab.Web.Tests.Doubles;

namespace RaceLab.Web.Tests;

public sealed class ReportTests : LabContext
{
    [Fact(Timeout = 30_000)]
    public void Latencies_PerAttemptAndStep_HaveTheirUnits()
    {
        var rows = Render<Report>(p => p.Add(r => r.Result, TestResults.Flawed())).FindAll(".latencies tbody tr");
        Assert.Equal("a whole attempt|4,210|11.2 ms|19.8 ms|22.4 ms|31.0 ms", Cells(rows[0]));
        Assert.Equal("insert|531|82 us|1.70 ms|3.30 ms|8.10 ms", Cells(rows[3]));
    }

    [Fact(Timeout = 30_000)]
    public void Rejections_NameTheConditionAndTheConstraint()
    {
        var result = TestResults.Sound() with { Rejections = [new RejectionCount("23505", "users_email_key", 1290, "duplicate key value violates unique constraint \"users_email_key\"")] };
        var row = Render<Report>(p => p.Add(r => r.Result, result)).Find(".rejections tbody tr");
        Assert.Contains("23505", row.TextContent);
        Assert.Contains("unique_violation", row.TextContent);
        Assert.Contains("users_email_key", row.TextContent);
        Assert.Contains("1,290", row.TextContent);
    }

    [Fact(Timeout = 30_000)]
    public void Books_ThatDoNotBalance_AreMarked()
    {
        var result = TestResults.Flawed() with { Reconciliation = new Reconciliation(531, 530, 0, 0, 1, 0) };
        var books = Render<Report>(p => p.Add(r => r.Result, result)).Find(".books");
        Assert.Contains("unbalanced", books.ClassName);
        Assert.Contains("1 caller was told “created”, and the row is not there.", books.TextContent);
    }

    [Fact(Timeout = 30_000)]
    public void Books_WithLostAnswers_AddThemUp()
    {
        var result = TestResults.Flawed() with { Reconciliation = new Reconciliation(531, 533, 5, 2, 0, 0) };
        var sums = Render<Report>(p => p.Add(r => r.Result, result)).FindAll(".scales dd").Select(d => d.TextContent);
        Assert.Equal(["531", "+", "2", "=", "533"], sums);
    }

    [Fact(Timeout = 30_000)]
    public void Report_OfARaceThatNeverStarted_ShowsNoBooksAndDoesNotFail()
    {
        var refused = TestResults.Flawed() with { End = RaceEnd.Refused, Reconciliation = null, Invariants = [], Lanes = [], Snapshot = [], PostgresVersion = "" };
        Assert.Empty(Render<Report>(p => p.Add(r => r.Result, refused)).FindAll(".books"));
    }

    [Fact(Timeout = 30_000)]
    public void Offenders_ShowRowsOfOneKeyTogetherAndHowManyThereAre()
    {
        var invariants = new[] { TestResults.Duplicates(Promise(), Verdict.Kept, 40, 60, 60) };
        var table = Render<Offenders>(p => p.Add(o => o.Invariants, invariants));
        Assert.Equal(OffendingRows.Limit, table.FindAll("tbody tr").Count);
        Assert.Equal("learner-1@example.com", table.FindAll("tbody tr")[0].Children[1].TextContent);
        Assert.Equal(17, table.FindAll("tr.starts").Count);
        Assert.Contains("The first 50 of 100 rows", table.Markup);

        static Engine.Content.Promise Promise() => Engine.Content.Promise.Some;
    }

    [Fact(Timeout = 30_000)]
    public void Listing_ShowsSqlAsWrittenWithDepthAndRecovery()
    {
        var program = TestContent.Serializable.Program;
        var listing = Render<StepListing>(p => p.Add(l => l.Listing, Listing.Of(program)));
        var lines = listing.FindAll("li");
        Assert.Equal(program.Steps.Count, lines.Count);
        foreach (var (step, line) in program.Steps.Zip(lines))
        {
            Assert.Equal(step.Name, line.QuerySelector(".name")!.TextContent);
            Assert.Equal(step.IsRecovery, line.ClassList.Contains("recovery"));
            Assert.Contains($"--depth: {step.Depth}", line.GetAttribute("style"));
            if (step.Sql is not null) Assert.Equal(step.Sql.Written, line.QuerySelector("code")!.TextContent);
        }
    }

    [Fact(Timeout = 30_000)]
    public void Listing_OfAStepWithACondition_SaysWhenInContentsWords()
    {
        var lines = Render<StepListing>(p => p.Add(l => l.Listing, Listing.Of(TestContent.WithNotes))).FindAll("li");
        Assert.Null(lines[0].QuerySelector("small"));
        Assert.Equal("when not found in check", lines[1].QuerySelector("small")!.TextContent);
    }

    [Fact(Timeout = 30_000)]
    public void Listing_OfTwoRoles_ShowsEachUnderItsNameAndNumbersThemTogether()
    {
        var listing = Render<StepListing>(p => p.Add(l => l.Listing, Listing.Of(TestContent.WithRoles)));
        Assert.Equal(["reader", "row writer"], listing.FindAll("h3").Select(h => h.TextContent));
        Assert.Equal(["1 check", "2 insert"], listing.FindAll("ol").Select(l => $"{l.QuerySelector(".mark")!.TextContent} {l.QuerySelector(".name")!.TextContent}"));
        Assert.Empty(Render<StepListing>(p => p.Add(l => l.Listing, Listing.Of(TestContent.WithNotes))).FindAll("h3"));
    }

    private static string Cells(AngleSharp.Dom.IElement row) => string.Join('|', row.Children.Select(c => c.TextContent.Trim()));
}
