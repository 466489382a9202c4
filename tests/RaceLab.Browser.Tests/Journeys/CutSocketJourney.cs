using System.Collections.Concurrent;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace RaceLab.Browser.Tests.Journeys;

/// <summary>The classroom's network fails in the middle of a race.</summary>
public sealed class CutSocketJourney(LabFixture fixture) : Journey(fixture)
{
    private readonly ConcurrentQueue<IWebSocketRoute> _sockets = new();

    [Fact(Timeout = Limit)]
    public async Task SocketCutAndRestored_WhileTheRaceRuns_GoesOnByItself()
    {
        var page = await StartAsync();

        await CutAsync(page);
        await RestoreAsync(page);

        await page.ExpectMovingNumbersAsync();
        await page.StopAsync();
        await ExpectAgreementAsync(page);
    }

    [Fact(Timeout = Limit)]
    public async Task SocketCutAndRestored_AfterTheRaceHasEndedMeanwhile_ShowsItsVerdict()
    {
        var page = await StartAsync();
        var other = await ArriveAgainAsync(page);
        await other.OpenAsync(page.Tab.Url);

        await CutAsync(page);
        await other.StopAsync();
        await RestoreAsync(page);

        await page.ExpectStateAsync("Stopped");
        await ExpectAgreementAsync(page);
        Assert.Equal(await other.ReadFinalNumbersAsync(), await page.ReadFinalNumbersAsync());
    }

    private async Task<LabPage> StartAsync()
    {
        Excuse("ERR_INTERNET_DISCONNECTED", "Connection disconnected", "WebSocket", "Failed to complete negotiation", "Failed to start the connection", "Failed to fetch");
        var page = await ArriveAsync();
        await page.Tab.RouteWebSocketAsync("**/_blazor?**", socket =>
        {
            socket.ConnectToServer();
            _sockets.Enqueue(socket);
        });
        await page.OpenAsync(LongRace);
        await page.RunUntilLiveAsync();
        return page;
    }

    private async Task CutAsync(LabPage page)
    {
        await page.Tab.Context.SetOfflineAsync(true);
        Assert.NotEmpty(_sockets);
        while (_sockets.TryDequeue(out var socket)) await socket.CloseAsync(new() { Code = 1001 });
        await Expect(page.LineCut).ToBeVisibleAsync();
    }

    private static async Task RestoreAsync(LabPage page)
    {
        await page.Tab.Context.SetOfflineAsync(false);
        await Expect(page.LineCut).ToBeHiddenAsync();
    }

    private static async Task ExpectAgreementAsync(LabPage page)
    {
        var final = await page.ReadFinalNumbersAsync();
        Assert.Contains("The flaw showed", final.Verdict, StringComparison.Ordinal);
        Assert.Equal(final.Created, final.Rows);
        await Expect(page.Live("created")).ToHaveTextAsync($"{final.Rows:N0}");
    }
}
