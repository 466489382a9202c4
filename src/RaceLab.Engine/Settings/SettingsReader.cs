using System.Globalization;
using Microsoft.Extensions.Configuration;
using RaceLab.Engine.Clusters;
using RaceLab.Engine.Content;
using RaceLab.Engine.History;
using RaceLab.Engine.Races;
using RaceLab.Engine.Schedules;

namespace RaceLab.Engine.Settings;

/// <summary>Reads a lab's settings, for the page and for the command line alike, and collects everything that is wrong with them.</summary>
public sealed class SettingsReader
{
    private static readonly string[] _own = ["Home", "PostgresBin", "Content", "Limits"];
    private static readonly string[] _servers = ["Lab", "State", "Redis"];

    private readonly IConfiguration _settings;
    private readonly Func<string, string> _nameOf;
    private readonly List<string> _problems = [];

    /// <param name="settings">What is given.</param>
    /// <param name="nameOf">How whoever gave a setting wrote its key.</param>
    private SettingsReader(IConfiguration settings, Func<string, string> nameOf)
    {
        _settings = settings;
        _nameOf = nameOf;
    }

    /// <summary>Reads the settings of a lab with a page, wherever they were given: its messages name keys.</summary>
    /// <exception cref="SettingsException">At least one makes no sense.</exception>
    public static LabSettings Read(IConfiguration settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        return Read(settings, static key => key, reader =>
        {
            reader.CheckAddresses();
            reader.CheckHosts();
            return reader.ReadLab() with { Otlp = reader.ReadCollector() };
        });
    }

    /// <summary>
    /// Reads the settings of a lab without a page from the environment: its messages name variables. What only a page has (its address, whom it sends metrics to) is
    /// not looked at, since those variables may be meant for other programs.
    /// </summary>
    /// <exception cref="SettingsException">At least one makes no sense.</exception>
    public static LabSettings ReadWithoutPage(IConfiguration environment)
    {
        ArgumentNullException.ThrowIfNull(environment);
        return Read(environment, SettingKeys.InEnvironment, static reader => reader.ReadLab());
    }

    private static LabSettings Read(IConfiguration settings, Func<string, string> nameOf, Func<SettingsReader, LabSettings> read)
    {
        var reader = new SettingsReader(settings, nameOf);
        var found = read(reader);
        return reader._problems.Count == 0 ? found : throw new SettingsException(reader._problems);
    }

