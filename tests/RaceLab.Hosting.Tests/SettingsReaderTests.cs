using Microsoft.Extensions.Configuration;
using RaceLab.Engine.Races;
using RaceLab.Engine.Settings;

namespace RaceLab.Hosting.Tests;

public sealed class SettingsReaderTests
{
    /// <summary>A wrong setting, and words of the sentence that it gets.</summary>
    public static TheoryData<string, string, string> Wrong => new()
    {
        { "RaceLab:Limits:WorkersPerRace", "0", "must be a whole number from 1 to 200 (workers). Without it, it is 200." },
        { "RaceLab:Limits:WorkersPerRace", "201", "is '201'" },
        { "RaceLab:Limits:WorkersPerRace", "many", "is 'many'" },
        { "RaceLab:Limits:WorkersPerRace", "NaN", "is 'NaN'" },
        { "RaceLab:Limits:UnfinishedRaces", "-1", "from 1 to 100 (races)" },
        { "RaceLab:Limits:UnfinishedRaces", "1.5", "is '1.5'" },
        { "RaceLab:Limits:RacesInMemory", "99999999999999999999", "from 1 to 10000 (races)" },
        { "RaceLab:Limits:History", "0", "from 1 to 1000000 (races)" },
        { "RaceLab:Limits:Explorations", "17", "from 1 to 16 (explorations). Without it, it is 2." },
        { "RaceLab:Limits:Circuits", "1e3", "from 1 to 10000 (pages)" },
        { "RaceLab:Limits:CircuitSeconds", "5", "from 10 to 86400 (seconds)" },
        { "RaceLab:Limits:WorkerPerRace", "5", "did you mean 'WorkersPerRace'?" },
        { "RaceLab:Limit:Circuits", "5", "did you mean 'Limits'?" },
        { "RaceLab:Postgres", "/usr", "There is no setting RaceLab:Postgres" },
        { "RaceLab:PostgresBin", "/no/such/folder", "there is no such folder" },
        { "RaceLab:PostgresBin", "/", "initdb and postgres are not there" },
        { "RACELAB_POSTGRES_BIN", "/", "initdb and postgres are not there" },
        { "RACELAB_HOME", "somewhere/here", "write the whole path" },
        { "RaceLab:Content", "/no/such/folder", "there is no such folder" },
        { "RaceLab:Content", "/etc/passwd", "which is a file: name a folder" },
        { "RaceLab:Home", "somewhere/here", "write the whole path" },
        { "ConnectionStrings:Lab", "hunter2", "ConnectionStrings:Lab: The connection string cannot be read" },
        { "ConnectionStrings:Lab", "Host=db;Pasword=hunter2", "ConnectionStrings:Lab: The connection string cannot be read" },
        { "ConnectionStrings:State", "Username=me;Password=hunter2", "ConnectionStrings:State: The connection string names no host" },
        { "ConnectionStrings:Labs", "Host=db;Password=hunter2", "did you mean 'Lab'?" },
        { "ConnectionStrings:Redis", "cache:hunter2", "ConnectionStrings:Redis: The address of Redis cannot be read" },
        { "ConnectionStrings:Redis", "rediss://:hunter2@cache/first", "the number of a database" },
        { "port", "http", "from 0 to 65535" },
        { "port", "70000", "is '70000'" },
        { "urls", "localhost:5080", "write an address such as" },
        { "urls", "http://localhost:5080;ftp://localhost", "ftp://localhost" },
        { "urls", "http://localhost:99999", "http://localhost:99999" },
        { "AllowedHosts", "https://lab.example.org", "without scheme and port" },
        { "AllowedHosts", "lab.example.org:8080", "without scheme and port" },
        { "OTEL_EXPORTER_OTLP_ENDPOINT", "collector", "the address of a collector" },
        { "OTEL_EXPORTER_OTLP_PROTOCOL", "http/json", "grpc or http/protobuf" },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void Read_WrongSetting_IsRefusedInASentence(string key, string value, string expected)
    {
        var wrong = Assert.Throws<SettingsException>(() => Read((key, value)));
        var problem = Assert.Single(wrong.Problems);
        Assert.Contains(expected, problem, StringComparison.Ordinal);
        Assert.Contains(key.Split(':')[0], problem, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", wrong.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Read_OtherNameOfASetting_IsTakenWhereTheSettingIsNotGiven()
    {
        Assert.Equal("/tmp/other", Read(("RACELAB_HOME", "/tmp/other")).Servers.Home);
        Assert.Equal("/tmp/own", Read(("RACELAB_HOME", "/tmp/other"), ("RaceLab:Home", "/tmp/own")).Servers.Home);
    }

    [Fact]
    public void ReadWithoutPage_SettingsOfThePage_AreNobodysConcern()
    {
        var environment = new ConfigurationBuilder().AddInMemoryCollection([new("port", "x"), new("OTEL_EXPORTER_OTLP_ENDPOINT", "x"), new("RaceLab:Limits:History", "77")]).Build();
        Assert.Equal(77, SettingsReader.ReadWithoutPage(environment).Servers.History.Entries);
    }

    [Fact]
    public void Read_SeveralWrong_NamesThemAll()
    {
        var wrong = Assert.Throws<SettingsException>(() => Read(("port", "x"), ("RaceLab:Limits:History", "x"), ("RaceLab:Nonsense", "x")));
        Assert.Equal(3, wrong.Problems.Count);
    }

    [Fact]
    public void Read_Nothing_GivesTheDefaults()
    {
        var settings = Read();
        Assert.Equal(new RaceLimits(), settings.Races);
        Assert.Equal((100, TimeSpan.FromMinutes(3)), (settings.Circuits, settings.CircuitTime));
        Assert.Equal((null, null, null), (settings.Servers.Lab, settings.Servers.State, settings.Otlp));
    }

    [Fact]
    public void Read_EmptyValues_AreAsIfLeftOut()
    {
        var settings = Read(("ConnectionStrings:Lab", ""), ("RaceLab:Limits:History", " "), ("AllowedHosts", ""), ("RaceLab:Home", ""));
        Assert.Null(settings.Servers.Lab);
        Assert.Null(settings.Servers.Home);
    }

    [Fact]
    public void Read_EndsOfEveryRange_AreTaken()
    {
        foreach (var limit in LimitSetting.All)
        {
            foreach (var end in (int[])[limit.Least, limit.Most]) Read(($"{LimitSetting.Section}:{limit.Key}", $"{end}"));
            Assert.InRange(limit.Default, limit.Least, limit.Most);
        }
    }

    [Theory]
    [InlineData("http://*:8080")]
    [InlineData("http://+:80;https://[::1]:443")]
    [InlineData("http://127.0.0.1:0")]
    public void Read_GoodAddresses_AreTaken(string urls) => Read(("urls", urls));

    [Fact]
    public void Read_ConnectionStringsOfOtherPrograms_AreLeftAlone() => Read(("ConnectionStrings:Warehouse", "whatever"));

    [Theory]
    [InlineData(null, false)]
    [InlineData("grpc", false)]
    [InlineData("http/protobuf", true)]
    public void Read_Collector_IsTaken(string? protocol, bool overHttp)
    {
        var settings = Read(("OTEL_EXPORTER_OTLP_ENDPOINT", "http://localhost:4317"), ("OTEL_EXPORTER_OTLP_PROTOCOL", protocol));
        Assert.Equal(new OtlpTarget(new Uri("http://localhost:4317"), overHttp), settings.Otlp);
    }

    [Fact]
    public void Documentation_OfOperations_ListsEveryLimitAndInstrument()
    {
        var text = File.ReadAllText(Path.Combine(Places.Repository, "docs", "operations.md"));
        foreach (var limit in LimitSetting.All)
            Assert.Contains($"| `{LimitSetting.Section}:{limit.Key}` | {limit.Unit} | {limit.Least:N0} to {limit.Most:N0} | {limit.Default:N0} |", text, StringComparison.Ordinal);
        Assert.All(SettingKeys.All, key => Assert.Contains($"`{key}`", text, StringComparison.Ordinal));
        using var listener = new System.Diagnostics.Metrics.MeterListener();
        var names = new List<string>();
        listener.InstrumentPublished = (instrument, _) =>
        {
            if (instrument.Meter.Name == RaceMeter.Name) names.Add(instrument.Name);
        };
        listener.Start();
        using var meter = new RaceMeter(new Engine.Databases.ConnectionPermits(1));
        Assert.NotEmpty(names);
        Assert.All(names, name => Assert.Contains($"`{name}`", text, StringComparison.Ordinal));
    }

    private static LabSettings Read(params (string Key, string? Value)[] settings) => SettingsReader.Read(
        new ConfigurationBuilder().AddInMemoryCollection(settings.Select(s => KeyValuePair.Create(s.Key, s.Value))).Build());
}
