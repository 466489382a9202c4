using Npgsql;
using RaceLab.Engine.Databases;

namespace RaceLab.Engine.Tests.Databases;

/// <summary>What the lab takes from inside Npgsql and .NET is still there.</summary>
public sealed class SocketThreadsTests(TestPostgres postgres)
{
    private const string SocketThread = ".NET Sockets";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact(Timeout = 30_000)]
    public async Task TryJoin_OpenConnection_AnswersAreTakenOnTheThreadThatWaitsForItsSocket()
    {
        await using var connection = await OpenAsync();
        Assert.NotEqual(SocketThread, await WhoGoesOnAsync(connection));
        using var membership = new SocketThreads(1).TryJoin(connection);
        Assert.NotNull(membership);
        Assert.Equal(SocketThread, await WhoGoesOnAsync(connection));
    }

    [Fact(Timeout = 30_000)]
    public async Task TryJoin_MoreThanMayBe_NoneGoesOnThereUntilOneHasLeft()
    {
        var threads = new SocketThreads(1);
        await using var first = await OpenAsync();
        await using var second = await OpenAsync();
        using var stays = threads.TryJoin(first);
        using (threads.TryJoin(second))
            Assert.All([await WhoGoesOnAsync(first), await WhoGoesOnAsync(second)], name => Assert.NotEqual(SocketThread, name));
        Assert.Equal(SocketThread, await WhoGoesOnAsync(first));
    }

    [Fact(Timeout = 30_000)]
    public async Task TryJoin_ClosedConnection_ChangesNothing()
    {
        await using var connection = new NpgsqlConnection(postgres.AdminConnectionString);
        Assert.Null(new SocketThreads(1).TryJoin(connection));
    }

    private async Task<NpgsqlConnection> OpenAsync()
    {
        var connection = new NpgsqlConnection(postgres.AdminConnectionString);
        await connection.OpenAsync(Cancellation);
        return connection;
    }

    /// <summary>The name of the thread that goes on with an answer which is not there yet when it is awaited.</summary>
    private static async Task<string?> WhoGoesOnAsync(NpgsqlConnection connection)
    {
        await using var command = new NpgsqlCommand("SELECT pg_sleep(0.2)", connection);
        await command.ExecuteNonQueryAsync(CancellationToken.None).ConfigureAwait(false);
        var name = Thread.CurrentThread.Name;

        // Nobody else goes on there.
        await Task.Yield();
        return name;
    }
}