    private LabSettings ReadLab()
    {
        RefuseUnknown("RaceLab", _own, everything: true);
        RefuseUnknown(LimitSetting.Section, [.. LimitSetting.All.Select(l => l.Key)], everything: true);

        // Other programs' connection strings may stand beside the lab's: only what looks like a slip is one.
        RefuseUnknown("ConnectionStrings", _servers, everything: false);
        return new LabSettings
        {
            Servers = new LabServersOptions
            {
                Lab = Secret(SettingKeys.Lab, LabServersOptions.FindFault),
                State = Secret(SettingKeys.State, LabServersOptions.FindFault),
                Redis = Secret(SettingKeys.Redis, LabServices.FindRedisFault),
                Home = Folder(SettingKeys.Home, Given(SettingKeys.Home) is null ? ClusterHome.EnvironmentVariable : null, mustExist: false),
                PostgresBin = PostgresBin(),
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
                MegabytesPerRace = Limit(LimitSetting.RaceMegabytes),
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
            Content = Folder(SettingKeys.Content, null, mustExist: true),
        };
    }

    private void RefuseUnknown(string section, IReadOnlyCollection<string> known, bool everything)
    {
        foreach (var child in _settings.GetSection(section).GetChildren())
        {
            if (known.Contains(child.Key, StringComparer.OrdinalIgnoreCase)) continue;
            if (everything || NearestName.To(child.Key, known) is not null)
                _problems.Add($"There is no setting {_nameOf($"{section}:{child.Key}")}: {NearestName.Hint(child.Key, known)}");
        }
    }

    private int Limit(LimitSetting limit)
    {
        if (Given(limit.Name) is not { } given) return limit.Default;
        if (int.TryParse(given, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value >= limit.Least && value <= limit.Most) return value;
        _problems.Add(string.Create(
            CultureInfo.InvariantCulture,
            $"{_nameOf(limit.Name)} is '{given}': it must be a whole number from {limit.Least} to {limit.Most} ({limit.Unit}). Without it, it is {limit.Default}."));
        return limit.Default;
    }

    /// <summary>What has a password in it is never quoted.</summary>
    private string? Secret(string key, Func<string, string?> findFault)
    {
        if (Given(key) is not { } given) return null;
        if (findFault(given) is { } fault) _problems.Add($"{_nameOf(key)}: {fault}");
        return given;
    }

    private string? PostgresBin()
    {
        var other = Given(SettingKeys.PostgresBin) is null ? PostgresBinaries.EnvironmentVariable : null;
        var before = _problems.Count;
        var folder = Folder(SettingKeys.PostgresBin, other, mustExist: true);
        if (folder is not null && _problems.Count == before && !PostgresBinaries.AreIn(folder))
            _problems.Add($"{other ?? _nameOf(SettingKeys.PostgresBin)} is '{folder}', and initdb and postgres are not there: name the folder that holds them, or leave it out.");
        return folder;
    }

    /// <param name="key">The setting.</param>
    /// <param name="other">The variable of the environment that says it instead, by its whole name; null: none does.</param>
    /// <param name="mustExist">Whether the folder must be there already.</param>
    private string? Folder(string key, string? other, bool mustExist)
    {
        if (Given(other ?? key) is not { } given) return null;
        var name = other ?? _nameOf(key);
        if (File.Exists(given)) _problems.Add($"{name} is '{given}', which is a file: name a folder.");
        else if (mustExist && !Directory.Exists(given)) _problems.Add($"{name} is '{given}', and there is no such folder: correct it, or leave it out.");
        else if (!mustExist && !Path.IsPathFullyQualified(given)) _problems.Add($"{name} is '{given}': write the whole path, so that it does not depend on where the lab is started.");
        return given;
    }

    private void CheckAddresses()
    {
        if (Given(SettingKeys.Port) is { } port && !(int.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= 65_535))
        {
            // The address that was made of it would be wrong as well: one sentence is enough.
            _problems.Add($"port is '{port}': it must be a whole number from 0 to 65535; 0 takes any that is free.");
            return;
        }

        foreach (var url in (Given(SettingKeys.Urls) ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            // A host may be * or +, which no URI has.
            var plain = url.Replace("://*", "://any", StringComparison.Ordinal).Replace("://+", "://any", StringComparison.Ordinal);
            if (!Uri.TryCreate(plain, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https") || address.AbsolutePath != "/")
                _problems.Add($"urls has '{url}': write an address such as http://127.0.0.1:5080, several with a ; between them.");
        }
    }

    private void CheckHosts()
    {
        foreach (var host in (Given(SettingKeys.Hosts) ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (host.Contains('/', StringComparison.Ordinal) || (host.Contains(':', StringComparison.Ordinal) && !host.StartsWith('[')))
                _problems.Add($"AllowedHosts has '{host}': write only names, such as lab.example.org, without scheme and port, several with a ; between them.");
        }
    }

    private OtlpTarget? ReadCollector()
    {
        var overHttp = false;
        if (Given(SettingKeys.CollectorProtocol) is { } protocol && !(overHttp = protocol == "http/protobuf") && protocol != "grpc")
            _problems.Add($"{SettingKeys.CollectorProtocol} is '{protocol}': it must be grpc or http/protobuf.");
        if (Given(SettingKeys.Collector) is not { } given) return null;
        if (Uri.TryCreate(given, UriKind.Absolute, out var endpoint) && endpoint.Scheme is ("http" or "https")) return new OtlpTarget(endpoint, overHttp);
        _problems.Add($"{SettingKeys.Collector} is '{given}': it must be the address of a collector, such as http://localhost:4317.");
        return null;
    }

    /// <summary>An empty value is none: that is how compose files leave a setting out.</summary>
    private string? Given(string key) => _settings[key] is { } given && !string.IsNullOrWhiteSpace(given) ? given.Trim() : null;
}
