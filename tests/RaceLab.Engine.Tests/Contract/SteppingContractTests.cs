using Microsoft.Extensions.Logging.Abstractions;
using RaceLab.Engine.Content;
using RaceLab.Engine.Schedules;

namespace RaceLab.Engine.Tests.Contract;

/// <summary>Stepping shows more than a schedule's end; what it looks at on the way must not be noticed by what is looked at, whatever a strategy does.</summary>
public class SteppingContractTests(TestPostgres postgres)
{
    public static TheoryData<string, string> Strategies =>
        [.. TestContent.Scenarios.SelectMany(scenario => scenario.Strategies.Select(strategy => (scenario.Id, strategy.Id)))];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory(Timeout = 120_000)]
    [MemberData(nameof(Strategies))]
    public async Task PlayAsync_SessionsInTurn_EndsAsItDoesWhenNobodyLooks(string scenarioId, string strategyId)
    {
        var (scenario, strategy) = await TestContent.FindAsync(postgres.Lab, scenarioId, strategyId, Cancellation);
        var seen = await StepAsync(scenario, strategy);
        var unseen = await new ScheduleRunner(postgres.Lab, TimeProvider.System).RunAsync(scenario, strategy, seen.Schedule, 2, Cancellation);
        Assert.Equal(unseen.Outcomes, seen.Result!.Outcomes);
        Assert.Equal(unseen.Rows, seen.Result.Rows);
        Assert.Equal(unseen.Played.Select(Line), seen.Result.Played.Select(Line));
    }

    /// <summary>Steps to the end, and gives the connections back: whoever keeps some while it asks for more may wait for ever.</summary>
    private async Task<StepperState> StepAsync(Scenario scenario, Strategy strategy)
    {
        await using var steppers = new Steppers(postgres.Lab, TimeProvider.System, new StepperOptions(), NullLogger<Steppers>.Instance);
        await using var stepper = steppers.Start(scenario, strategy, 2, [], 0);
        await stepper.GoToAsync(0).WaitAsync(Cancellation);
        for (var last = 2; stepper.State.Result is null;)
        {
            Assert.Equal((StepperPhase.Ready, null), (stepper.State.Phase, stepper.State.Notice));
            if (stepper.State.Environment is [var delivery, ..])
            {
                await stepper.PlayAsync(delivery).WaitAsync(Cancellation);
                continue;
            }

            var ready = stepper.State.Sessions.Where(s => s.IsReady).Select(s => s.Number).ToList();
            last = ready.Contains(3 - last) || ready.Count == 0 ? 3 - last : last;

            // Where both wait, it is asked for what cannot be until the server has ended one of the waits.
            await (ready.Count == 0 ? stepper.GoToAsync(stepper.State.Turns.Count) : stepper.PlayAsync(last)).WaitAsync(Cancellation);
        }

        return stepper.State;
    }

    private static string Line(PlayedStep step) => $"{step.Step} {step.Rows} {step.Error?.SqlState} {string.Join(',', step.BlockedBy)}";
}
