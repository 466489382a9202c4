using RaceLab.Engine.Applications;
using RaceLab.Engine.Programs;
using RaceLab.Engine.Sessions;

namespace RaceLab.Engine.Tests.Applications;

public sealed class GatesTests
{
    private static readonly Gate Mutex = new(BlockKind.Mutex, "key", 0, null);
    private static readonly Gate Flight = new(BlockKind.SingleFlight, "key", 0, null);
    private static readonly StatementResult Done = new(StatementEnd.Answered, 0);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact(Timeout = 10_000)]
    public async Task Mutex_SeveralForOneValue_EnterInTheOrderOfComing()
    {
        var gates = new Gates();
        await gates.EnterAsync(1, Mutex, "a", Cancellation);
        await gates.EnterAsync(4, Mutex, "b", Cancellation);
        var second = gates.EnterAsync(2, Mutex, "a", Cancellation);
        var third = gates.EnterAsync(3, Mutex, "a", Cancellation);
        Assert.Equal([(1, null), (2, 1), (3, 1), (4, null)], gates.Holds.Select(h => (h.Actor, h.WaitsFor)).Order());

        gates.Leave(1, Done);
        Assert.Equal(StatementEnd.Answered, (await second).Kind);
        Assert.False(third.IsCompleted);
        gates.Die(2);
        await third;
        gates.Leave(3, Done);
        gates.Leave(4, Done);
        Assert.Empty(gates.Holds);
    }

    [Fact(Timeout = 10_000)]
    public async Task SingleFlight_Waiting_AllGetTheAnswerAndTheNextMakesANewCall()
    {
        var gates = new Gates();
        await gates.EnterAsync(1, Flight, "a", Cancellation);
        var waiting = new[] { gates.EnterAsync(2, Flight, "a", Cancellation), gates.EnterAsync(3, Flight, "a", Cancellation) };
        gates.Leave(1, Done with { Told = Outcome.Found });
        Assert.All(await Task.WhenAll(waiting), r => Assert.Equal(Outcome.Found, r.Told));
        Assert.Null((await gates.EnterAsync(2, Flight, "a", Cancellation)).Told);
    }

    [Fact(Timeout = 10_000)]
    public async Task SingleFlight_CallDies_AllWhoWaitGetAnError()
    {
        var gates = new Gates();
        await gates.EnterAsync(1, Flight, "a", Cancellation);
        var waiting = gates.EnterAsync(2, Flight, "a", Cancellation);
        gates.Die(1);
        Assert.Equal((StatementEnd.Rejected, "08006"), ((await waiting).Kind, (await waiting).Error?.SqlState));
        Assert.Empty(gates.Holds);
    }

    [Fact(Timeout = 10_000)]
    public async Task Enter_GivenUp_DoesNotStandInTheWay()
    {
        var gates = new Gates();
        using var giveUp = new CancellationTokenSource();
        await gates.EnterAsync(1, Mutex, "a", Cancellation);
        var second = gates.EnterAsync(2, Mutex, "a", giveUp.Token);
        var third = gates.EnterAsync(3, Mutex, "a", Cancellation);
        await giveUp.CancelAsync();
        Assert.Equal(StatementEnd.Lost, (await second).Kind);
        gates.Leave(1, Done);
        await third;
        Assert.Equal([(3, null)], gates.Holds.Select(h => (h.Actor, h.WaitsFor)));
    }
}
