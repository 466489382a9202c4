using RaceLab.Engine.Schedules;

namespace RaceLab.Engine.Tests.Verdicts;

/// <summary>The judges are worth something only if they notice a reduction that is wrong: one that forgets a single condition must say something else than what is true.</summary>
public sealed class MutationTests(TestPostgres postgres)
{
    private Judges Judges => new(postgres, TestContext.Current.CancellationToken);

    public static TheoryData<string> Forgotten => [.. Mutations.All.Select(m => m.Forgets)];

    [Fact]
    public void Mutations_InAll_AreMoreThanTwentyAndEachForgetsSomethingElse()
    {
        Assert.InRange(Mutations.All.Count, 20, 200);
        Assert.Distinct(Mutations.All.Select(m => m.Forgets));
    }

    [Theory(Timeout = 300_000)]
    [MemberData(nameof(Forgotten))]
    public async Task Explore_ByAReductionThatForgetsACondition_SaysWhatIsNotTrue(string forgets)
    {
        var mutation = Mutations.All.Single(m => m.Forgets == forgets);
        var (program, truth) = VerdictCases.Read(mutation.Case);
        var said = await Judges.WithAsync(program, footprint => mutation.Change(Reduction.Of(footprint)));
        Assert.NotEqual(truth, said.ToString());
    }
}
