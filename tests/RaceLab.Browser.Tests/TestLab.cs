using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using RaceLab.Web.Hosting;

namespace RaceLab.Browser.Tests;

/// <summary>A whole lab as a learner gets it, with servers and a home of its own, on a free port of this machine.</summary>
public sealed class TestLab : IAsyncDisposable
{
    private readonly string _home;
    private readonly LabHost _host;

    private TestLab(string home, LabHost host)
    {
        _home = home;
        _host = host;
    }

    /// <summary>Such as http://127.0.0.1:40123.</summary>
    public string Address => _host.App.Urls.First();

    /// <summary>What the application has logged as an error: a page that a learner sees must not cause any.</summary>
    public ConcurrentQueue<string> Errors { get; } = new();

    /// <summary>Starts a lab; more settings may follow, as on the command line.</summary>
    public static async Task<TestLab> StartAsync(CancellationToken cancellation, params string[] settings)
    {
        // Short, because sockets lie below it.
        var home = Path.Combine(Path.GetTempPath(), $"rlb-{Guid.NewGuid():N}"[..12]);
        string[] own = ["--urls", "http://127.0.0.1:0", "--RaceLab:Home", home, "--Logging:Console:LogLevel:Default", "Error"];
        var host = await LabHost.StartAsync([.. own, .. settings], cancellation);
        var lab = new TestLab(home, host);
        host.App.Services.GetRequiredService<ILoggerFactory>().AddProvider(new ErrorWatch(lab.Errors));
        try
        {
            await host.App.StartAsync(cancellation);
            return lab;
        }
        catch
        {
            await lab.DisposeAsync();
            throw;
        }
    }

    /// <summary>What a power cut does to the server that the races are on.</summary>
    public void KillRaceServer()
    {
        var pidFile = Directory.EnumerateDirectories(Path.Combine(_home, "run")).Select(run => Path.Combine(run, "data", "postmaster.pid")).Single(File.Exists);
        using var postmaster = Process.GetProcessById(int.Parse(File.ReadLines(pidFile).First(), CultureInfo.InvariantCulture));
        postmaster.Kill();
    }

    public async ValueTask DisposeAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        await _host.App.StopAsync(patience.Token);
        await _host.DisposeAsync();
        Directory.Delete(_home, recursive: true);
    }

    private sealed class ErrorWatch(ConcurrentQueue<string> errors) : ILoggerProvider, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Error;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel)) errors.Enqueue($"{formatter(state, exception)} {exception}");
        }

        public void Dispose()
        {
        }
    }
}
