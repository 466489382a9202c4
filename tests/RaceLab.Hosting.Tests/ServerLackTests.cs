using System.Net;
using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using RaceLab.Engine.Clusters;
using RaceLab.Engine.Content;
using RaceLab.Engine.Races;
using RaceLab.Web.Races;

namespace RaceLab.Hosting.Tests;

/// <summary>From <c>needs</c> in a file to the page: what the server lacks is said before the race, and the same at its start.</summary>
public sealed partial class ServerLackTests : IAsyncLifetime
{
    private readonly DirectoryInfo _content = Directory.CreateTempSubdirectory("racelab-content-");
    private EmbeddedCluster _cluster = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        var scenario = await File.ReadAllTextAsync(Path.Combine(Places.Content, "scenarios", "sign-up", "scenario.yaml"), Cancellation);
        var folder = _content.CreateSubdirectory(Path.Combine("scenarios", "sign-up"));
        const string Name = "  check-then-insert:\n";
        Assert.Contains(Name, scenario, StringComparison.Ordinal);
        await File.WriteAllTextAsync(Path.Combine(folder.FullName, "scenario.yaml"), scenario.Replace(Name, $"{Name}    needs: {{ postgres: 99 }}\n", StringComparison.Ordinal), Cancellation);
        _cluster = await Places.StartClusterAsync(Cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        await _cluster.DisposeAsync();
        _content.Delete(recursive: true);
    }

    [Fact(Timeout = 120_000)]
    public async Task Page_StrategyThatNeedsANewerServer_IsMarkedBeforeTheRaceAndRefusedAtItsStart()
    {
        await using var lab = await Places.StartLabAsync(_cluster, Cancellation, $"--RaceLab:Content={_content.FullName}");
        using var client = Places.ClientOf(lab);
        var reason = $"It needs PostgreSQL 99 or newer, and the lab's server is {lab.Servers.Lab.Version}.";
        var scenario = Assert.Single(lab.App.Services.GetRequiredService<Catalogue>().Scenarios);

        var first = await client.GetStringAsync("/", Cancellation);
        Assert.Single(Mark().Matches(first));
        Assert.DoesNotContain("id=\"lack\"", first, StringComparison.Ordinal);
        Assert.DoesNotMatch("""value="check-then-insert"[^>]* checked""", first);

        var linked = WebUtility.HtmlDecode(await client.GetStringAsync("/?strategy=check-then-insert", Cancellation));
        Assert.Matches("""value="check-then-insert"[^>]* checked""", linked);
        Assert.Contains("id=\"lack\"", linked, StringComparison.Ordinal);
        Assert.Equal(3, linked.Split(reason).Length - 1); // In the list, below it as that of the chosen one, and above Run.

        var workload = new Workload { Workers = 2, Keys = 2, Attempts = 2, Duration = null };
        var result = await lab.App.Services.GetRequiredService<RaceRegistry>()
            .Start(new RaceRequest(scenario, scenario.FindStrategy("check-then-insert")!, workload), "me").Completion.WaitAsync(Cancellation);
        Assert.Equal((RaceEnd.Refused, reason), (result.End, result.Problem));
    }

    [Fact(Timeout = 120_000)]
    public async Task Start_LabWithAServer_HasItTriedWithoutBeingAsked()
    {
        await using var lab = await Places.StartLabAsync(_cluster, Cancellation);
        var lacks = lab.App.Services.GetRequiredService<ServerLacks>();
        while (lab.Servers.Lab.Lacks is null) await Task.Delay(10, Cancellation);
        Assert.Empty(lab.Servers.Lab.Lacks);
        var scenario = lab.App.Services.GetRequiredService<Catalogue>().Find("sign-up")!;
        Assert.All(scenario.Strategies, strategy => Assert.Null(lacks.Of(scenario, strategy)));
    }

    [GeneratedRegex("<span class=\"lack\"")]
    private static partial Regex Mark();
}
