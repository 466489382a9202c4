using Microsoft.Extensions.Configuration;

namespace RaceLab.Engine.Settings;

/// <summary>The settings by their keys, as <c>docs/operations.md</c> lists them.</summary>
public static class SettingKeys
{
    /// <summary>The server on which races happen.</summary>
    public const string Lab = "ConnectionStrings:Lab";

    /// <summary>The durable server.</summary>
    public const string State = "ConnectionStrings:State";

    /// <summary>The Redis for locks that are kept there.</summary>
    public const string Redis = "ConnectionStrings:Redis";

    /// <summary>Where private servers live.</summary>
    public const string Home = "RaceLab:Home";

    /// <summary>The folder of <c>initdb</c> and <c>postgres</c>.</summary>
    public const string PostgresBin = "RaceLab:PostgresBin";

    /// <summary>The content folder.</summary>
    public const string Content = "RaceLab:Content";

    internal const string Port = "port";
    internal const string Urls = "urls";
    internal const string Hosts = "AllowedHosts";
    internal const string Collector = "OTEL_EXPORTER_OTLP_ENDPOINT";
    internal const string CollectorProtocol = "OTEL_EXPORTER_OTLP_PROTOCOL";

    /// <summary>Every one.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        Lab, State, Redis, Home, PostgresBin, Content,
        Urls, Port, Hosts, "Logging:LogLevel:RaceLab", "Logging:Console:FormatterName", Collector, CollectorProtocol,
        .. LimitSetting.All.Select(l => l.Name),
    ];

    /// <summary>Which settings are given that a command makes no use of, in a sentence; null: none.</summary>
    /// <param name="environment">What is given.</param>
    /// <param name="command">What the command is called.</param>
    /// <param name="used">The keys that it does make use of.</param>
    public static string? Unused(IConfiguration environment, string command, IReadOnlyCollection<string> used)
    {
        ArgumentNullException.ThrowIfNull(environment);
        var unused = All.Where(key => !string.IsNullOrWhiteSpace(environment[key]) && !used.Contains(key)).Select(InEnvironment).ToList();
        return unused.Count == 0 ? null : $"'{command}' makes no use of {string.Join(", ", unused)}.";
    }

    /// <summary>A setting as a variable of the environment writes it: <c>RaceLab__Content</c>.</summary>
    public static string InEnvironment(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return key.Replace(":", "__", StringComparison.Ordinal);
    }
}
