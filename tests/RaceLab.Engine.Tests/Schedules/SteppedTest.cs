using Microsoft.Extensions.Logging.Abstractions;
using RaceLab.Engine.Content;
using RaceLab.Engine.Races;
using RaceLab.Engine.Schedules;

namespace RaceLab.Engine.Tests.Schedules;

/// <summary>Opens stepped runs on the tests' server, and closes them.</summary>
public abstract class SteppedTest(TestPostgres postgres) : IAsyncDisposable
{
    private readonly List<IAsyncDisposable> _opened = [];

    protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    protected TestPostgres Postgres => postgres;

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        foreach (var opened in _opened) await opened.DisposeAsync();
    }

    protected static async Task PlayAsync(Stepper stepper, params int[] sessions)
    {
        foreach (var session in sessions)
        {
            await stepper.PlayAsync(session).WaitAsync(Cancellation);
            Assert.Null(stepper.State.Notice);
        }
    }

    protected static async Task UntilAsync(Stepper stepper, Func<StepperState, bool> holds)
    {
        var there = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        stepper.Changed += Look;
        Look();
        await there.Task.WaitAsync(Cancellation);
        stepper.Changed -= Look;

        void Look()
        {
            if (holds(stepper.State)) there.TrySetResult();
        }
    }

    protected async Task<Stepper> OpenAsync(RaceRequest request)
    {
        var stepper = Start(request, 2, [], 0);
        await UntilAsync(stepper, s => s.Phase is StepperPhase.Ready or StepperPhase.Closed);
        Assert.Null(stepper.State.Notice);
        return stepper;
    }

    protected Stepper Start(RaceRequest request, int sessions, IReadOnlyList<ScheduledStep> schedule, int position)
    {
        var steppers = new Steppers(postgres.Lab, TimeProvider.System, new StepperOptions(), NullLogger<Steppers>.Instance);
        _opened.Add(steppers);
        return steppers.Start(request.Scenario, request.Strategy, sessions, schedule, position);
    }
}
