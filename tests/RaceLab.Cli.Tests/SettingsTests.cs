using Microsoft.Extensions.Configuration;
using RaceLab.Engine.Settings;

namespace RaceLab.Cli.Tests;

/// <summary>Settings that are given in the environment: honoured, refused or said to be of no use, and never ignored.</summary>
public sealed class SettingsTests
{
    private const string OfSignUp = " --scenario sign-up --strategy check-then-insert";

    /// <summary>Every command, in a form that runs.</summary>
    public static TheoryData<string> Commands => ["check", "race" + OfSignUp, "explore" + OfSignUp, "step --schedule 1.check" + OfSignUp, "take-home --language psql" + OfSignUp];

    [Theory(Timeout = 30_000)]
    [MemberData(nameof(Commands))]
    public async Task RunAsync_ContentInTheEnvironment_IsReadUnlessTheCommandLineNamesAnother(string command)
    {
        var lab = new FakeLab { Settings = { [SettingKeys.Content] = AppContext.BaseDirectory } };

        await lab.RunAsync(command, TestContext.Current.CancellationToken);
        Assert.Equal(AppContext.BaseDirectory, lab.Folder);

        await lab.RunAsync(command + " --content /", TestContext.Current.CancellationToken);
        Assert.Equal("/", lab.Folder);
    }

    [Theory(Timeout = 30_000)]
    [InlineData(SettingKeys.Content, "/no/such/folder", "RaceLab__Content is '/no/such/folder', and there is no such folder")]
    [InlineData(SettingKeys.Content, "/etc/passwd", "RaceLab__Content is '/etc/passwd', which is a file")]
    [InlineData(SettingKeys.Home, "somewhere", "RaceLab__Home is 'somewhere': write the whole path")]
    [InlineData("RACELAB_HOME", "somewhere", "RACELAB_HOME is 'somewhere': write the whole path")]
    [InlineData(SettingKeys.PostgresBin, "/", "RaceLab__PostgresBin is '/', and initdb and postgres are not there")]
    [InlineData("RACELAB_POSTGRES_BIN", "/", "RACELAB_POSTGRES_BIN is '/', and initdb and postgres are not there")]
    [InlineData(SettingKeys.Lab, "hunter2", "ConnectionStrings__Lab: The connection string cannot be read")]
    [InlineData(SettingKeys.Redis, "cache:hunter2", "ConnectionStrings__Redis: The address of Redis cannot be read")]
    [InlineData("RaceLab:Limits:WorkersPerRace", "many", "RaceLab__Limits__WorkersPerRace is 'many': it must be a whole number from 1 to 200")]
    [InlineData("RaceLab:Limits:WorkerPerRace", "5", "There is no setting RaceLab__Limits__WorkerPerRace: did you mean 'WorkersPerRace'?")]
    [InlineData("RaceLab:Contents", "/", "There is no setting RaceLab__Contents: did you mean 'Content'?")]
    public async Task RunAsync_WrongSetting_IsRefusedByEveryCommandAndNamed(string key, string value, string expected)
    {
        foreach (var command in Commands)
        {
            var lab = new FakeLab { Settings = { [key] = value } };

            var (code, text, error) = await lab.RunAsync(command, TestContext.Current.CancellationToken);

            Assert.Equal((2, ""), (code, text));
            Assert.StartsWith(expected, error, StringComparison.Ordinal);
            Assert.DoesNotContain("hunter2", error, StringComparison.Ordinal);
            Assert.False(lab.Opened);
        }
    }

    [Fact(Timeout = 30_000)]
    public async Task RunAsync_HelpWithAWrongSetting_IsStillHelp()
    {
        var lab = new FakeLab { Settings = { [SettingKeys.Content] = "/no/such/folder" } };

        var (code, text, error) = await lab.RunAsync("race --help", TestContext.Current.CancellationToken);

        Assert.Equal((0, ""), (code, error));
        Assert.NotEmpty(text);
    }

    [Theory(Timeout = 30_000)]
    [InlineData("check", "'check' makes no use of ConnectionStrings__State, OTEL_EXPORTER_OTLP_ENDPOINT, RaceLab__Limits__WorkersPerRace, RaceLab__Limits__History.")]
    [InlineData("race" + OfSignUp, "'race' makes no use of ConnectionStrings__State, OTEL_EXPORTER_OTLP_ENDPOINT, RaceLab__Limits__History.")]
    [InlineData(
        "take-home --language psql" + OfSignUp,
        "'take-home' makes no use of ConnectionStrings__State, RaceLab__Home, OTEL_EXPORTER_OTLP_ENDPOINT, RaceLab__Limits__WorkersPerRace, RaceLab__Limits__History.")]
    public async Task RunAsync_SettingsThatACommandMakesNoUseOf_AreNamedInOneLine(string command, string expected)
    {
        var lab = new FakeLab
        {
            Settings =
            {
                [SettingKeys.State] = "Host=example",
                [SettingKeys.Home] = "/somewhere",
                ["RaceLab:Limits:History"] = "500",
                ["RaceLab:Limits:WorkersPerRace"] = "100",
                ["OTEL_EXPORTER_OTLP_ENDPOINT"] = "not of our concern",
                ["RaceLab:Limits:Circuits"] = "",
            },
        };

        var (code, _, error) = await lab.RunAsync(command, TestContext.Current.CancellationToken);

        Assert.Equal((0, expected), (code, error.TrimEnd()));
    }

    [Fact(Timeout = 30_000)]
    public async Task Race_MoreWorkersThanTheLimit_AreRefused()
    {
        var lab = new FakeLab { Settings = { ["RaceLab:Limits:WorkersPerRace"] = "20" } };

        var (code, _, error) = await lab.RunAsync("race --workers 21" + OfSignUp, TestContext.Current.CancellationToken);
        Assert.Equal(2, code);
        Assert.Contains("RaceLab__Limits__WorkersPerRace is 20, and the race is to have 21 workers: give --workers 20 or less, or raise the limit.", error, StringComparison.Ordinal);
        Assert.False(lab.Opened);

        (code, _, _) = await lab.RunAsync("race --workers 20" + OfSignUp, TestContext.Current.CancellationToken);
        Assert.Equal(0, code);
    }

    [Fact]
    public void ServersOf_Settings_AreAllTaken()
    {
        var home = Path.GetTempPath();
        var environment = new LabEnvironment(new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            [SettingKeys.Lab] = "Host=example",
            [SettingKeys.Redis] = "redis://cache:6379",
            [SettingKeys.Home] = home,
        }).Build());

        var servers = Composition.ServersOf(environment.Settings, null);

        Assert.Equal(("Host=example", "redis://cache:6379", home, false), (servers.Lab, servers.Redis, servers.Home, servers.WithState));
        Assert.Equal("Host=another", Composition.ServersOf(environment.Settings, "Host=another").Lab);
    }
}
