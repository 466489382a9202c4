using System.Globalization;
using RaceLab.Engine.Content;
using RaceLab.Engine.Databases;
using RaceLab.Engine.History;
using RaceLab.Engine.Races;
using RaceLab.Engine.Schedules;

namespace RaceLab.Web.Hosting;

/// <summary>Reads a lab's settings and collects everything that is wrong with them.</summary>
public sealed class SettingsReader
{
    private const string Collector = "OTEL_EXPORTER_OTLP_ENDPOINT";
    private const string CollectorProtocol = "OTEL_EXPORTER_OTLP_PROTOCOL";

    private static readonly string[] _own = ["Home", "PostgresBin", "Content", "Limits"];
    private static readonly string[] _servers = ["Lab", "State", "Redis"];

    private readonly IConfiguration _settings;
    private readonly List<string> _problems = [];

    private SettingsReader(IConfiguration settings) => _settings = settings;

    /// <summary>Reads all settings.</summary>
    /// <exception cref="SettingsException">At least one makes no sense.</exception>
    public static LabSettings Read(IConfiguration settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        var reader = new SettingsReader(settings);
        var read = reader.Read();
        return reader._problems.Count == 0 ? read : throw new SettingsException(reader._problems);
    }

    private LabSettings Read()
    {
        RefuseUnknown("RaceLab", _own, everything: true);
        RefuseUnknown(LimitSetting.Section, [.. LimitSetting.All.Select(l => l.Key)], everything: true);

        // Other programs' connection strings may stand beside the lab's: only what looks like a slip is one.
        RefuseUnknown("ConnectionStrings", _servers, everything: false);
        CheckAddresses();
        CheckHosts();
        return new LabSettings
        {
            Servers = new LabServersOptions
            {
                Lab = ConnectionString("Lab"),
                State = ConnectionString("State"),
                Redis = RedisAddress(),
                Home = Folder("Home", mustExist: false),
                PostgresBin = Folder("PostgresBin", mustExist: true),
                History = new HistoryLimits
                {
                    Entries = Limit(LimitSetting.History),
                    Days = Limit(LimitSetting.HistoryDays),
                    Megabytes = Limit(LimitSetting.HistoryMegabytes),
                },
            },
            Races = new RaceLimits
            {
                WorkersPerRace = Limit(LimitSetting.WorkersPerRace),
                UnfinishedPerOwner = Limit(LimitSetting.UnfinishedRaces),
                KeptInMemory = Limit(LimitSetting.RacesInMemory),
                ExplorationsAtOnce = Limit(LimitSetting.Explorations),
            },
            Stepping = new StepperOptions
            {
                AtOnce = Limit(LimitSetting.SteppedRuns),
                IdleTime = TimeSpan.FromSeconds(Limit(LimitSetting.StepSeconds)),
            },
            Circuits = Limit(LimitSetting.Circuits),
            CircuitTime = TimeSpan.FromSeconds(Limit(LimitSetting.CircuitSeconds)),
            Content = Folder("Content", mustExist: true),
            Otlp = ReadCollector(),
        };
    }

    private void RefuseUnknown(string section, IReadOnlyCollection<string> known, bool everything)
    {
        foreach (var child in _settings.GetSection(section).GetChildren())
        {
            if (known.Contains(child.Key, StringComparer.OrdinalIgnoreCase)) continue;
            if (everything || NearestName.To(child.Key, known) is not null)
                _problems.Add($"There is no setting {section}:{child.Key}: {NearestName.Hint(child.Key, known)}");
        }
    }

    private int Limit(LimitSetting limit)
    {
        var name = $"{LimitSetting.Section}:{limit.Key}";
        if (Given(name) is not { } given) return limit.Default;
        if (int.TryParse(given, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value >= limit.Least && value <= limit.Most) return value;
        _problems.Add(string.Create(
            CultureInfo.InvariantCulture,
            $"{name} is '{given}': it must be a whole number from {limit.Least} to {limit.Most} ({limit.Unit}). Without it, it is {limit.Default}."));
        return limit.Default;
    }

    private string? ConnectionString(string server)
    {
        if (Given($"ConnectionStrings:{server}") is not { } given) return null;

        // Never quoted: it has a password in it.
        if (LabServersOptions.FindFault(given) is { } fault) _problems.Add($"ConnectionStrings:{server}: {fault}");
        return given;
    }

    private string? RedisAddress()
    {
        if (Given("ConnectionStrings:Redis") is not { } given) return null;

        // Never quoted, for the same reason.
        if (LabServices.FindRedisFault(given) is { } fault) _problems.Add($"ConnectionStrings:Redis: {fault}");
        return given;
    }

    private string? Folder(string key, bool mustExist)
    {
        if (Given($"RaceLab:{key}") is not { } given) return null;
        if (File.Exists(given)) _problems.Add($"RaceLab:{key} is '{given}', which is a file: name a folder.");
        else if (mustExist && !Directory.Exists(given)) _problems.Add($"RaceLab:{key} is '{given}', and there is no such folder: correct it, or leave it out.");
        else if (!mustExist && !Path.IsPathFullyQualified(given)) _problems.Add($"RaceLab:{key} is '{given}': write the whole path, so that it does not depend on where the lab is started.");
        return given;
    }

    private void CheckAddresses()
    {
        if (Given("port") is { } port && !(int.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= 65_535))
        {
            // The address that was made of it would be wrong as well: one sentence is enough.
            _problems.Add($"port is '{port}': it must be a whole number from 0 to 65535; 0 takes any that is free.");
            return;
        }

        foreach (var url in (Given("urls") ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            // A host may be * or +, which no URI has.
            var plain = url.Replace("://*", "://any", StringComparison.Ordinal).Replace("://+", "://any", StringComparison.Ordinal);
            if (!Uri.TryCreate(plain, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https") || address.AbsolutePath != "/")
                _problems.Add($"urls has '{url}': write an address such as http://127.0.0.1:5080, several with a ; between them.");
        }
    }

    private void CheckHosts()
    {
        foreach (var host in (Given("AllowedHosts") ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (host.Contains('/', StringComparison.Ordinal) || (host.Contains(':', StringComparison.Ordinal) && !host.StartsWith('[')))
                _problems.Add($"AllowedHosts has '{host}': write only names, such as lab.example.org, without scheme and port, several with a ; between them.");
        }
    }

    private OtlpTarget? ReadCollector()
    {
        var overHttp = false;
        if (Given(CollectorProtocol) is { } protocol && !(overHttp = protocol == "http/protobuf") && protocol != "grpc")
            _problems.Add($"{CollectorProtocol} is '{protocol}': it must be grpc or http/protobuf.");
        if (Given(Collector) is not { } given) return null;
        if (Uri.TryCreate(given, UriKind.Absolute, out var endpoint) && endpoint.Scheme is ("http" or "https")) return new OtlpTarget(endpoint, overHttp);
        _problems.Add($"{Collector} is '{given}': it must be the address of a collector, such as http://localhost:4317.");
        return null;
    }

    /// <summary>An empty value is none: that is how compose files leave a setting out.</summary>
    private string? Given(string key) => _settings[key] is { } given && !string.IsNullOrWhiteSpace(given) ? given.Trim() : null;
}
