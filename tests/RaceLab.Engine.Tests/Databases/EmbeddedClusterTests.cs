using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using RaceLab.Engine.Clusters;
using RaceLab.Engine.Sessions;

namespace RaceLab.Engine.Tests.Databases;

public sealed class EmbeddedClusterTests(TestPostgres postgres)
{
    /// <summary>What <see cref="EmbeddedCluster"/> promises of a lab that was killed.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact(Timeout = 60_000)]
    public async Task StartAsync_Lab_RunsWithProductionsDefaultsAndLeavesNothing()
    {
        using var home = TemporaryHome.Make();
        var cluster = await StartAsync(home.Lab);
        Assert.Equal("on", await ScalarAsync(cluster, "SHOW fsync"));
        Assert.Equal("on", await ScalarAsync(cluster, "SHOW synchronous_commit"));
        Assert.Equal("", await ScalarAsync(cluster, "SHOW listen_addresses"));
        Assert.Equal("260", await ScalarAsync(cluster, "SHOW max_connections"));
        Assert.Equal("UTF8", await ScalarAsync(cluster, "SHOW server_encoding"));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, ModeOf(cluster.RootDirectory));
        Assert.True(Eventually.Runs(cluster.ProcessId));

        await cluster.DisposeAsync();
        await cluster.DisposeAsync();

