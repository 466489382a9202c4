using System.Diagnostics;
using Npgsql;

namespace RaceLab.Engine.Tests.Content;

/// <summary>A private PostgreSQL for these tests, on a Unix socket in a directory of its own.</summary>
public sealed class ScratchServer : IAsyncLifetime
{
    private const string Binaries = "/usr/lib/postgresql/15/bin";

    // Made with mode 0700.
    private readonly string _folder = Directory.CreateTempSubdirectory("rl-").FullName;

    private Process? _server;

    public string ConnectionString => $"Host={_folder};Port=5432;Username=lab;Database=postgres;Pooling=false;Timeout=5";

    public Task<NpgsqlConnection> ConnectAsync(CancellationToken cancellation) => OpenAsync(cancellation);

    public async ValueTask InitializeAsync()
    {
        var stop = TestContext.Current.CancellationToken;
        if (Environment.UserName == "root")
        {
            using var own = Process.Start("chown", ["postgres", _folder]);
            await own.WaitForExitAsync(stop);
        }

        using (var initdb = Start("initdb", "-D", $"{_folder}/data", "-U", "lab", "-A", "trust", "--locale=C", "-E", "UTF8", "--no-sync"))
        {
            await initdb.StandardOutput.ReadToEndAsync(stop);
            await initdb.WaitForExitAsync(stop);
            Assert.Equal(0, initdb.ExitCode);
        }

        _server = Start("postgres", "-D", $"{_folder}/data", "-k", _folder, "-c", "listen_addresses=", "-c", "fsync=off", "-c", "logging_collector=off");
        _server.BeginOutputReadLine();
        _server.BeginErrorReadLine();
        var since = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                await using var connection = await OpenAsync(stop);
                return;
            }
            catch (NpgsqlException) when (since.Elapsed < TimeSpan.FromSeconds(30) && !_server.HasExited)
            {
                await Task.Delay(50, stop);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            // The postmaster ends its own backends when it is asked to stop at once (SIGQUIT).
            using (var quit = Process.Start("kill", ["-QUIT", _server.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]))
                await quit.WaitForExitAsync();
            await _server.WaitForExitAsync(new CancellationTokenSource(TimeSpan.FromSeconds(10)).Token);
            _server.Dispose();
        }

        if (Directory.Exists(_folder)) Directory.Delete(_folder, recursive: true);
    }

    private static Process Start(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo($"{Binaries}/{program}", arguments) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = "/" };
        if (Environment.UserName == "root") start.UserName = "postgres";
        return Process.Start(start)!;
    }

    private async Task<NpgsqlConnection> OpenAsync(CancellationToken cancellation)
    {
        var connection = new NpgsqlConnection(ConnectionString);
        try
        {
            await connection.OpenAsync(cancellation);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }
}
