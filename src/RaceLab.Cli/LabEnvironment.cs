using Microsoft.Extensions.Configuration;
using RaceLab.Engine.Settings;

namespace RaceLab.Cli;

/// <summary>The settings that the environment gives to a command: those of <c>docs/operations.md</c>, read as the page reads them.</summary>
internal sealed class LabEnvironment
{
    /// <summary>What each command makes use of. It says so of every other setting that is given.</summary>
    private static readonly Dictionary<string, string[]> _used = new()
    {
        ["race"] = [.. Server, LimitSetting.WorkersPerRace.Name, LimitSetting.RaceMegabytes.Name],
        ["explore"] = Server,
        ["step"] = Server,
        ["check"] = Server,
        ["take-home"] = [SettingKeys.Content],
    };

    private readonly IConfiguration _given;
    private readonly Lazy<LabSettings> _settings;

    /// <summary>An environment of these variables.</summary>
    public LabEnvironment(IConfiguration given)
    {
        _given = given;
        _settings = new Lazy<LabSettings>(() => SettingsReader.ReadWithoutPage(given));
    }

    /// <summary>Nothing is given.</summary>
    public static LabEnvironment Empty { get; } = new(new ConfigurationBuilder().Build());

    /// <summary>The process's own.</summary>
    public static LabEnvironment OfProcess() => new(new ConfigurationBuilder().AddEnvironmentVariables().Build());

    private static string[] Server => [SettingKeys.Lab, SettingKeys.Redis, SettingKeys.Home, SettingKeys.PostgresBin, SettingKeys.Content];

    /// <summary>What was read.</summary>
    /// <exception cref="BadInputException">A setting makes no sense.</exception>
    public LabSettings Settings
    {
        get
        {
            try
            {
                return _settings.Value;
            }
            catch (SettingsException wrong)
            {
                throw new BadInputException(wrong.Problems);
            }
        }
    }

    /// <summary>Which settings are given that a command makes no use of, in a sentence; null: none.</summary>
    public string? Unused(string command) => SettingKeys.Unused(_given, command, _used[command]);
}
