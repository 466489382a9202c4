using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using RaceLab.Engine.Races;
using RaceLab.Engine.Tests.Contract;
using RaceLab.Engine.Tests.Databases;
using RaceLab.Engine.Tests.Races;
using RaceLab.Engine.Wire;

namespace RaceLab.Engine.Tests.Wire;

/// <summary>What the wire engine alone has: its ways in, and what a server sends unasked.</summary>
public sealed class WireConnectionTests(TestPostgres postgres)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact(Timeout = 120_000)]
    public async Task OpenAsync_OverTcp_TlsAndScramAreUsedAndChecked()
    {
        using var home = TemporaryHome.Make();
        await using var server = await TcpServer.StartAsync(home, Cancellation);
        await using var loop = WireLoop.Start();
        foreach (var way in (string[])[server.Trusting(TcpServer.Superuser), server.For(TcpServer.Superuser), server.For(TcpServer.Superuser, "SSL Mode=Require"),
            server.For(TcpServer.Superuser, $"SSL Mode=VerifyCA;Root Certificate={server.CertificateFile}")])
        {
            var connection = await WireConnection.OpenAsync(loop, WireTarget.From(way), Cancellation);
            Assert.True(connection.IsSecure);
            Assert.Equal(["t"], await AskAsync(connection, "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()"));
            Assert.Equal([new string('x', 300_000)], await AskAsync(connection, "SELECT repeat('x', 300000)"));
            await connection.CloseAsync();
        }

        await RefusedAsync<PostgresException>(server.For(TcpServer.Superuser).Replace(TcpServer.Password, "wrong", StringComparison.Ordinal), e => e.SqlState == PostgresErrorCodes.InvalidPassword);
        await RefusedAsync<PostgresException>(server.For(TcpServer.Superuser, "SSL Mode=Disable"), e => e.SqlState == PostgresErrorCodes.InvalidAuthorizationSpecification);
        await RefusedAsync<NpgsqlException>(server.For(TcpServer.Superuser, "SSL Mode=VerifyFull"), e => e.InnerException is System.Security.Authentication.AuthenticationException);
        await RefusedAsync<NpgsqlException>(
            server.Trusting(TcpServer.Superuser).Replace("127.0.0.1", "localhost", StringComparison.Ordinal), e => e.InnerException is System.Security.Authentication.AuthenticationException);

        async Task RefusedAsync<T>(string way, Func<T, bool> isRight)
            where T : Exception
        {
            var refused = await Assert.ThrowsAnyAsync<T>(() => WireConnection.OpenAsync(loop, WireTarget.From(way), Cancellation));
            Assert.True(isRight(refused), refused.ToString());
            Assert.DoesNotContain(TcpServer.Password, refused.ToString(), StringComparison.Ordinal);
        }
    }

    [Fact(Timeout = 60_000)]
    public async Task OpenAsync_NobodyListens_SaysSoAtOnce()
    {
        using var nobody = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        nobody.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        await using var loop = WireLoop.Start();
        foreach (var place in (string[])[$"Host=127.0.0.1;Port={((IPEndPoint)nobody.LocalEndPoint!).Port}", "Host=/nowhere/at/all"])
        {
            var refused = await Assert.ThrowsAsync<NpgsqlException>(() => WireConnection.OpenAsync(loop, WireTarget.From($"{place};Username=u;Timeout=20"), Cancellation));
            Assert.IsType<SocketException>(refused.InnerException, exactMatch: false);
        }
    }

    [Fact(Timeout = 60_000)]
    public async Task OpenAsync_AServerThatSaysNothing_TimesOut()
    {
        using var silent = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        silent.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        silent.Listen();
        await using var loop = WireLoop.Start();
        var target = WireTarget.From($"Host=127.0.0.1;Port={((IPEndPoint)silent.LocalEndPoint!).Port};Username=u;Timeout=1");
        await Assert.ThrowsAsync<TimeoutException>(() => WireConnection.OpenAsync(loop, target, Cancellation));
    }

    [Theory]
    [InlineData("Host=a,b;Username=u")]
    [InlineData("Host=a;Username=u;SSL Certificate=/c.pem")]
    [InlineData("Host=a;Username=u;Passfile=/p")]
    public void From_WhatIsNotSpoken_IsRefused(string connectionString) => Assert.Throws<WireUnfitException>(() => WireTarget.From(connectionString));

    [Fact(Timeout = 60_000)]
    public async Task Notices_AndNotifications_AreHeard()
    {
        await using var loop = WireLoop.Start();
        var connection = await WireConnection.OpenAsync(loop, WireTarget.From(postgres.AdminConnectionString), Cancellation);
        var notice = new TaskCompletionSource<ServerError>();
        var notification = new TaskCompletionSource<(int, string, string)>();
        connection.Noticed = n => notice.TrySetResult(n);
        connection.Notified = (process, channel, payload) => notification.TrySetResult((process, channel, payload));
        await AskAsync(connection, "LISTEN news; DO $$ BEGIN RAISE WARNING 'look' USING HINT = 'out'; END $$; NOTIFY news, 'hello'");
        Assert.Equal(("01000", "WARNING", "look", "out"), (await notice.Task.WaitAsync(Cancellation)) switch { var n => (n.SqlState, n.InvariantSeverity, n.Message, n.Hint) });
        Assert.Equal((connection.ProcessId, "news", "hello"), await notification.Task.WaitAsync(Cancellation));
        Assert.StartsWith(postgres.Lab.Version.Major.ToString(System.Globalization.CultureInfo.InvariantCulture), connection.Parameters["server_version"], StringComparison.Ordinal);
        await connection.CloseAsync();
    }

    [Fact(Timeout = 60_000)]
    public async Task Statement_PastItsTime_IsCancelledByTheClient()
    {
        await using var loop = WireLoop.Start();
        var connection = await WireConnection.OpenAsync(loop, WireTarget.From(postgres.AdminConnectionString + ";Command Timeout=1"), Cancellation);
        var cancelled = await Assert.ThrowsAsync<PostgresException>(() => AskAsync(connection, "SET statement_timeout = 0; SELECT pg_sleep(30)"));
        Assert.Equal(PostgresErrorCodes.QueryCanceled, cancelled.SqlState);
        Assert.Equal(["1"], await AskAsync(connection, "SELECT 1"));
        await connection.CloseAsync();
    }

    [Fact(Timeout = 60_000)]
    public async Task Loop_ThatEnds_LosesWhatIsUnderWay()
    {
        var loop = WireLoop.Start();
        var connection = await WireConnection.OpenAsync(loop, WireTarget.From(postgres.AdminConnectionString), Cancellation);
        var asking = AskAsync(connection, "SELECT pg_sleep(10)");
        await loop.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => asking.WaitAsync(TimeSpan.FromSeconds(5), Cancellation));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => AskAsync(connection, "SELECT 1").WaitAsync(TimeSpan.FromSeconds(5), Cancellation));
        await connection.CloseAsync();
    }

    [Fact(Timeout = 60_000)]
    public async Task Race_SixtyFourWorkers_NobodyStarvesAndTheEngineIsNamed()
    {
        await using var registry = new RaceRegistry(
            new RaceRunner(postgres.Lab, TimeProvider.System, NullLogger<RaceRunner>.Instance), new NoArchive(), TimeProvider.System, NullLogger<RaceRegistry>.Instance);
        var race = registry.Start(SmallScenario.Constrained(new Workload
        {
            Workers = 64,
            Keys = 3,
            Duration = TimeSpan.FromSeconds(8),
            Engine = RaceEngine.Wire,
            SynchronousCommit = false,
        }), "test");
        var result = await race.Completion.WaitAsync(Cancellation);
        Assert.True(result.End == RaceEnd.Finished, result.Problem);
        Assert.Equal("wire", result.Engine);
        Assert.True(result.Reconciliation!.Holds);
        Assert.Equal(3, result.Attempts.Created);
        Assert.Equal(result.Attempts.Total - 3, result.Rejections.Single().Count);
        Assert.True(result.PerWorker.Max <= 2 * result.PerWorker.Min, $"{result.PerWorker}");
    }

    private static async Task<IReadOnlyList<string?>> AskAsync(WireConnection connection, string sql)
    {
        var query = new QueryExchange(sql, 10) { Connection = connection };
        connection.Send(query);
        return (await query.Ended).LastOrDefault(a => a.Rows is not null).Rows?.Rows[0] ?? [];
    }
}
