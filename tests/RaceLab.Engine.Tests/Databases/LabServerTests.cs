using System.Diagnostics;
using Dapper;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using RaceLab.Engine.Clusters;
using RaceLab.Engine.Databases;
using RaceLab.Engine.Sessions;
using RaceLab.Engine.Settings;

namespace RaceLab.Engine.Tests.Databases;

public sealed class LabServerTests(TestPostgres postgres)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact(Timeout = 60_000)]
    public async Task RentDatabaseAsync_Role_IsRestrictedAndOwnsItsSchema()
    {
        await using var database = await postgres.Lab.RentDatabaseAsync(Cancellation);
        await using var race = await OpenAsync(database.ConnectionString);
        Assert.Equal(
            "f,f,f,f,f",
            await race.ExecuteScalarAsync<string>("SELECT concat_ws(',', rolsuper, rolcreatedb, rolcreaterole, rolreplication, rolbypassrls) FROM pg_roles WHERE rolname = current_user"));
        Assert.Equal(database.Name, await race.ExecuteScalarAsync<string>("SELECT nspowner::regrole::text FROM pg_namespace WHERE nspname = 'public'"));
        await race.ExecuteAsync("CREATE TABLE users (id int); CREATE TEMP TABLE t (id int)");
        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, await SqlStateAsync(race, "CREATE DATABASE mine"));
        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, await SqlStateAsync(race, "CREATE ROLE friend"));
        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, await SqlStateAsync(race, "CREATE SCHEMA another"));
        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, await SqlStateAsync(race, "COPY users FROM PROGRAM 'id'"));
    }

    [Fact(Timeout = 60_000)]
    public async Task RentDatabaseAsync_TwoRaces_CannotEnterEachOthersDatabase()
    {
        await using var one = await postgres.Lab.RentDatabaseAsync(Cancellation);
        await using var two = await postgres.Lab.RentDatabaseAsync(Cancellation);
        Assert.NotEqual(one.Name, two.Name);
        var trespasser = new NpgsqlConnectionStringBuilder(one.ConnectionString) { Database = two.Name };
        var refused = await Assert.ThrowsAsync<PostgresException>(() => OpenAsync(trespasser.ConnectionString));
        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, refused.SqlState);
    }

    [Fact(Timeout = 60_000)]
    public async Task RentDatabaseAsync_TwoRaces_DoNotMeetInAdvisoryLocks()
    {
        await using var one = await postgres.Lab.RentDatabaseAsync(Cancellation);
        await using var two = await postgres.Lab.RentDatabaseAsync(Cancellation);
        await using var first = await OpenAsync(one.ConnectionString);
        await using var second = await OpenAsync(two.ConnectionString);
        Assert.True(await first.ExecuteScalarAsync<bool>("SELECT pg_try_advisory_lock(1)"));
        Assert.True(await second.ExecuteScalarAsync<bool>("SELECT pg_try_advisory_lock(1)"));
    }

    [Fact(Timeout = 60_000)]
    public async Task DisposeAsync_AfterAMessyRace_DatabaseIsCleanForTheNext()
    {
        await using var lab = await OpenLabAsync();
        var database = await lab.RentDatabaseAsync([.. lab.Extensions.Intersect(["btree_gist"])], Cancellation);
        await using var race = await OpenAsync(database.ConnectionString);
        await race.ExecuteAsync(
            $"""
            CREATE TABLE public.left_over (id int);
            CREATE FUNCTION public.count(int) RETURNS int LANGUAGE sql AS 'SELECT 1';
            SELECT lo_create(0);
            ALTER DEFAULT PRIVILEGES GRANT ALL ON TABLES TO PUBLIC;
            ALTER ROLE {database.Name} SET synchronous_commit = off;
            ALTER ROLE {database.Name} PASSWORD 'another';
            """);
        await race.ExecuteAsync("BEGIN; LOCK TABLE left_over; SELECT pg_advisory_lock(7)");
        await database.DisposeAsync();
        await database.DisposeAsync();
        await Assert.ThrowsAnyAsync<NpgsqlException>(() => race.ExecuteAsync("SELECT 1"));

        // Rented until it comes round again: it was cleaned and kept, not replaced.
        var rented = new List<RaceDatabase>();
        try
        {
            do rented.Add(await lab.RentDatabaseAsync(Cancellation));
            while (rented[^1].Name != database.Name && rented.Count < 8);
            var again = rented[^1];
            Assert.Equal(database.Name, again.Name);
            await using var next = await OpenAsync(again.ConnectionString);
            Assert.Equal(0, await next.ExecuteScalarAsync<int>("SELECT count(*)::int FROM pg_class WHERE relowner = current_user::regrole"));
            Assert.Equal(0, await next.ExecuteScalarAsync<int>("SELECT count(*)::int FROM pg_proc WHERE proowner = current_user::regrole"));
            Assert.Equal(0, await next.ExecuteScalarAsync<int>("SELECT count(*)::int FROM pg_largeobject_metadata"));
            Assert.Equal(0, await next.ExecuteScalarAsync<int>("SELECT count(*)::int FROM pg_default_acl"));
            Assert.Equal(0, await next.ExecuteScalarAsync<int>("SELECT count(*)::int FROM pg_locks WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"));
            Assert.Equal("on", await next.ExecuteScalarAsync<string>("SHOW synchronous_commit"));
            Assert.Equal("public", await next.ExecuteScalarAsync<string>("SELECT string_agg(nspname, ',') FROM pg_namespace WHERE nspowner = current_user::regrole"));
            Assert.Equal("plpgsql", await next.ExecuteScalarAsync<string>("SELECT string_agg(extname, ',') FROM pg_extension"));
            await next.ExecuteAsync("CREATE TABLE left_over (id int)");
        }
        finally
        {
            foreach (var each in rented) await each.DisposeAsync();
        }
    }

    [Fact(Timeout = 60_000)]
    public async Task DisposeAsync_DatabaseThatCannotBeCleaned_IsReplaced()
    {
        await using var lab = await OpenLabAsync();
        var database = await lab.RentDatabaseAsync(Cancellation);
        await using (var admin = await OpenAsync(postgres.AdminConnectionString)) await admin.ExecuteAsync($"DROP DATABASE {database.Name} WITH (FORCE)");
        await database.DisposeAsync();
        await using var next = await lab.RentDatabaseAsync(Cancellation);
        await using var race = await OpenAsync(next.ConnectionString);
        Assert.NotEqual(database.Name, next.Name);
    }

    [Fact(Timeout = 60_000)]
    public async Task WatcherConnectionString_LooksOnlyIntoCatalogues()
    {
        await using var database = await postgres.Lab.RentDatabaseAsync(Cancellation);
        await using var race = await OpenAsync(database.ConnectionString);
        await race.ExecuteAsync("CREATE TABLE users (id int)");
        await using var watcher = await OpenAsync(database.WatcherConnectionString);
        Assert.Equal(database.Name, await watcher.ExecuteScalarAsync<string>("SELECT current_database()"));
        Assert.Equal("pg_catalog", await watcher.ExecuteScalarAsync<string>("SHOW search_path"));
        Assert.Equal(1, await watcher.ExecuteScalarAsync<int>("SELECT count(*)::int FROM pg_stat_activity WHERE datname = current_database() AND usename = current_database()"));
        Assert.Equal(PostgresErrorCodes.UndefinedTable, await SqlStateAsync(watcher, "SELECT * FROM users"));
    }

    [Fact(Timeout = 60_000)]
    public async Task OpenAsync_AsAdministratorWhoIsNoSuperuser_WorksAndDropsEverythingAtTheEnd()
    {
        var name = $"racelab_test_{Guid.NewGuid():N}"[..24];
        await using var admin = await OpenAsync(postgres.AdminConnectionString);
        Assert.SkipWhen(admin.PostgreSqlVersion.Major < 15, "Until 14 the lab asks for a superuser.");
        await admin.ExecuteAsync($"CREATE ROLE {name} LOGIN CREATEDB CREATEROLE PASSWORD 'secret'; GRANT CONNECT ON DATABASE {admin.Database} TO {name}");
        try
        {
            var target = new NpgsqlConnectionStringBuilder(postgres.AdminConnectionString) { Username = name, Password = "secret" };
            string race;
            await using (var lab = await LabServer.OpenAsync(target.ConnectionString, NullLoggerFactory.Instance, Cancellation))
            {
                var database = await lab.RentDatabaseAsync(Cancellation);
                race = database.Name;
                await using (var connection = await OpenAsync(database.ConnectionString))
                {
                    await connection.ExecuteAsync("CREATE TABLE users (id int); BEGIN; LOCK TABLE users");
                    await database.DisposeAsync();
                }

                await using var again = await lab.RentDatabaseAsync(Cancellation);
                await using var next = await OpenAsync(again.ConnectionString);
                await next.ExecuteAsync("CREATE TABLE users (id int)");
            }

            var prefix = race[..(race.LastIndexOf('_') + 1)];
            Assert.Equal(0, await admin.ExecuteScalarAsync<int>("SELECT count(*)::int FROM pg_database WHERE starts_with(datname, @prefix)", new { prefix }));
            Assert.Equal(0, await admin.ExecuteScalarAsync<int>("SELECT count(*)::int FROM pg_roles WHERE starts_with(rolname, @prefix)", new { prefix }));
        }
        finally
        {
            await admin.ExecuteAsync($"DROP OWNED BY {name}; DROP ROLE {name}");
        }
    }

    [Fact(Timeout = 60_000)]
    public async Task OpenAsync_UserWithoutRights_IsRefusedInWords()
    {
        await using var database = await postgres.Lab.RentDatabaseAsync(Cancellation);
        var refusal = await Assert.ThrowsAsync<ServerRefusedException>(() => LabServer.OpenAsync(database.ConnectionString, NullLoggerFactory.Instance, Cancellation));
        Assert.Contains("may not create databases and roles", refusal.Message, StringComparison.Ordinal);
    }

    [Theory(Timeout = 60_000)]
    [InlineData("Host=127.0.0.1;Port=1;Username=me;Password=hunter2;Timeout=5", "127.0.0.1:1")]
    [InlineData("Host=no-such-machine.invalid;Username=me;Password=hunter2;Timeout=5", "no-such-machine.invalid:5432")]
    [InlineData("Host=/no/such/directory;Username=me;Password=hunter2", "/no/such/directory")]
    [InlineData("Password=hunter2;Nonsense=1", "cannot be read")]
    [InlineData("hunter2", "cannot be read")]
    [InlineData("", "names no host")]
    public async Task OpenAsync_ConnectionStringToNowhere_IsRefusedWithoutThePassword(string connectionString, string expected)
    {
        var refusal = await Assert.ThrowsAsync<ServerRefusedException>(() => LabServer.OpenAsync(connectionString, NullLoggerFactory.Instance, Cancellation));
        Assert.Contains(expected, refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", refusal.ToString(), StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task OpenAsync_DatabaseOrUserThatIsNotThere_IsRefusedInWords()
    {
        var target = new NpgsqlConnectionStringBuilder(postgres.AdminConnectionString) { Database = "nowhere" };
        var refusal = await Assert.ThrowsAsync<ServerRefusedException>(() => LabServer.OpenAsync(target.ConnectionString, NullLoggerFactory.Instance, Cancellation));
        Assert.Contains("no such database", refusal.Message, StringComparison.Ordinal);
        target = new NpgsqlConnectionStringBuilder(postgres.AdminConnectionString) { Username = "nobody_here" };
        refusal = await Assert.ThrowsAsync<ServerRefusedException>(() => LabServer.OpenAsync(target.ConnectionString, NullLoggerFactory.Instance, Cancellation));
        Assert.Contains("refused the log-in", refusal.Message, StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task Permits_AllTaken_FitTheServer()
    {
        // A state cluster, because it has few connections.
        using var home = TemporaryHome.Make();
        await using var cluster = await EmbeddedCluster.StartAsync(home.State, NullLogger.Instance, Cancellation);
        await using var lab = await LabServer.OpenAsync(cluster.ConnectionString, NullLoggerFactory.Instance, Cancellation);
        Assert.Equal(30 - 3 - LabServer.Headroom, lab.Permits.Total);
        await using var database = await lab.RentDatabaseAsync(Cancellation);
        using var all = await lab.Permits.TakeAsync(lab.Permits.Total, null, Cancellation);
        var connections = new List<NpgsqlConnection>();
        try
        {
            for (var i = 0; i < lab.Permits.Total; i++) connections.Add(await OpenAsync(database.ConnectionString));
            await using var watcher = await OpenAsync(database.WatcherConnectionString);
        }
        finally
        {
            foreach (var connection in connections) await connection.DisposeAsync();
        }
    }

    [Fact(Timeout = 60_000)]
    public async Task RentDatabaseAsync_ServerGone_IsRefusedAndDisposeDoesNotThrow()
    {
        using var home = TemporaryHome.Make();
        var cluster = await EmbeddedCluster.StartAsync(home.Lab, NullLogger.Instance, Cancellation);
        await using var lab = await LabServer.OpenAsync(cluster.ConnectionString, NullLoggerFactory.Instance, Cancellation);
        var databases = new List<RaceDatabase>();
        for (var i = 0; i < 4; i++) databases.Add(await lab.RentDatabaseAsync(Cancellation));
        await cluster.DisposeAsync();

        var refusal = await Assert.ThrowsAsync<ServerRefusedException>(() => lab.RentDatabaseAsync(Cancellation));
        Assert.Contains(cluster.RootDirectory, refusal.Message, StringComparison.Ordinal);
        foreach (var database in databases) await database.DisposeAsync();
    }

    [Fact(Timeout = 120_000)]
    public async Task LabServers_WithWarmTemplate_BothServersAreUpSoon()
    {
        using var home = TemporaryHome.Make();
        var options = new LabServersOptions { Home = home.Path };
        var waited = Stopwatch.StartNew();
        await using (var servers = await LabServers.StartAsync(options, NullLoggerFactory.Instance, Cancellation))
        {
            TestContext.Current.TestOutputHelper?.WriteLine($"Lab and state were up after {waited.ElapsedMilliseconds} ms.");
            await using var database = await servers.Lab.RentDatabaseAsync(Cancellation);
            Assert.NotNull(servers.State);
            Assert.Null(await servers.State.FindAsync("none", Cancellation));
        }

        Assert.Empty(Directory.EnumerateFileSystemEntries(home.Runs));
    }

    [Fact(Timeout = 60_000)]
    public async Task LabServers_OneServerRefused_LeavesNothingRunning()
    {
        using var home = TemporaryHome.Make();
        var options = new LabServersOptions { Home = home.Path, State = "Host=127.0.0.1;Port=1;Username=me" };
        await Assert.ThrowsAsync<ServerRefusedException>(() => LabServers.StartAsync(options, NullLoggerFactory.Instance, Cancellation));
        Assert.Empty(Directory.EnumerateFileSystemEntries(home.Runs));
    }

    private Task<LabServer> OpenLabAsync() => LabServer.OpenAsync(postgres.AdminConnectionString, NullLoggerFactory.Instance, Cancellation);

    private static async Task<NpgsqlConnection> OpenAsync(string connectionString)
    {
        var connection = new NpgsqlConnection(connectionString);
        try
        {
            await connection.OpenAsync(Cancellation);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    private static async Task<string> SqlStateAsync(NpgsqlConnection connection, string sql) =>
        (await Assert.ThrowsAsync<PostgresException>(() => connection.ExecuteAsync(sql))).SqlState;
}
