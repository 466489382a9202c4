using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Npgsql;
using RaceLab.Engine.Clusters;
using RaceLab.Engine.Content;
using RaceLab.Engine.Databases;
using RaceLab.Engine.Races;
using RaceLab.Engine.Schedules;
using RaceLab.Engine.Sessions;
using RaceLab.Engine.Settings;
using RaceLab.Engine.Tests.Races;

namespace RaceLab.Engine.Tests.Databases;

/// <summary>A lab on a server that somebody else runs: TCP, scram, TLS, no superuser.</summary>
public sealed class ForeignServerTests
{
    private static readonly Workload Small = new() { Workers = 4, Keys = 5, Attempts = 5, Duration = null };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory(Timeout = 120_000)]
    [InlineData(TcpServer.Administrator)]
    [InlineData(TcpServer.Superuser)]
    public async Task Race_OverTlsWithScram_IsRacedAndKeptAndNoPasswordIsWrittenAnywhere(string user)
    {
        using var home = TemporaryHome.Make();
        await using var server = await TcpServer.StartAsync(home, Cancellation);
        using var log = new CollectedLog();
        var options = new LabServersOptions
        {
            Home = home.Path,
            Lab = server.Trusting(user),
            State = new NpgsqlConnectionStringBuilder(server.Trusting(user)) { Database = "state" }.ConnectionString,
        };
        var racePassword = await RaceAndKeepAsync(options, log, [TcpServer.Password], Cancellation);

        var statements = await server.ReadLogAsync(Cancellation);
        Assert.Contains("CREATE DATABASE racelab_", statements, StringComparison.Ordinal);
        foreach (var password in (string[])[TcpServer.Password, racePassword])
            Assert.DoesNotContain(password, statements[statements.IndexOf("CREATE DATABASE racelab_", StringComparison.Ordinal)..], StringComparison.Ordinal);
    }

    [Fact(Timeout = 120_000)]
    public async Task Explore_WhatTheWireEngineDoesNotKnow_IsExploredOnNpgsqlWithTheSameOutcomes()
    {
        using var home = TemporaryHome.Make();
        await using var server = await TcpServer.StartAsync(home, Cancellation);
        var request = SmallScenario.Naive(Small);
        var outcomes = new List<string>();
        foreach (var (connectionString, engine) in (IEnumerable<(string, RaceEngine)>)
        [
            (server.Trusting(TcpServer.Superuser), RaceEngine.Wire),
            (server.Trusting(TcpServer.Superuser) + ";Channel Binding=Require", RaceEngine.Npgsql),
        ])
        {
            using var log = new CollectedLog();
            await using var lab = await LabServer.OpenAsync(connectionString, log, Cancellation);
            var explored = await new Explorer(lab, TimeProvider.System).ExploreAsync(request.Scenario, request.Strategy, 2, null, Cancellation);
            Assert.Equal(engine, explored.Engine);
            outcomes.Add(string.Join(' ', explored.Outcomes.Select(o => $"{o.Rows} {o.Orders} {string.Join(' ', o.Witness)}")));
        }

        Assert.Equal(outcomes[0], outcomes[1]);
    }

    [Fact(Timeout = 120_000)]
    public async Task OpenAsync_WrongWaysIn_AreRefusedInWordsWithoutThePassword()
    {
        using var home = TemporaryHome.Make();
        await using var server = await TcpServer.StartAsync(home, Cancellation);
        var admin = TcpServer.Administrator;
        foreach (var (connectionString, expected) in (IEnumerable<(string, string)>)
        [
            (server.For(admin, "SSL Mode=VerifyFull"), "Root Certificate="),
            (server.For(admin, "SSL Mode=Disable"), "refused the log-in"),
            (server.Trusting("nobody_here"), "refused the log-in"),
            (server.Trusting(admin).Replace(TcpServer.Password, "hunter2-wrong", StringComparison.Ordinal), "Correct the user or the password"),
            (server.Trusting(admin).Replace($"Password={TcpServer.Password};", "", StringComparison.Ordinal), "assword"),
            (server.Trusting(admin).Replace("Database=postgres", "Database=nowhere", StringComparison.Ordinal), "no such database"),
        ])
        {
            using var log = new CollectedLog();
            var refusal = await Assert.ThrowsAsync<ServerRefusedException>(() => LabServer.OpenAsync(connectionString, log, Cancellation));
            Assert.Contains(expected, refusal.Message, StringComparison.Ordinal);
            Assert.DoesNotContain("hunter2", refusal + log.Text, StringComparison.Ordinal);
        }
    }

    [Fact(Timeout = 120_000)]
    public async Task Race_StrangersHoldEveryConnection_QueuesAndRunsWhenTheyLeave()
    {
        // A state cluster, because it has few connections.
        using var home = TemporaryHome.Make();
        await using var cluster = await EmbeddedCluster.StartAsync(home.State, NullLogger.Instance, Cancellation);
        await using var lab = await LabServer.OpenAsync(cluster.ConnectionString, NullLoggerFactory.Instance, Cancellation);
        var strangers = new List<NpgsqlConnection>();
        var crowd = new NpgsqlConnectionStringBuilder(cluster.ConnectionString) { Pooling = false }.ConnectionString;
        try
        {
            await Assert.ThrowsAsync<PostgresException>(async () =>
            {
                while (true)
                {
                    var stranger = new NpgsqlConnection(crowd);
                    strangers.Add(stranger);
                    await stranger.OpenAsync(Cancellation);
                }
            });
            await using var registry = new RaceRegistry(
                new RaceRunner(lab, TimeProvider.System, NullLogger<RaceRunner>.Instance), new Contract.NoArchive(), TimeProvider.System, NullLogger<RaceRegistry>.Instance);
            var race = registry.Start(SmallScenario.Naive(Small), "me");
            var sawPreparing = false;
            for (var version = 0; !race.IsCrowdedOut; version = await race.WaitForChangeAsync(version, Cancellation))
                sawPreparing |= race.State == RaceState.Preparing;
            Assert.True(sawPreparing);
            Assert.Equal(RaceState.Queued, race.State);

            foreach (var stranger in strangers) await stranger.DisposeAsync();
            var result = await race.Completion.WaitAsync(Cancellation);
            Assert.True(result.End == RaceEnd.Finished, result.Problem);
            Assert.Equal(20, result.Attempts.Total);
            Assert.False(race.IsCrowdedOut);
        }
        finally
        {
            foreach (var stranger in strangers) await stranger.DisposeAsync();
        }
    }

    [Fact(Timeout = 30_000)]
    public async Task OutlastAsync_ServerStaysFull_GivesUpWithItsWords()
    {
        var waits = 0;
        var full = new PostgresException("sorry, too many clients already", "FATAL", "FATAL", "53300");
        var time = new FakeTimeProvider();
        var began = time.GetUtcNow();
        var trying = FullServer.OutlastAsync<int>(
            () => throw new ServerRefusedException("A worker could not connect.", full), () => waits++, FullServer.Patience, time, Cancellation);
        while (!trying.IsCompleted)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        var thrown = await Assert.ThrowsAsync<ServerRefusedException>(() => trying);
        Assert.Same(full, thrown.InnerException);
        Assert.True(time.GetUtcNow() - began >= FullServer.Patience, "it gave up before");
        Assert.InRange(waits, 1, 40);
    }

    [Fact(Timeout = 30_000)]
    public async Task OutlastAsync_OtherTrouble_IsNotRepeated()
    {
        var tries = 0;
        await Assert.ThrowsAsync<ServerRefusedException>(() => FullServer.OutlastAsync<int>(
            () => throw new ServerRefusedException($"It was try {++tries}."), null, FullServer.Patience, TimeProvider.System, Cancellation));
        Assert.Equal(1, tries);
    }

    /// <summary>Races on servers of somebody else's, keeps the race there, and finds no password in the log or in the document.</summary>
    /// <returns>The password of the races' role.</returns>
    internal static async Task<string> RaceAndKeepAsync(LabServersOptions options, CollectedLog log, IReadOnlyList<string> passwords, CancellationToken cancellation)
    {
        RaceResult result;
        string racePassword;
        await using (var servers = await LabServers.StartAsync(options, log, cancellation))
        {
            var superuser = await IsSuperuserAsync(options.Lab!, cancellation);
            Assert.SkipWhen(servers.Lab.Version.Major < 15 && !superuser, "Until 14 the lab asks for a superuser.");
            Assert.Null(await servers.Lab.FindLackAsync(new Needs(Needs.OldestPostgres, [.. Enum.GetValues<ServerBehaviour>()]), cancellation));
            await using (var database = await servers.Lab.RentDatabaseAsync(cancellation))
                racePassword = new NpgsqlConnectionStringBuilder(database.ConnectionString).Password!;
            await using var registry = new RaceRegistry(
                new RaceRunner(servers.Lab, TimeProvider.System, log.Typed<RaceRunner>()), servers.State!, TimeProvider.System, log.Typed<RaceRegistry>());
            var race = registry.Start(SmallScenario.Locked(Small), "me");
            result = await race.Completion.WaitAsync(cancellation);
            await registry.DisposeAsync();
            Assert.NotNull(await servers.State!.FindAsync(race.Id, cancellation));
        }

        Assert.True(result.End == RaceEnd.Finished, result.Problem);
        Assert.Equal(5, result.Attempts.Created);
        foreach (var written in (string[])[log.Text, RaceDocument.From(result).ToJson()])
            foreach (var password in (string[])[.. passwords, racePassword]) Assert.DoesNotContain(password, written, StringComparison.Ordinal);
        return racePassword;
    }

    private static async Task<bool> IsSuperuserAsync(string connectionString, CancellationToken cancellation)
    {
        await using var source = NpgsqlDataSource.Create(connectionString);
        await using var command = source.CreateCommand("SELECT rolsuper FROM pg_roles WHERE rolname = current_user");
        return (bool)(await command.ExecuteScalarAsync(cancellation))!;
    }
}