        Assert.False(Eventually.Runs(cluster.ProcessId));
        Assert.Empty(Directory.EnumerateFileSystemEntries(home.Runs));
    }

    [Fact(Timeout = 60_000)]
    public async Task StartAsync_LocaleAndServerVariablesOfTheShell_AreNotPassedOn()
    {
        using var home = TemporaryHome.Make();
        var command = new ServerUser(default(string)).Command("true", []);
        Assert.DoesNotContain(command.Environment.Keys, name => name.StartsWith("LC_", StringComparison.Ordinal) || name.StartsWith("PG", StringComparison.Ordinal));
        await using var cluster = await StartAsync(home.Lab);
        Assert.StartsWith("C", await ScalarAsync(cluster, "SELECT datcollate FROM pg_database WHERE datname = 'template0'"), StringComparison.Ordinal);
    }

    [Fact(Timeout = 120_000)]
    public async Task StartAsync_TwoLabsAtOnceWithoutTemplate_BothRunApart()
    {
        using var home = TemporaryHome.Make(warm: false);
        var clusters = await Task.WhenAll(StartAsync(home.Lab), StartAsync(home.Lab));
        await using var one = clusters[0];
        await using var two = clusters[1];
        Assert.NotEqual(one.RootDirectory, two.RootDirectory);
        Assert.Equal("1", await ScalarAsync(one, "SELECT 1"));
        Assert.Equal("1", await ScalarAsync(two, "SELECT 1"));
        Assert.Single(Directory.EnumerateFileSystemEntries(Path.Combine(home.Path, "templates")));
    }

    [Fact(Timeout = 120_000)]
    public async Task StartAsync_State_KeepsItsDataAndGivesASecondLabItsOwn()
    {
        using var home = TemporaryHome.Make();
        await using (var first = await StartAsync(home.State))
        {
            await ScalarAsync(first, "CREATE TABLE kept AS SELECT 42 AS answer");
            await using var second = await StartAsync(home.State);
            Assert.Equal(Path.Combine(home.Path, "state"), first.RootDirectory);
            Assert.Equal(Path.Combine(home.Path, "state-2"), second.RootDirectory);
        }

        await using var again = await StartAsync(home.State);
        Assert.Equal("42", await ScalarAsync(again, "SELECT answer FROM kept"));
        Assert.Equal("on", await ScalarAsync(again, "SHOW fsync"));
    }

    [Fact(Timeout = 60_000)]
    public async Task StartAsync_StateOfAnotherVersion_IsRefusedAndNotTouched()
    {
        using var home = TemporaryHome.Make();
        await (await StartAsync(home.State)).DisposeAsync();
        var version = Path.Combine(home.Path, "state", "data", "PG_VERSION");
        await File.WriteAllTextAsync(version, "12\n", Cancellation);
        var refusal = await Assert.ThrowsAsync<ServerRefusedException>(() => StartAsync(home.State));
        Assert.Contains("written by PostgreSQL 12", refusal.Message, StringComparison.Ordinal);
        Assert.True(File.Exists(version));
    }

    [Fact(Timeout = 60_000)]
    public async Task KilledLab_LeavesNoPostmaster()
    {
        using var home = TemporaryHome.Make();
        await using var held = await HeldClusters.StartAsync(home.Path, ["lab", "state"], Cancellation);
        Assert.Null(held.Refusal);

        await held.KillAsync(Cancellation);

        await Eventually.HoldsAsync(() => held.Clusters.All(cluster => !Eventually.Runs(cluster.ProcessId)), Patience, Cancellation);
        await Eventually.HoldsAsync(() => !Directory.EnumerateFileSystemEntries(home.Runs).Any(), Patience, Cancellation);

        await using var again = await StartAsync(home.State);
        Assert.Equal(held.Clusters[1].Directory, again.RootDirectory);
        Assert.Contains("database system was shut down at", await File.ReadAllTextAsync(Path.Combine(again.RootDirectory, "server.log"), Cancellation), StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task KilledLab_WithItsServerBusy_LeavesNoPostmaster()
    {
        using var home = TemporaryHome.Make();
        await using var held = await HeldClusters.StartAsync(home.Path, ["lab"], Cancellation);
        var (postmaster, directory) = held.Clusters[0];
        await using var source = NpgsqlDataSource.Create($"Host={directory};Username=postgres;Database=postgres;Pooling=false");
        var busy = Enumerable.Range(0, 20).Select(_ => Task.Run(async () =>
        {
            await using var command = source.CreateCommand("SELECT count(*) FROM generate_series(1, 1000000000)");
            command.CommandTimeout = 30;
            await command.ExecuteScalarAsync(Cancellation);
        }, Cancellation)).ToList();
        await using (var watching = source.CreateCommand("SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'SELECT count(*) FROM generate_series%'"))
            await Eventually.HoldsAsync(() => (long)watching.ExecuteScalar()! >= 20, TimeSpan.FromSeconds(20), Cancellation);

        await held.KillAsync(Cancellation);

        await Eventually.HoldsAsync(() => !Eventually.Runs(postmaster), Patience, Cancellation);
        foreach (var query in busy) await Assert.ThrowsAnyAsync<NpgsqlException>(() => query);
    }

    [Fact(Timeout = 60_000)]
    public async Task StartAsync_AsOrdinaryUser_RunsAsThatUser()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "Only root can start a process as somebody else; the other tests run as an ordinary user then.");
        using var home = TemporaryHome.Make(owner: "nobody", warm: false);
        await using var held = await HeldClusters.StartAsync(home.Path, ["lab", "state"], Cancellation, user: "nobody");
        Assert.Null(held.Refusal);
        var nobody = (await File.ReadAllLinesAsync("/etc/passwd", Cancellation)).First(line => line.StartsWith("nobody:", StringComparison.Ordinal)).Split(':')[2];
        foreach (var (postmaster, _) in held.Clusters)
            Assert.Contains($"Uid:\t{nobody}\t", await File.ReadAllTextAsync($"/proc/{postmaster}/status", Cancellation), StringComparison.Ordinal);

        await held.KillAsync(Cancellation);
        await Eventually.HoldsAsync(() => held.Clusters.All(cluster => !Eventually.Runs(cluster.ProcessId)), Patience, Cancellation);
    }

    [Fact(Timeout = 60_000)]
    public async Task StartAsync_AsOrdinaryUserInAForeignHome_IsRefusedInWords()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "Only root can start a process as somebody else.");
        using var home = TemporaryHome.Make();
        await using var held = await HeldClusters.StartAsync(home.Path, ["lab"], Cancellation, user: "nobody");
        Assert.NotNull(held.Refusal);
        Assert.Contains("denied", held.Refusal, StringComparison.OrdinalIgnoreCase);
    }

    [Fact(Timeout = 60_000)]
    public async Task StartAsync_LeftoverOfADeadLab_IsStoppedAndRemoved()
    {
        using var home = TemporaryHome.Make();
        await using var held = await HeldClusters.StartAsync(home.Path, ["lab"], Cancellation);
        var (postmaster, directory) = held.Clusters[0];

        // The worst case: lab and guardian are both killed. The guardian is the other process of the postmaster's session.
        var guardian = GuardianOf(postmaster);
        guardian.Kill();
        await held.KillAsync(Cancellation);
        Assert.True(Eventually.Runs(postmaster));

        await using var next = await StartAsync(home.Lab);

        // It has ended by now; how soon its entry disappears is up to the system's init, which inherited it.
        await Eventually.HoldsAsync(() => !Eventually.Runs(postmaster), TimeSpan.FromSeconds(30), Cancellation);
        Assert.False(Directory.Exists(directory));
        Assert.True(Eventually.Runs(next.ProcessId));
    }

    [Fact(Timeout = 60_000)]
    public async Task StartAsync_StaleDirectoryNamingAForeignPostmaster_LeavesThatAlone()
    {
        using var home = TemporaryHome.Make();
        await using var foreign = await StartAsync(TemporaryLab(TestPostgres.Home));
        var stale = Path.Combine(home.Runs, "00c0ffee");
        Directory.CreateDirectory(Path.Combine(stale, "data"));
        await File.WriteAllTextAsync(Path.Combine(stale, "data", "postmaster.pid"), $"{foreign.ProcessId}\n{stale}/data\n", Cancellation);
        await File.WriteAllTextAsync(stale + ".lock", "", Cancellation);

        await using var cluster = await StartAsync(home.Lab);

        Assert.False(Directory.Exists(stale));
        Assert.False(File.Exists(stale + ".lock"));
        Assert.Equal("1", await ScalarAsync(foreign, "SELECT 1"));
    }

    [Fact(Timeout = 60_000)]
    public async Task StartAsync_AnotherLabRuns_IsNotSwept()
    {
        using var home = TemporaryHome.Make();
        await using var held = await HeldClusters.StartAsync(home.Path, ["lab"], Cancellation);
        await using var own = await StartAsync(home.Lab);
        await (await StartAsync(home.Lab)).DisposeAsync();
        Assert.True(Eventually.Runs(held.Clusters[0].ProcessId));
        Assert.Equal("1", await ScalarAsync(own, "SELECT 1"));
    }

    [Fact(Timeout = 60_000)]
    public async Task StartAsync_HomeWithALongName_IsRefusedInWords()
    {
        var home = Path.Combine(Path.GetTempPath(), new string('a', 90));
        var refusal = await Assert.ThrowsAsync<ServerRefusedException>(() => StartAsync(TemporaryLab(home)));
        Assert.Contains("too long a name for a socket", refusal.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(home));
    }

    [Theory(Timeout = 60_000)]
    [InlineData("/proc/racelab")]
    [InlineData("/dev/null/racelab")]
    public async Task StartAsync_HomeThatCannotBeWritten_IsRefusedInWords(string home)
    {
        var refusal = await Assert.ThrowsAsync<ServerRefusedException>(() => StartAsync(TemporaryLab(home)));
        Assert.Contains("RACELAB_HOME", refusal.Message, StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task StartAsync_ServerThatDiesAtOnce_IsRefusedWithItsReason()
    {
        using var home = TemporaryHome.Make();
        await (await StartAsync(home.State)).DisposeAsync();
        await File.AppendAllTextAsync(Path.Combine(home.Path, "state", "data", "postgresql.conf"), "\nwork_mem = 'plenty'\n", Cancellation);
        var refusal = await Assert.ThrowsAsync<ServerRefusedException>(() => StartAsync(home.State));
        Assert.StartsWith("PostgreSQL did not start: ", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("configuration file", refusal.Message, StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task StartAsync_Cancelled_LeavesNothing()
    {
        using var home = TemporaryHome.Make();
        using var impatience = new CancellationTokenSource();
        var starting = EmbeddedCluster.StartAsync(home.Lab, NullLogger.Instance, impatience.Token);
        await Eventually.HoldsAsync(() => Directory.Exists(home.Runs) && Directory.EnumerateFileSystemEntries(home.Runs).Any(), TimeSpan.FromSeconds(20), Cancellation);
        await impatience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => starting);
        await Eventually.HoldsAsync(() => !Directory.EnumerateFileSystemEntries(home.Runs).Any(), Patience, Cancellation);
    }

    [Fact(Timeout = 60_000)]
    public async Task PostmasterKilled_DisposeAsync_LeavesNothing()
    {
        using var home = TemporaryHome.Make();
        var cluster = await StartAsync(home.Lab);
        using (var postmaster = Process.GetProcessById(cluster.ProcessId)) postmaster.Kill();
        await Eventually.HoldsAsync(() => !Eventually.Runs(cluster.ProcessId), TimeSpan.FromSeconds(10), Cancellation);
        await cluster.DisposeAsync();
        Assert.Empty(Directory.EnumerateFileSystemEntries(home.Runs));
    }

    [Fact(Timeout = 60_000)]
    public async Task DefaultDatabases_ForARacesRole_AreClosed()
    {
        await using var database = await postgres.Lab.RentDatabaseAsync(Cancellation);
        if (Environment.GetEnvironmentVariable("RACELAB_TEST_POSTGRES") is { Length: > 0 }) return;
        foreach (var other in new[] { "postgres", "template1" })
        {
            var target = new NpgsqlConnectionStringBuilder(database.ConnectionString) { Database = other };
            await using var connection = new NpgsqlConnection(target.ConnectionString);
            var refused = await Assert.ThrowsAsync<PostgresException>(() => connection.OpenAsync(Cancellation));
            Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, refused.SqlState);
        }
    }

    private static EmbeddedClusterOptions TemporaryLab(string home) => new() { Kind = ClusterKind.Lab, Home = home };

    private static Task<EmbeddedCluster> StartAsync(EmbeddedClusterOptions options) => EmbeddedCluster.StartAsync(options, NullLogger.Instance, Cancellation);

    private static async Task<string> ScalarAsync(EmbeddedCluster cluster, string sql)
    {
        var target = new NpgsqlConnectionStringBuilder(cluster.ConnectionString) { Pooling = false };
        await using var connection = new NpgsqlConnection(target.ConnectionString);
        await connection.OpenAsync(Cancellation);
        await using var command = new NpgsqlCommand(sql, connection);
        return Convert.ToString(await command.ExecuteScalarAsync(Cancellation), CultureInfo.InvariantCulture) ?? "";
    }

    private static UnixFileMode ModeOf(string path) => OperatingSystem.IsWindows() ? default : File.GetUnixFileMode(path);

    private static Process GuardianOf(int postmaster) => Process.GetProcesses().Single(process =>
        process.ProcessName == "sh" && process.SessionId == Process.GetProcessById(postmaster).SessionId);
}
