using System.Diagnostics;
using System.Runtime.Versioning;

namespace RaceLab.Cli.Tests;

/// <summary>The script on simulated machines: a copy of it in a folder of its own, with a PATH that holds just what the machine has.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class ScriptTests : IDisposable
{
    private static readonly string[] Basics = ["bash", "dirname", "id", "sed", "env", "cat", "find", "mkdir", "touch", "mv", "rm", "basename", "grep", "paste"];

    private readonly DirectoryInfo _machine = Directory.CreateTempSubdirectory("racelab-script-");
    private readonly string _programs;

    public ScriptTests()
    {
        _programs = _machine.CreateSubdirectory("programs").FullName;
        foreach (var name in Basics) File.CreateSymbolicLink(Path.Combine(_programs, name), Path.Combine(FolderOf(name), name));

        // Where the script looks on its own account, the simulated machine has nothing.
        var script = File.ReadAllText(Path.Combine(Repository(), "racelab"))
            .Replace("/usr/lib/postgresql", _machine.FullName + "/usr/lib/postgresql", StringComparison.Ordinal)
            .Replace("/etc/postgresql-common", _machine.FullName + "/etc/postgresql-common", StringComparison.Ordinal)
            .Replace("/usr/bin/chromium", _machine.FullName + "/usr/bin/chromium", StringComparison.Ordinal);
        Write(Path.Combine(_machine.FullName, "racelab"), script);
    }

    public void Dispose() => _machine.Delete(recursive: true);

    [Theory(Timeout = 60_000)]
    [InlineData("racelab")]
    [InlineData(".ci/run")]
    public async Task Script_Syntax_IsRight(string script)
    {
        var (code, _, error) = await RunAsync("/bin/sh", ["-c", "exec bash -n \"$0\"", Path.Combine(Repository(), script)], path: null);

        Assert.Equal((0, ""), (code, error));
    }

    [Fact(Timeout = 60_000)]
    public async Task Race_NoPostgres_SaysInOneLineWhatToDo()
    {
        Has("dotnet");

        var (code, output, error) = await RacelabAsync("race", "--json");

        Assert.Equal((3, ""), (code, output));
        Assert.Equal("racelab: PostgreSQL's server programs cannot be found: install it, and try again.\n", error);
    }

    [Fact(Timeout = 60_000)]
    public async Task Run_NothingButApt_NamesEverythingAndHowToGetIt()
    {
        Has("dotnet");
        Has("apt-get");

        var (code, output, error) = await RacelabAsync("run");

        Assert.Equal((3, ""), (code, output));
        Assert.Equal(
            "racelab: PostgreSQL's server programs and Node.js 18 or newer with npm cannot be found: "
            + "run './racelab run --yes', which installs postgresql nodejs npm with apt-get, and try again.\n",
            error);
    }

    [Fact(Timeout = 60_000)]
    public async Task Test_NothingAtAll_SaysInOneLineWhatToDo()
    {
        var (code, _, error) = await RacelabAsync("test");

        Assert.Equal(3, code);
        Assert.Single(error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Contains("the .NET 10 SDK, PostgreSQL's server programs, Node.js 18 or newer with npm, Chromium and Redis cannot be found", error);
        Assert.Contains("https://dotnet.microsoft.com/download/dotnet/10.0", error);
    }

    [Fact(Timeout = 60_000)]
    public async Task Run_OldNode_DoesNotDo()
    {
        Has("dotnet");
        Has("npm");
        Has("node", "echo v16.20.1");
        HasPostgres();

        var (code, _, error) = await RacelabAsync("run");

        Assert.Equal(3, code);
        Assert.StartsWith("racelab: Node.js 18 or newer with npm cannot be found", error);
    }

    [Fact(Timeout = 60_000)]
    public async Task Run_NothingToBuild_AsksForNothingThatOnlyBuildingNeeds()
    {
        var calls = Path.Combine(_machine.FullName, "calls");
        Has("dotnet", $"echo \"dotnet ${{1##*/}}\" >> '{calls}'");
        HasPostgres();
        var program = Path.Combine(_machine.CreateSubdirectory("src/RaceLab.Web/bin/Release/net10.0").FullName, "RaceLab.Web.dll");
        var source = Path.Combine(_machine.FullName, "src/RaceLab.Web/Program.cs");
        File.WriteAllText(program, "");
        File.WriteAllText(source, "");
        var stamp = Path.Combine(_machine.CreateSubdirectory("artifacts").FullName, "built-RaceLab.Web");
        File.WriteAllText(stamp, "");
        foreach (var older in new[] { source, Path.GetDirectoryName(source)!, Path.Combine(_machine.FullName, "src") }) SetTime(older, -1);

        var (code, _, error) = await RacelabAsync("run");
        Assert.Equal((0, ""), (code, error));
        Assert.Equal("dotnet RaceLab.Web.dll\n", await File.ReadAllTextAsync(calls, TestContext.Current.CancellationToken));

        // A file that is newer than the build is to be built, and for that everything is needed.
        SetTime(source, 1);
        (code, _, error) = await RacelabAsync("run");
        Assert.Equal(3, code);
        Assert.StartsWith("racelab: Node.js 18 or newer with npm cannot be found", error);

        void SetTime(string path, int hours) => File.SetLastWriteTimeUtc(path, File.GetLastWriteTimeUtc(stamp).AddHours(hours));
    }

    [Fact(Timeout = 60_000)]
    public async Task Race_PostgresBinWithoutPostgres_SaysSo()
    {
        Has("dotnet");

        var (code, _, error) = await RacelabAsync(["race"], ("RACELAB_POSTGRES_BIN", "/nowhere"));

        Assert.Equal(3, code);
        Assert.Equal("racelab: RACELAB_POSTGRES_BIN is /nowhere, and initdb and postgres are not there: set it to the folder that holds them, or unset it.\n", error);
    }

    [Fact(Timeout = 60_000)]
    public async Task Race_Yes_InstallsQuietlyAndWithoutASystemCluster()
    {
        var calls = Path.Combine(_machine.FullName, "calls");
        var settings = Path.Combine(_machine.CreateSubdirectory("etc/postgresql-common").FullName, "createcluster.conf");
        File.WriteAllText(settings, "#create_main_cluster = true\n");
        Has("dotnet", $"echo \"dotnet $*\" >> '{calls}'");
        Has("sudo", "\"$@\"");
        var postgres = Path.Combine(_machine.FullName, "usr/lib/postgresql/15/bin");
        Has("apt-get", $"""
            echo "apt-get $* ($DEBIAN_FRONTEND)" >> '{calls}'
            echo chatter
            case "$*" in *' postgresql')
              cp_settings=$(cat '{settings}'); echo "$cp_settings" >> '{calls}'
              mkdir -p '{postgres}'; touch '{postgres}/initdb' '{postgres}/postgres'; chmod +x '{postgres}'/* ;;
            esac
            """);
        File.CreateSymbolicLink(Path.Combine(_programs, "chmod"), Path.Combine(FolderOf("chmod"), "chmod"));

        var (code, output, error) = await RacelabAsync("race", "--yes", "--json");

        Assert.Equal((0, ""), (code, output));
        Assert.Contains("chatter", error);
        var lines = File.ReadAllLines(calls).Where(l => l != "dotnet --version").ToList();
        Assert.Equal(
            [
                "apt-get update -q (noninteractive)",
                "apt-get install -q -y postgresql-common (noninteractive)",
                "apt-get install -q -y postgresql (noninteractive)",
                "create_main_cluster = false",
            ],
            lines[..4]);
        Assert.EndsWith("RaceLab.Cli.dll race --json", lines[^1]);
    }

    [Fact(Timeout = 60_000)]
    public async Task Race_AForeignServer_NeedsNoPostgresHere()
    {
        Has("dotnet", "echo \"$*\"");

        var (code, output, _) = await RacelabAsync("race", "--lab", "Host=a b");

        Assert.Equal(0, code);
        Assert.EndsWith("RaceLab.Cli.dll race --lab Host=a b\n", output);
    }

    [Fact(Timeout = 60_000)]
    public async Task Step_PostgresBinGivenAsASetting_IsLeftToTheProgram()
    {
        Has("dotnet", "echo \"$*\"");

        var (code, output, error) = await RacelabAsync(["step", "--schedule", "1.check"], ("RaceLab__PostgresBin", "/somewhere"));

        Assert.Equal(0, code);
        Assert.EndsWith("RaceLab.Cli.dll step --schedule 1.check\n", output);
        Assert.DoesNotContain("cannot be found", error, StringComparison.Ordinal);
    }

    [Theory(Timeout = 60_000)]
    [InlineData("")]
    [InlineData("sprint")]
    public async Task Racelab_NoSuchCommand_ShowsTheUsage(string command)
    {
        var (code, output, error) = await RacelabAsync(command.Length == 0 ? [] : [command]);

        Assert.Equal((2, ""), (code, output));
        Assert.Contains("./racelab test", error);
    }

    [Theory(Timeout = 60_000)]
    [InlineData("passed=\"3\" failed=\"0\" skipped=\"1\" errors=\"0\" total=\"4\" not-run=\"0\"", 0, "6 passed, 0 failed, 2 skipped", 0)]
    [InlineData("passed=\"3\" failed=\"2\" skipped=\"0\" errors=\"1\" total=\"5\" not-run=\"0\"", 1, "6 passed, 6 failed, 0 skipped", 1)]
    [InlineData("passed=\"0\" failed=\"0\" skipped=\"0\" errors=\"0\" total=\"0\" not-run=\"0\"", 0, "0 passed, 2 failed, 0 skipped", 1)]
    [InlineData("passed=\"3\" failed=\"0\" skipped=\"0\" errors=\"0\" total=\"3\" not-run=\"0\"", 134, "6 passed, 2 failed, 0 skipped", 1)]
    [InlineData(null, 134, "0 passed, 2 failed, 0 skipped", 1)]
    public async Task Test_Suites_AreSummedInTheLastLine(string? totals, int suiteCode, string expected, int expectedCode)
    {
        HasEverythingFor("A.Tests", "B.Tests");

        // Stands in for the test programs as well: `dotnet A.Tests.dll -noLogo -noColor -xml <file>`.
        var xml = totals is null ? ":" : $"echo '<assemblies><assembly name=\"x\" {totals}><errors/></assembly></assemblies>' > \"$5\"";
        Has("dotnet", $"case \"$1\" in *.Tests.dll) {xml}; exit {suiteCode} ;; esac");

        var (code, output, _) = await RacelabAsync("test");

        Assert.Equal(expectedCode, code);
        Assert.Equal(expected, output.Split('\n', StringSplitOptions.RemoveEmptyEntries)[^1]);
    }

    [Fact(Timeout = 60_000)]
    public async Task Test_SuiteThatHangs_IsEndedAndCountsAsFailed()
    {
        HasEverythingFor("A.Tests");
        foreach (var name in new[] { "timeout", "sleep" }) File.CreateSymbolicLink(Path.Combine(_programs, name), Path.Combine(FolderOf(name), name));
        Has("dotnet", "case \"$1\" in *.Tests.dll) exec sleep 600 ;; esac");

        var (code, output, error) = await RacelabAsync(["test"], ("RACELAB_SUITE_LIMIT", "0.2s"));

        Assert.Equal(1, code);
        Assert.Contains("A.Tests was ended after 0.2s: a test hangs.", error);
        Assert.EndsWith("\n0 passed, 1 failed, 0 skipped\n", output);
    }

    [Theory(Timeout = 60_000)]
    [InlineData("--filter")]
    [InlineData("--fast")]
    public async Task Test_BadArgument_IsRefused(string argument)
    {
        var (code, output, error) = await RacelabAsync("test", argument);

        Assert.Equal((2, ""), (code, output));
        Assert.Contains(argument, error);
    }

    private static string Repository()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder!.FullName, "RaceLab.sln"))) folder = folder.Parent;
        return folder.FullName;
    }

    private static string FolderOf(string program) =>
        Environment.GetEnvironmentVariable("PATH")!.Split(':').Append("/bin").First(f => File.Exists(Path.Combine(f, program)));

    private static async Task<(int Code, string Out, string Error)> RunAsync(
        string program, IEnumerable<string> arguments, string? path, params (string Name, string Value)[] variables)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var name in start.Environment.Keys.Where(k => k.StartsWith("RACELAB_", StringComparison.Ordinal) || k.StartsWith("RaceLab__", StringComparison.Ordinal) || k.StartsWith("ConnectionStrings__", StringComparison.Ordinal)).ToList())
            start.Environment.Remove(name);
        if (path is not null) start.Environment["PATH"] = path;
        foreach (var (name, value) in variables) start.Environment[name] = value;
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var cancellation = TestContext.Current.CancellationToken;
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(cancellation);
            var error = process.StandardError.ReadToEndAsync(cancellation);
            await process.WaitForExitAsync(cancellation);
            return (process.ExitCode, await output, await error);
        }
        finally
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
        }
    }

    private static void Write(string file, string text)
    {
        File.WriteAllText(file, text);
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    private Task<(int Code, string Out, string Error)> RacelabAsync(params string[] arguments) => RacelabAsync(arguments, []);

    private Task<(int Code, string Out, string Error)> RacelabAsync(string[] arguments, params (string Name, string Value)[] variables) =>
        RunAsync(Path.Combine(_programs, "bash"), [Path.Combine(_machine.FullName, "racelab"), .. arguments], _programs, variables);

    private void Has(string program, string does = ":") => Write(Path.Combine(_programs, program), $"#!{FolderOf("bash")}/bash\n{does}\n");

    private void HasEverythingFor(params string[] suites)
    {
        HasPostgres();
        Has("npm");
        Has("node", "echo v20.1.0");
        Has("chromium");
        Has("redis-server");
        foreach (var suite in suites)
        {
            _machine.CreateSubdirectory($"tests/{suite}/bin/Release/net10.0");
            File.WriteAllText(Path.Combine(_machine.FullName, $"tests/{suite}/{suite}.csproj"), "");
        }
    }

    private void HasPostgres()
    {
        Has("initdb");
        Has("postgres");
    }
}
