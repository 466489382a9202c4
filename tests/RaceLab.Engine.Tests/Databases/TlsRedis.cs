using System.Diagnostics;
using System.Globalization;
using RaceLab.Engine.Clusters;

namespace RaceLab.Engine.Tests.Databases;

/// <summary>A Redis as somebody else would run it: TCP with TLS alone, a password, and a certificate that the test makes.</summary>
internal sealed class TlsRedis : IDisposable
{
    public const string Password = "hunter2-Correct-Horse";

    private readonly Process _process;
    private readonly DirectoryInfo _folder;

    private TlsRedis(Process process, DirectoryInfo folder, int port)
    {
        _process = process;
        _folder = folder;
        Port = port;
    }

    public int Port { get; }

    /// <summary>The certificate, which is its own authority.</summary>
    public string CertificateFile => Path.Combine(_folder.FullName, "redis.crt");

    public static async Task<TlsRedis> StartAsync(CancellationToken cancellation)
    {
        var folder = Directory.CreateTempSubdirectory("racelab-redis-");
        var (certificate, key) = TestCertificate.Make();
        var (certificateFile, keyFile) = (Path.Combine(folder.FullName, "redis.crt"), Path.Combine(folder.FullName, "redis.key"));
        await File.WriteAllTextAsync(certificateFile, certificate, cancellation);
        await File.WriteAllTextAsync(keyFile, key, cancellation);
        var port = TestCertificate.FreePort();
        string[] arguments =
        [
            "--bind", "127.0.0.1", "--port", "0", "--tls-port", port.ToString(CultureInfo.InvariantCulture), "--tls-cert-file", certificateFile, "--tls-key-file", keyFile,
            "--tls-auth-clients", "no", "--requirepass", Password, "--save", "", "--dir", folder.FullName,
        ];
        var process = Process.Start(new ProcessStartInfo(EmbeddedRedis.Find()!, arguments) { RedirectStandardOutput = true })!;
        while (await process.StandardOutput.ReadLineAsync(cancellation) is { } line)
            if (line.Contains("Ready to accept connections", StringComparison.Ordinal)) return new TlsRedis(process, folder, port);
        throw new InvalidOperationException("redis-server ended before it was ready.");
    }

    public string For(string password, string more = "") => string.Create(CultureInfo.InvariantCulture, $"rediss://:{password}@127.0.0.1:{Port}/0{more}");

    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
        _folder.Delete(recursive: true);
    }
}
