using System.Text;
using Dapper;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using RaceLab.Engine.Clusters;

namespace RaceLab.Engine.Tests.Databases;

/// <summary>
/// A server as somebody else would run it: TCP with TLS alone, scram passwords, every statement in its log, a certificate that the test makes, and an
/// administrator who is no superuser.
/// </summary>
internal sealed class TcpServer : IAsyncDisposable
{
    public const string Password = "hunter2-Correct-Horse";
    public const string Administrator = "workshop_admin";
    public const string Superuser = "workshop_boss";

    private readonly EmbeddedCluster _cluster;

    private TcpServer(EmbeddedCluster cluster, int port)
    {
        _cluster = cluster;
        Port = port;
    }

    public int Port { get; }

    /// <summary>The certificate, which is its own authority.</summary>
    public string CertificateFile => Path.Combine(_cluster.RootDirectory, "data", "server.crt");

    public static async Task<TcpServer> StartAsync(TemporaryHome home, CancellationToken cancellation)
    {
        var port = TestCertificate.FreePort();
        var cluster = await EmbeddedCluster.StartAsync(home.Lab with { TcpPort = port }, NullLogger.Instance, cancellation);
        var server = new TcpServer(cluster, port);
        try
        {
            await server.FurnishAsync(cancellation);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    public string For(string user, string more = "") => $"Host=127.0.0.1;Port={Port};Username={user};Password={Password};Database=postgres;Timeout=10;{more}";

    /// <summary>TLS, and the certificate checked in full.</summary>
    public string Trusting(string user) => For(user, $"SSL Mode=VerifyFull;Root Certificate={CertificateFile}");

    public Task<string> ReadLogAsync(CancellationToken cancellation) =>
        File.ReadAllTextAsync(Directory.EnumerateFiles(_cluster.RootDirectory, "*log*").Single(), cancellation);

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    private async Task FurnishAsync(CancellationToken cancellation)
    {
        var (certificate, key) = TestCertificate.Make();
        var local = new NpgsqlConnectionStringBuilder(_cluster.ConnectionString) { Pooling = false }.ConnectionString;
        await using var connection = new NpgsqlConnection(local);
        await connection.OpenAsync(cancellation);
        await WriteAsync("server.crt", certificate);
        await WriteAsync("server.key", key);
        await WriteAsync("pg_hba.conf", "local all all trust\nhostssl all all 127.0.0.1/32 scram-sha-256\n");
        foreach (var sql in (string[])
        [
            "SET password_encryption = 'scram-sha-256'",
            $"CREATE ROLE {Administrator} LOGIN CREATEDB CREATEROLE PASSWORD '{Password}'",
            $"CREATE ROLE {Superuser} LOGIN SUPERUSER PASSWORD '{Password}'",
            $"CREATE DATABASE state OWNER {Administrator}",
            $"GRANT CONNECT ON DATABASE postgres TO {Administrator}",
            "ALTER SYSTEM SET ssl = on",
            "ALTER SYSTEM SET log_statement = 'all'",
            "SELECT pg_reload_conf()",
        ])
        {
            await connection.ExecuteAsync(sql);
        }

        while (await connection.ExecuteScalarAsync<string>("SHOW ssl") != "on") await Task.Delay(10, cancellation);

        // As the server's own user, who alone may read a key.
        Task<int> WriteAsync(string file, string text) => connection.ExecuteAsync(
            $"COPY (SELECT '{Convert.ToBase64String(Encoding.ASCII.GetBytes(text))}') TO PROGRAM 'umask 077; base64 -d > {file}.new && mv {file}.new {file}'");
    }
}
