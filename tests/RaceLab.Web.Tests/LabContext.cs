using System.Diagnostics;
using Bunit;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using MudBlazor.Services;
using RaceLab.Engine.Races;
using RaceLab.Web.Browsers;
using RaceLab.Web.Components;
using RaceLab.Web.Races;
using RaceLab.Web.Tests.Doubles;

namespace RaceLab.Web.Tests;

/// <summary>The page without a browser or a server. Scripts are strict: a call that is not expected fails the test.</summary>
public class LabContext : BunitContext
{
    public const string Me = "me-me-me-me-me-me-me-";
    public const string SomebodyElse = "somebody-else-somebod";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    protected LabContext()
    {
        Registry = new RaceRegistry(Runner, Archive, TimeProvider.System, NullLogger<RaceRegistry>.Instance);
        Services.AddSingleton(Content.Catalogue);
        Services.AddSingleton(Registry);
        Services.AddSingleton(new RaceFinder(Registry, Content.Catalogue));
        Services.AddSingleton(new ServerLacks(Server.KnownLack, Server.ProbeAsync, NullLogger<ServerLacks>.Instance));
        Services.AddScoped<CircuitConnection>();
        Services.AddScoped<CarriedChoice>();
        Services.AddMudServices(services => services.PopoverOptions.CheckForPopoverProvider = false);
        JSInterop.Mode = JSRuntimeMode.Strict;
        JSInterop.SetupVoid(call => call.Identifier.StartsWith("mud", StringComparison.Ordinal)).SetVoidResult();

        var live = JSInterop.SetupModule("./Components/Races/LiveRace.razor.js");
        View = live.SetupModule("create", _ => true);
        View.SetupVoid("prepare", _ => true).SetVoidResult();
        Draw = View.SetupVoid("draw", _ => true);
        Draw.SetVoidResult();
        View.SetupVoid("dispose").SetVoidResult();

        Track = JSInterop.SetupModule("./Components/Races/RaceTrack.razor.js").SetupModule("create", _ => true);
        foreach (var call in (string[])["show", "goTo", "zoom", "pan"]) Track.SetupVoid(call, _ => true).SetVoidResult();
        Track.SetupVoid("dispose").SetVoidResult();

        JSInterop.SetupModule("./Components/Choices/ChoiceList.razor.js").SetupVoid("reveal", _ => true).SetVoidResult();

        var keys = JSInterop.SetupModule("./Components/Pages/RacePage.razor.js").SetupModule("listen", _ => true);
        Address = keys.SetupVoid("address", _ => true);
        Address.SetVoidResult();
        keys.SetupVoid("dispose").SetVoidResult();
    }

    public TestContent Content { get; } = new();

    public ControlledRunner Runner { get; } = new();

    public FakeArchive Archive { get; } = new();

    public FakeServer Server { get; } = new();

    public RaceRegistry Registry { get; }

    protected BunitJSModuleInterop View { get; }

    protected JSRuntimeInvocationHandler Draw { get; }

    protected BunitJSModuleInterop Track { get; }

    protected JSRuntimeInvocationHandler Address { get; }

    protected NavigationManager Navigation => Services.GetRequiredService<NavigationManager>();

    protected static CancellationToken Token => Xunit.TestContext.Current.CancellationToken;

    /// <summary>Shows the page at an address, such as <c>/?workers=2</c> or <c>/races/x</c>.</summary>
    protected IRenderedComponent<CascadingValue<OwnerToken>> Show(string address, string owner = Me)
    {
        Navigation.NavigateTo(address);
        var path = Navigation.ToBaseRelativePath(Navigation.Uri).Split('?')[0];
        var id = path.StartsWith("races/", StringComparison.Ordinal) ? path["races/".Length..] : null;
        return Render<CascadingValue<OwnerToken>>(p => p
            .Add(c => c.Value, new OwnerToken(owner))
            .AddChildContent<Components.Pages.RacePage>(page => page.Add(r => r.Id, id)));
    }

    /// <summary>Looks again and again until it holds. bUnit's own way looks only when something was rendered, and frames render nothing.</summary>
    protected static async Task EventuallyAsync(Action holds)
    {
        var deadline = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                holds();
                return;
            }
            catch (Exception) when (deadline.Elapsed < Patience)
            {
                await Task.Delay(10, Token);
            }
        }
    }

    protected override async ValueTask DisposeAsyncCore()
    {
        await base.DisposeAsyncCore();
        Content.Dispose();
    }

    protected Race StartRace(string owner = Me, Workload? workload = null) =>
        Registry.Start(new RaceRequest(TestContent.SignUp, TestContent.CheckThenInsert, workload ?? new Workload()), owner);
}
