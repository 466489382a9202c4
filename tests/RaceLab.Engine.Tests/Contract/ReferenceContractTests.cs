using Microsoft.Extensions.Logging.Abstractions;
using RaceLab.Engine.Content;
using RaceLab.Engine.Races;
using RaceLab.Engine.Schedules;

namespace RaceLab.Engine.Tests.Contract;

/// <summary>Holds the reference to what it claims: each SQLSTATE's button produces it, and each answer's proof proves it, on a real server.</summary>
public sealed class ReferenceContractTests(TestPostgres postgres)
{
    private const int Runs = 3;

    public static TheoryData<string, int> Productions => Numbered(TestContent.Catalogue.Articles, a => a.SqlState, a => a.ProducedBy);

    public static TheoryData<string, int> Proofs => Numbered(TestContent.Catalogue.Questions, q => q.Id, q => q.Proofs);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory(Timeout = 120_000)]
    [MemberData(nameof(Productions))]
    public Task Article_ProducedBy_RaisesItsSqlState(string sqlState, int number) =>
        HoldAsync(TestContent.Catalogue.Articles.Single(a => a.SqlState == sqlState).ProducedBy[number]);

    [Theory(Timeout = 120_000)]
    [MemberData(nameof(Proofs))]
    public Task Question_Proof_ShowsWhatItSays(string id, int number) =>
        HoldAsync(TestContent.Catalogue.Questions.Single(q => q.Id == id).Proofs[number]);

    private static TheoryData<string, int> Numbered<T>(IEnumerable<T> pages, Func<T, string> id, Func<T, IReadOnlyList<Demonstration>> demonstrations) =>
        [.. pages.SelectMany(p => demonstrations(p).Select((_, number) => (id(p), number)))];

    private async Task HoldAsync(Demonstration shown)
    {
        var (scenario, strategy) = await TestContent.FindAsync(postgres.Lab, shown.Scenario, shown.Strategy, Cancellation);
        if (shown.Race is { } size)
        {
            await RaceAsync(scenario, strategy, size, shown.Shows);
            return;
        }

        for (var run = 0; run < Runs; run++)
        {
            var result = await new ScheduleRunner(postgres.Lab, TimeProvider.System).RunAsync(scenario, strategy, shown.Schedule, shown.Sessions, Cancellation);
            Assert.Null(PuzzleVerdict.Of(shown.Shows, result).Missing);
        }
    }

    private async Task RaceAsync(Scenario scenario, Strategy strategy, RaceSize size, PuzzleGoal shows)
    {
        await using var registry = new RaceRegistry(
            new RaceRunner(postgres.Lab, TimeProvider.System, NullLogger<RaceRunner>.Instance), new NoArchive(), TimeProvider.System, NullLogger<RaceRegistry>.Instance);
        var workload = new Workload
        {
            Workers = size.Workers,
            Keys = size.Keys,
            Attempts = size.Attempts,
            Duration = null,
            PauseHigh = TimeSpan.FromMilliseconds(size.PauseMs),
        };
        var result = await registry.Start(new RaceRequest(scenario, strategy, workload), "test").Completion.WaitAsync(Cancellation);
        Assert.True(result.End == RaceEnd.Finished, $"{result.End}: {result.Problem}");
        if (shows.Raises is { } state) Assert.Contains(result.Rejections, r => r.SqlState == state);
        if (shows.Breaks is { } broken) Assert.Contains(result.Invariants, i => i.Name == broken.Name && i.Violations > 0);
    }
}
