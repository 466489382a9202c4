using System.Text.Json;
using Microsoft.Extensions.Configuration;
using RaceLab.Engine.Clusters;
using RaceLab.Engine.Sessions;
using RaceLab.Engine.Settings;

namespace RaceLab.Cli.Tests;

/// <summary>The commands with the real engine and a private PostgreSQL, which they start where the settings say.</summary>
public sealed class RealLabTests
{
    [Fact(Timeout = 180_000)]
    public async Task Step_PrivateServer_LivesWhereTheSettingSaysAndPlaysTheSchedule()
    {
        // Short, because PostgreSQL's sockets lie below it.
        var home = Path.Combine(Path.GetTempPath(), $"rlc-{Guid.NewGuid():N}"[..12]);
        try
        {
            await PostgresBinaries.FindAsync(null, TestContext.Current.CancellationToken);
        }
        catch (ServerRefusedException none)
        {
            Assert.Skip(none.Message);
        }

        try
        {
            var (code, text, error) = await RunAsync(home, "step --scenario sign-up --strategy unique-and-catch --schedule 1.insert,2.insert --json");

            Assert.Equal((0, ""), (code, error));
            using var json = JsonDocument.Parse(text);
            var turns = json.RootElement.GetProperty("turns").EnumerateArray().ToList();
            Assert.Equal(["1.insert", "2.insert"], turns.Take(2).Select(t => t.GetProperty("step").GetString()));
            Assert.Equal("23505", turns[1].GetProperty("sqlstate").GetString());
            Assert.Equal(1, json.RootElement.GetProperty("rows").GetInt32());
            Assert.True(Directory.Exists(Path.Combine(home, "templates")), $"{home} was not used");

            (code, text, error) = await RunAsync(home, "step --scenario sign-up --strategy check-then-insert --schedule 1.insert");

            Assert.Equal((2, ""), (code, text));
            Assert.Equal("1.insert cannot be played: the next step of session 1 is 'check'.", error.TrimEnd());
        }
        finally
        {
            if (Directory.Exists(home)) Directory.Delete(home, recursive: true);
        }
    }

    private static async Task<(int Code, string Out, string Error)> RunAsync(string home, string command)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var environment = new LabEnvironment(new ConfigurationBuilder().AddInMemoryCollection([new(SettingKeys.Home, home)]).Build());
        var code = await CommandLine.RunAsync(command.Split(' '), Composition.Lab(environment), new Terminal(output, error, false), TestContext.Current.CancellationToken);
        return (code, output.ToString(), error.ToString());
    }
}
