using RaceLab.Engine.Content;
using RaceLab.Engine.Schedules;

namespace RaceLab.Engine.Tests.Schedules;

public class OrderBoundTests(TestPostgres postgres)
{
    /// <summary>The turns of a session follow from the steps, so that the number of orders does: C(n + n, n) for two sessions.</summary>
    [Theory]
    [InlineData("sign-up", "check-then-insert", 2, 0, 6)] // check, insert
    [InlineData("sign-up", "check-then-insert", 3, 0, 90)]
    [InlineData("lost-update", "repeatable-read-with-retry", 2, 0, 70)] // begin, read, write, commit
    [InlineData("lost-update", "repeatable-read-with-retry", 2, 2, 2_704_156)] // the same three times
    [InlineData("payments", "no-key", 2, 0, 12_870)] // pay and crash, on three deliveries, of which two are turns
    public void Of_Steps_CountsTheOrdersOfTheLongestAttempts(string scenarioId, string strategyId, int sessions, int retriesAtMost, long expected)
    {
        var (scenario, strategy) = Find(scenarioId, strategyId);
        Assert.Equal(expected, OrderBound.Of(scenario, strategy, sessions, retriesAtMost)!.Value);
    }

    [Theory]
    [InlineData("deadlock", "in-the-baskets-order")] // a loop
    [InlineData("stale-replica", "check-on-replica")] // a standby
    [InlineData("distributed-lock", "short-lease")] // a lease that runs out
    public void Of_TurnsThatTheStepsDoNotTell_SaysNothing(string scenarioId, string strategyId)
    {
        var (scenario, strategy) = Find(scenarioId, strategyId);
        Assert.Null(OrderBound.Of(scenario, strategy, 2));
        Assert.Equal(Explorer.MaximumRuns, OrderBound.RunsAtMost(scenario, strategy, 2));
    }

    [Fact]
    public void RunsAtMost_FewOrders_IsOneForEach()
    {
        var (scenario, strategy) = Find("sign-up", "check-then-insert");
        Assert.Equal(6, OrderBound.RunsAtMost(scenario, strategy, 2));
    }

    [Theory(Timeout = 120_000)]
    [InlineData("sign-up", "check-then-insert", false)]
    [InlineData("lost-update", "repeatable-read-with-retry", true)]
    [InlineData("payments", "no-key", false)] // a delivery sends the same steps again, and that is no retry
    public async Task CountsRetries_WhatWasExplored_IsKnownByTheBlocksThatRanAgain(string scenarioId, string strategyId, bool expected)
    {
        var cancellation = TestContext.Current.CancellationToken;
        var (scenario, strategy) = Find(scenarioId, strategyId);

        var explored = await new Explorer(postgres.Lab, TimeProvider.System).ExploreAsync(scenario, strategy, 2, null, cancellation);

        Assert.Equal(expected, OrderBound.CountsRetries(explored, strategy.Program));
        if (OrderBound.Of(scenario, strategy, 2) is { } most) Assert.True(explored.Orders <= most, $"{explored.Orders} orders, and {most} were said to be the most");
        Assert.InRange(explored.Runs, 1, OrderBound.RunsAtMost(scenario, strategy, 2));
    }

    [Fact(Timeout = 120_000)]
    public async Task CountsRetries_StepOfALoopThatIsSentAgain_IsNoRetry()
    {
        var (scenario, strategy) = Find("sign-up", "check-then-insert");
        var (_, looping) = Find("deadlock", "retry");
        var explored = await new Explorer(postgres.Lab, TimeProvider.System).ExploreAsync(scenario, strategy, 2, null, TestContext.Current.CancellationToken);

        Assert.False(OrderBound.CountsRetries(explored with { Schedules = [Of("begin", "reserve", "reserve")], Outcomes = [] }, looping.Program));
        Assert.True(OrderBound.CountsRetries(explored with { Schedules = [Of("begin", "reserve", "rollback", "begin", "reserve")], Outcomes = [] }, looping.Program));

        static ExploredSchedule Of(params string[] steps) => new([.. steps.Select((s, i) => new ExploredEntry(new ScheduledStep(1, s), [], i))], 0, 1);
    }

    private static (Scenario Scenario, Strategy Strategy) Find(string scenarioId, string strategyId)
    {
        var scenario = TestContent.Scenarios.Single(s => s.Id == scenarioId);
        return (scenario, scenario.FindStrategy(strategyId)!);
    }
}
