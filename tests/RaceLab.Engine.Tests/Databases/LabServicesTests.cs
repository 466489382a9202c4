using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using RaceLab.Engine.Clusters;
using RaceLab.Engine.Content;
using RaceLab.Engine.Databases;
using RaceLab.Engine.Programs;
using RaceLab.Engine.Races;
using RaceLab.Engine.Sessions;
using RaceLab.Engine.Settings;
using RaceLab.Engine.Tests.Contract;
using RaceLab.Engine.Tests.Races;

namespace RaceLab.Engine.Tests.Databases;

public sealed class LabServicesTests(TestPostgres postgres)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact(Timeout = 120_000)]
    public async Task Standby_HeldBack_ShowsACommitOnlyWhenItIsLetGo()
    {
        Skip(LabService.Replica);
        await using var database = await postgres.Lab.RentDatabaseAsync(Cancellation);
        await using var primary = NpgsqlDataSource.Create(database.ConnectionString);
        await using (var make = primary.CreateCommand("CREATE TABLE seen (id int)")) await make.ExecuteNonQueryAsync(Cancellation);
        await using var standby = await postgres.Lab.Services.RentStandbyAsync(Cancellation);
        await using var replica = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(standby.ConnectionStringFor(database.ConnectionString)) { Pooling = false }.ConnectionString);
        await standby.ReplayAndHoldAsync(Cancellation);

        await using (var insert = primary.CreateCommand("INSERT INTO seen VALUES (1)")) await insert.ExecuteNonQueryAsync(Cancellation);
        Assert.Equal(0L, await CountAsync(replica));
        await standby.ReplayAndHoldAsync(Cancellation);
        Assert.Equal(1L, await CountAsync(replica));

        var refused = await Assert.ThrowsAsync<PostgresException>(() => CountAsync(replica, "WITH i AS (INSERT INTO seen VALUES (2) RETURNING 1) SELECT count(*) FROM i"));
        Assert.Equal(PostgresErrorCodes.ReadOnlySqlTransaction, refused.SqlState);
    }

    [Fact(Timeout = 120_000)]
    public async Task Standby_ThatDies_IsReplaced()
    {
        Skip(LabService.Replica);
        await using (var standby = await postgres.Lab.Services.RentStandbyAsync(Cancellation))
        {
            await standby.ReplayAndHoldAsync(Cancellation);
            await standby.Cluster.DisposeAsync();
            Assert.Contains("replaced by a new one", (await Assert.ThrowsAsync<ServerRefusedException>(() => standby.ReplayAndHoldAsync(Cancellation))).Message, StringComparison.Ordinal);
        }

        await using var another = await postgres.Lab.Services.RentStandbyAsync(Cancellation);
        await another.ReplayAndHoldAsync(Cancellation);
    }

    [Fact(Timeout = 120_000)]
    public async Task KilledLab_WithAStandbyAndARedis_LeavesNothing()
    {
        Assert.SkipWhen(EmbeddedRedis.Find() is null, "There is no redis-server on this machine.");
        using var home = TemporaryHome.Make();
        await using var held = await HeldClusters.StartAsync(home.Path, ["lab", "standby", "redis"], Cancellation);
        Assert.Null(held.Refusal);

        await held.KillAsync(Cancellation);

        await Eventually.HoldsAsync(() => held.Clusters.All(cluster => !Eventually.Runs(cluster.ProcessId)), TimeSpan.FromSeconds(20), Cancellation);
        await Eventually.HoldsAsync(() => !Directory.EnumerateFileSystemEntries(home.Runs).Any(), TimeSpan.FromSeconds(20), Cancellation);
    }

    [Fact(Timeout = 120_000)]
    public async Task LabServers_WithAStandbyAndARedis_EndThemAll()
    {
        Assert.SkipWhen(EmbeddedRedis.Find() is null, "There is no redis-server on this machine.");
        using var home = TemporaryHome.Make();
        await using (var servers = await LabServers.StartAsync(new LabServersOptions { Home = home.Path, WithState = false }, NullLoggerFactory.Instance, Cancellation))
        {
            await using (var standby = await servers.Lab.Services.RentStandbyAsync(Cancellation)) await standby.ReplayBehindAsync(TimeSpan.FromMilliseconds(5), Cancellation);
            Assert.NotNull(await servers.Lab.Services.RedisAsync(Cancellation));
            Assert.True(Directory.EnumerateDirectories(home.Runs).Count() >= 3);
        }

        await Eventually.HoldsAsync(() => !Directory.EnumerateFileSystemEntries(home.Runs).Any(), TimeSpan.FromSeconds(20), Cancellation);
    }

    [Fact(Timeout = 60_000)]
    public async Task Sweep_ARedisThatOutlivedItsLabAndItsGuardian_IsStopped()
    {
        Assert.SkipWhen(EmbeddedRedis.Find() is null || !OperatingSystem.IsLinux(), "There is no redis-server on this machine, or nobody can say what a process is.");
        using var home = TemporaryHome.Make();
        var left = Path.Combine(home.Runs, "00000000");
        var data = Path.Combine(left, "data");
        Directory.CreateDirectory(data);
        string[] arguments = ["--port", "0", "--unixsocket", Path.Combine(left, "redis.sock"), "--dir", data, "--pidfile", Path.Combine(data, LeftoverServer.RedisPidFile), "--save", ""];
        using var redis = Process.Start(new ProcessStartInfo(EmbeddedRedis.Find()!, arguments) { RedirectStandardOutput = true })!;
        await Eventually.HoldsAsync(() => File.Exists(Path.Combine(left, "redis.sock")) && new FileInfo(Path.Combine(data, LeftoverServer.RedisPidFile)) is { Exists: true, Length: > 0 }, TimeSpan.FromSeconds(20), Cancellation);

        Assert.True(await LeftoverServer.StopAsync(data, fast: false, Cancellation));
        await redis.WaitForExitAsync(Cancellation);
    }

    [Fact(Timeout = 120_000)]
    public async Task Redis_ThatGoesAway_IsToldInWords()
    {
        Assert.SkipWhen(EmbeddedRedis.Find() is null, "There is no redis-server on this machine.");
        using var home = TemporaryHome.Make();
        await using var redis = await EmbeddedRedis.StartAsync(EmbeddedRedis.Find()!, home.Path, Cancellation);
        await using var connection = await RedisConnection.OpenAsync(redis.Address, Cancellation);
        await connection.AskAsync(r => r.PingAsync());
        await redis.DisposeAsync();
        var gone = await Assert.ThrowsAsync<ServerRefusedException>(() => connection.AskAsync(r => r.PingAsync()));
        Assert.Contains("went away", gone.Message, StringComparison.Ordinal);
        var absent = await Assert.ThrowsAsync<ServerRefusedException>(() => RedisConnection.OpenAsync(redis.Address, Cancellation));
        Assert.Contains("cannot be reached", absent.Message, StringComparison.Ordinal);
    }

    [Fact(Timeout = 120_000)]
    public async Task Redis_OverTls_IsTrustedByItsAuthorityAndWrongWaysInAreRefusedWithoutThePassword()
    {
        Assert.SkipWhen(EmbeddedRedis.Find() is null, "There is no redis-server on this machine.");
        using var server = await TlsRedis.StartAsync(Cancellation);
        var authority = $"?root-certificate={server.CertificateFile}";
        await using (var connection = await RedisConnection.OpenAsync(RedisAddress.Parse(server.For(TlsRedis.Password, authority)), Cancellation))
        {
            var gate = new Gate(BlockKind.Lease, "key", 0, null) { Lease = new LeaseRule(TimeSpan.FromMinutes(1), true) };
            var (first, second) = (new LeaseClient(connection, "racelab:tls", null), new LeaseClient(connection, "racelab:tls", null));
            string?[] values = ["key", "1", "1"];
            Assert.Equal(StatementEnd.Answered, (await first.TakeAsync(gate, values, Cancellation)).Kind);
            var waiting = second.TakeAsync(gate, values, Cancellation).AsTask();
            Assert.Equal(1, (await first.GiveBackAsync(gate, values)).Rows);
            Assert.Equal(StatementEnd.Answered, (await waiting).Kind);
        }

        foreach (var (address, expected) in (IEnumerable<(string, string)>)
        [
            (server.For(TlsRedis.Password), "certificate"),
            (server.For("hunter2-wrong", authority), "refused the log-in"),
            (server.For(TlsRedis.Password).Replace("rediss:", "redis:", StringComparison.Ordinal), "rediss://"),
        ])
        {
            var refusal = await Assert.ThrowsAsync<ServerRefusedException>(() => RedisConnection.OpenAsync(RedisAddress.Parse(address), Cancellation));
            Assert.Contains(expected, refusal.Message, StringComparison.Ordinal);
            Assert.DoesNotContain("hunter2", refusal.ToString(), StringComparison.Ordinal);
        }
    }

    [Fact(Timeout = 120_000)]
    public async Task Race_WhoseRedisIsKilled_IsInterruptedInWordsAndTheNextOneHasAnother()
    {
        Assert.SkipWhen(EmbeddedRedis.Find() is null, "There is no redis-server on this machine.");
        using var home = TemporaryHome.Make();
        await using var servers = await LabServers.StartAsync(new LabServersOptions { Home = home.Path, WithState = false }, NullLoggerFactory.Instance, Cancellation);
        await using var registry = new RaceRegistry(
            new RaceRunner(servers.Lab, TimeProvider.System, NullLogger<RaceRunner>.Instance), new NoArchive(), TimeProvider.System, NullLogger<RaceRegistry>.Instance);
        var workload = new Workload { Workers = 4, Keys = 1000, Duration = TimeSpan.FromSeconds(30) };
        var request = SmallScenario.Request(workload, Promise.Some, null, new WithinStep(BlockKind.Lease, null, null, ErrorRules.None,
            [SmallScenario.Sql("insert", "INSERT INTO things (name, attempt) VALUES (@key, @attempt)"), new SayStep(Outcome.Created, null, 1)], 1)
        {
            Variable = "key",
            Lease = new LeaseRule(TimeSpan.FromSeconds(1), true),
        });
        var race = registry.Start(request, "test");
        for (var version = 0; race.State is not (RaceState.Running or RaceState.Over);) version = await race.WaitForChangeAsync(version, Cancellation);
        using (var redis = Process.GetProcessById(servers.Lab.Services.RedisProcessId!.Value)) redis.Kill();

        var result = await race.Completion.WaitAsync(Cancellation);
        Assert.Equal(RaceEnd.Interrupted, result.End);
        Assert.Contains("no verdict", result.Problem, StringComparison.Ordinal);
        Assert.Contains("Redis at", result.Problem, StringComparison.Ordinal);

        // The guardian's child is gone before the lab is asked again.
        await Eventually.HoldsAsync(() => servers.Lab.Services.RedisProcessId is not { } gone || !Eventually.Runs(gone), TimeSpan.FromSeconds(20), Cancellation);
        await using var another = await RedisConnection.OpenAsync(await servers.Lab.Services.RedisAsync(Cancellation), Cancellation);
        await another.AskAsync(r => r.PingAsync());
    }

    [Fact]
    public void LackOf_NothingBesideTheDatabase_SaysWhatIsMissing()
    {
        Assert.Contains("ConnectionStrings:Lab", LabServices.None.LackOf(LabService.Replica), StringComparison.Ordinal);
        Assert.Contains("install redis-server", LabServices.None.LackOf(LabService.Redis), StringComparison.Ordinal);
    }

    private void Skip(LabService service) => Assert.SkipWhen(postgres.Lab.Services.LackOf(service) is not null, postgres.Lab.Services.LackOf(service) ?? "");

    private static async Task<long> CountAsync(NpgsqlDataSource source, string sql = "SELECT count(*) FROM seen")
    {
        await using var command = source.CreateCommand(sql);
        return (long)(await command.ExecuteScalarAsync(Cancellation))!;
    }
}
