using RaceLab.Engine.Tests.Contract;

namespace RaceLab.Engine.Tests.Verdicts;

/// <summary>Every disagreement that was ever found, and cases of the same kinds: what the explorer says of them is what is true.</summary>
public sealed class VerdictCaseTests(TestPostgres postgres)
{
    private Judges Judges => new(postgres, TestContext.Current.CancellationToken);

    public static TheoryData<string> Cases => [.. VerdictCases.Names];

    [Theory(Timeout = 300_000)]
    [MemberData(nameof(Cases))]
    public async Task Explore_Case_SaysWhatIsTrue(string name)
    {
        var (program, truth) = VerdictCases.Read(name);
        var said = (await Judges.ReducedAsync(program)).ToString();
        Assert.True(truth == said, $"true is:\n{truth}\nand it says:\n{said}");
    }

    /// <summary>What the files call true is what orders show that are played one by one, each on a new database.</summary>
    [Theory(Timeout = 600_000)]
    [MemberData(nameof(Cases))]
    public async Task Soak_Case_OrderByOrderOnNewDatabases_EndsAsItsFileSays(string name)
    {
        Assert.SkipUnless(Soak.IsAskedFor, Soak.Reason);
        var (program, truth) = VerdictCases.Read(name);
        var said = (await Judges.AfreshAsync(program)).ToString();
        Assert.True(truth == said, $"the file says:\n{truth}\nand true is:\n{said}");
    }
}
