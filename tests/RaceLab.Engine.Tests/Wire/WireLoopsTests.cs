using RaceLab.Engine.Databases;
using RaceLab.Engine.Programs;
using RaceLab.Engine.Sessions;
using RaceLab.Engine.Wire;

namespace RaceLab.Engine.Tests.Wire;

public sealed class WireLoopsTests(TestPostgres postgres)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1, 2, 1)]
    [InlineData(7, 2, 1)]
    [InlineData(8, 2, 2)]
    [InlineData(64, 1, 1)]
    [InlineData(200, 2, 2)]
    [InlineData(200, 64, 4)]
    public void CountFor_WorkersAndProcessors_IsNeitherMoreThanEither(int workers, int processors, int expected) =>
        Assert.Equal(expected, WireLoops.CountFor(workers, processors));

    [Fact(Timeout = 60_000)]
    public async Task Here_ConnectionsOpenedOnALoop_BelongToIt()
    {
        await using var database = await postgres.Lab.RentDatabaseAsync(Cancellation);
        await using var loops = WireLoops.Start(3);
        await using var source = SessionSource.For(database.ConnectionString, new SessionSettings { ApplicationName = "racelab facts" }, loops);
        for (var worker = 0; worker < 7; worker++)
        {
            var loop = loops.Of(worker);
            Assert.Same(loops.Of(worker + 3), loop);
            Assert.Same(loop, await LoopOfWhatIsOpenedOnAsync(loop, source));
        }
    }

    private static async Task<WireLoop> LoopOfWhatIsOpenedOnAsync(WireLoop loop, SessionSource source)
    {
        await loop.EnterAsync();
        await using var session = await source.OpenAsync(SessionFacts.ProgramOf("SELECT 1"), StatementTarget.Primary, 0, prepare: true, Cancellation).ConfigureAwait(false);
        return Assert.IsType<WireSession>(session).Connection.Loop;
    }
}
