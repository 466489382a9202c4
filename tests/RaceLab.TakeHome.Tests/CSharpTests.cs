using System.Xml.Linq;
using RaceLab.Engine.TakeHome;
using RaceLab.Engine.Tests;

namespace RaceLab.TakeHome.Tests;

/// <summary>All strategies in C# with their tests in xUnit, compiled as one project and run on a real server.</summary>
public sealed class CSharpTests(TestPostgres postgres)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact(Timeout = 600_000)]
    public async Task StressTests_OfEveryStrategy_FailOnTheBrokenAndPassOnTheSound()
    {
        var tests = Taken.All(TakeHomeLanguage.XUnit);
        using var folder = new GeneratedFolder();
        folder.Write("TakenHome.csproj", Project());
        foreach (var taken in Taken.All(TakeHomeLanguage.CSharp).Concat(tests)) folder.Write(Path.Combine(taken.Scenario.Id, taken.File.FileName), taken.File.Text);
        var build = await Tool.RunAsync("dotnet", ["build", "-c", "Release", "-v", "quiet", "--nologo", "-o", "out", "-m:1", "-nodeReuse:false"], folder.Path, null, Cancellation);
        Assert.True(build.Exit == 0, build.Output);

        await using var database = await ScratchDatabase.MakeAsync(postgres);
        await using var redis = await RedisDoor.OpenAsync(postgres.Lab, Cancellation);
        var environment = new Dictionary<string, string?> { ["STRESS_DATABASE"] = database.ConnectionString, ["STRESS_REDIS"] = redis?.Address };
        var run = await Tool.RunAsync("dotnet", ["out/TakenHome.dll", "-noLogo", "-noColor", "-xml", "results.xml", "-maxThreads", "4"], folder.Path, environment, Cancellation);
        Assert.True(File.Exists(Path.Combine(folder.Path, "results.xml")), run.Output);
        var results = XDocument.Load(Path.Combine(folder.Path, "results.xml")).Descendants("test").ToDictionary(t => (string)t.Attribute("type")!);
        var wrong = new List<string>();
        foreach (var taken in await Taken.RunnableAsync(tests, postgres.Lab, Cancellation))
        {
            var result = results[$"{Pascal(taken.Scenario.Id)}.{Path.GetFileNameWithoutExtension(taken.File.FileName)}"];
            if (taken.Judge((string?)result.Attribute("result") == "Pass", (string?)result.Element("failure")?.Element("message") ?? "") is { } problem) wrong.Add(problem);
        }

        Assert.True(wrong.Count == 0, string.Join("\n\n", wrong));
        Assert.Contains(tests, t => t.Strategy.IsSound);
        Assert.Contains(tests, t => !t.Strategy.IsSound);
    }

    private static string Pascal(string id) => string.Concat(id.Split('-').Select(w => char.ToUpperInvariant(w[0]) + w[1..]));

    /// <summary>A project as somebody would make it, with the versions that this repository uses.</summary>
    private static string Project()
    {
        var versions = XDocument.Load(Path.Combine(Taken.Repository, "Directory.Packages.props")).Descendants("PackageVersion")
            .ToDictionary(v => (string)v.Attribute("Include")!, v => (string)v.Attribute("Version")!);
        return $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <Nullable>enable</Nullable>
                <ImplicitUsings>enable</ImplicitUsings>
                <TreatWarningsAsErrors>true</TreatWarningsAsErrors>
                <InvariantGlobalization>true</InvariantGlobalization>
                <NuGetAudit>false</NuGetAudit>
              </PropertyGroup>
              <ItemGroup>
                <PackageReference Include="Npgsql" Version="{versions["Npgsql"]}" />
                <PackageReference Include="xunit.v3" Version="{versions["xunit.v3"]}" />
              </ItemGroup>
            </Project>
            """;
    }
}
