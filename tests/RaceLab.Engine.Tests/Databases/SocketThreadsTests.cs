using Npgsql;
using RaceLab.Engine.Databases;

namespace RaceLab.Engine.Tests.Databases;

/// <summary>What the lab takes from inside Npgsql and .NET is still there.</summary>
public sealed class SocketThreadsTests(TestPostgres postgres)
{
    private const string SocketThread = ".NET Sockets";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact(Timeout = 30_000)]
    public async Task TryAnswerOn_OpenConnection_AnswersAreTakenOnTheThreadThatWaitsForItsSocket()
    {
        await using var connection = new NpgsqlConnection(postgres.AdminConnectionString);
        await connection.OpenAsync(Cancellation);
        Assert.NotEqual(SocketThread, await WhoGoesOnAsync(connection));
        Assert.True(SocketThreads.TryAnswerOn(connection));
        Assert.Equal(SocketThread, await WhoGoesOnAsync(connection));
    }

    [Fact(Timeout = 30_000)]
    public async Task TryAnswerOn_ClosedConnection_ChangesNothing()
    {
        await using var connection = new NpgsqlConnection(postgres.AdminConnectionString);
        Assert.False(SocketThreads.TryAnswerOn(connection));
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
