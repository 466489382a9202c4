using Dapper;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using RaceLab.Engine.Clusters;
using RaceLab.Engine.Databases;

namespace RaceLab.Engine.Tests.Databases;

/// <summary>Labs that share a server: they do not meet, and what a dead one leaves is cleared away by the next.</summary>
public sealed class SharedServerTests(TestPostgres postgres)
{
    private static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(50);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact(Timeout = 60_000)]
    public async Task OpenAsync_LeftoversOfADeadLab_AreDropped()
    {
        var dead = await LeaveBehindAsync();
        await using var lab = await OpenAsync();
        await UntilGoneAsync(dead);
    }

    [Fact(Timeout = 60_000)]
    public async Task OpenAsync_DatabasesOfALivingLab_AreLeftAlone()
    {
        var dead = await LeaveBehindAsync();
        await using var living = await OpenAsync();
        await using var rented = await living.RentDatabaseAsync(Cancellation);
        await using var second = await OpenAsync();
        await using var third = await OpenAsync();
        await UntilGoneAsync(dead);

        Assert.True(await ExistsAsync(rented.Name));
        await using var race = new NpgsqlConnection(rented.ConnectionString);
        await race.OpenAsync(Cancellation);
        await using var own = await second.RentDatabaseAsync(Cancellation);
        Assert.NotEqual(rented.Name[..15], own.Name[..15]);
    }

    [Fact(Timeout = 60_000)]
    public async Task OpenAsync_LeftoverInWhichSomebodyIs_IsLeftAlone()
    {
        var used = await LeaveBehindAsync();
        var dead = await LeaveBehindAsync();
        await using (var inside = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(postgres.AdminConnectionString) { Database = used, Pooling = false }.ConnectionString))
        {
            await inside.OpenAsync(Cancellation);
            await using var lab = await OpenAsync();
            await UntilGoneAsync(dead);
            Assert.True(await ExistsAsync(used));
        }

        await DropAsync(used);
    }

    [Theory(Timeout = 60_000)]
    [InlineData("racelab_notes")]
    [InlineData("racelab_abcdef_1_mine")]
    [InlineData("racelabxabcdefx1")]
    public async Task OpenAsync_DatabaseWithANameOfItsOwn_IsLeftAlone(string name)
    {
        await using var admin = await ConnectAsync();
        await admin.ExecuteAsync($"CREATE DATABASE {name}");
        try
        {
            var dead = await LeaveBehindAsync();
            await using var lab = await OpenAsync();
            await UntilGoneAsync(dead);
            Assert.True(await ExistsAsync(name));
        }
        finally
        {
            await admin.ExecuteAsync($"DROP DATABASE {name}");
        }
    }

    [Fact(Timeout = 60_000)]
    public async Task Lease_SessionEnded_IsTakenAgainByTheSameLab()
    {
        await using var lab = await OpenAsync();
        await using var database = await lab.RentDatabaseAsync(Cancellation);
        var number = Convert.ToInt32(database.Name[8..14], 16);
        await using var admin = await ConnectAsync();
        const string Holder = "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND classid = @lockClass AND objid = @number";
        var parameters = new { lockClass = LabLease.LockClass, number };
        var first = await admin.ExecuteScalarAsync<int>(Holder, parameters);
        Assert.NotEqual(0, first);

        await admin.ExecuteAsync("SELECT pg_terminate_backend(@first)", new { first });
        int? second;
        do second = await admin.ExecuteScalarAsync<int?>(Holder, parameters);
        while (second is null || second == first);
    }

    [Fact(Timeout = 60_000)]
    public async Task DisposeAsync_LabEndsProperly_LeavesNothingAndNoLock()
    {
        string name;
        var log = new CollectedLog();
        await using (var lab = await OpenAsync(log))
        {
            var database = await lab.RentDatabaseAsync(Cancellation);
            name = database.Name;
            await database.DisposeAsync();
        }

        Assert.Empty(log.Text);
        Assert.False(await ExistsAsync(name));
        await using var admin = await ConnectAsync();
        var parameters = new { lockClass = LabLease.LockClass, number = Convert.ToInt32(name[8..14], 16) };

        // The server ends a session a moment after it was closed.
        while (await admin.ExecuteScalarAsync<bool>("SELECT EXISTS (SELECT FROM pg_locks WHERE classid = @lockClass AND objid = @number)", parameters))
            await Task.Delay(20, Cancellation);
    }

    private Task<LabServer> OpenAsync(ILoggerFactory? log = null) =>
        LabServer.OpenAsync(postgres.AdminConnectionString, isPrivate: false, Soon, LabServices.None, log ?? NullLoggerFactory.Instance, Cancellation);

    /// <summary>What is left of a lab that was killed: a database and a role, and nobody who holds the lab's lock.</summary>
    private async Task<string> LeaveBehindAsync()
    {
        var name = $"{LabLease.PrefixOf(LabLease.NewNumber())}1";
        await using var admin = await ConnectAsync();
        await admin.ExecuteAsync($"CREATE ROLE {name} LOGIN");
        await admin.ExecuteAsync($"CREATE DATABASE {name} TEMPLATE template0");
        await admin.ExecuteAsync($"GRANT CONNECT ON DATABASE {name} TO {name}");
        return name;
    }

    private async Task UntilGoneAsync(string name)
    {
        // The test's timeout is the deadline.
        while (await ExistsAsync(name)) await Task.Delay(20, Cancellation);
    }

    private async Task<bool> ExistsAsync(string name)
    {
        await using var admin = await ConnectAsync();
        return await admin.ExecuteScalarAsync<bool>(
            "SELECT EXISTS (SELECT FROM pg_database WHERE datname = @name) OR EXISTS (SELECT FROM pg_roles WHERE rolname = @name)", new { name });
    }

    private async Task DropAsync(string name)
    {
        await using var admin = await ConnectAsync();
        await admin.ExecuteAsync($"DROP DATABASE IF EXISTS {name} WITH (FORCE)");
        await admin.ExecuteAsync($"DROP ROLE IF EXISTS {name}");
    }

    private async Task<NpgsqlConnection> ConnectAsync()
    {
        var connection = new NpgsqlConnection(postgres.AdminConnectionString);
        await connection.OpenAsync(Cancellation);
        return connection;
    }
}
