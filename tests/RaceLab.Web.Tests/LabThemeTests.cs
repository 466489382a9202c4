using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.AspNetCore.Hosting;
using RaceLab.Web.Hosting;

namespace RaceLab.Web.Tests;

/// <summary>MudBlazor's theme is the page's own: nothing of it is left to Material's palette, and no colour is another one than the token of its name.</summary>
public sealed partial class LabThemeTests
{
    private static readonly string[] Themes = ["light", "dark"];

    private readonly string _tokens = Own("tokens.css");
    private readonly string _theme = Own("mud.css");

    [Fact(Timeout = 30_000)]
    public async Task Theme_EveryVariableThatMudBlazorReads_IsSet()
    {
        await using var app = RaceLabApp.CreateBuilder(["--Logging:LogLevel:Default=None"]).Build();
        var file = app.Services.GetRequiredService<IWebHostEnvironment>().WebRootFileProvider.GetFileInfo("_content/MudBlazor/MudBlazor.min.css");
        using var reader = new StreamReader(file.CreateReadStream());
        var sheet = await reader.ReadToEndAsync(Xunit.TestContext.Current.CancellationToken);

        var read = Read().Matches(sheet).Select(m => m.Groups[1].Value).ToHashSet();
        Assert.True(read.Count > 150, "MudBlazor's sheet was not understood.");
        read.ExceptWith(Set().Matches(sheet).Concat(Set().Matches(_theme)).Select(m => m.Groups[1].Value));
        Assert.Empty(read);
    }

    [Fact]
    public void Theme_ColoursWrittenAsNumbers_AreTheTokensTheyName()
    {
        foreach (var theme in Themes)
        {
            var numbers = Number().Matches(BlockOf(_theme, theme));
            Assert.NotEmpty(numbers);
            foreach (Match number in numbers)
            {
                var hex = Regex.Match(BlockOf(_tokens, theme), $"--{number.Groups[2].Value}: #([0-9a-f]{{6}});").Groups[1].Value;
                var triple = string.Join(", ", hex.Chunk(2).Select(pair => int.Parse(pair, NumberStyles.HexNumber, CultureInfo.InvariantCulture)));
                Assert.Equal($"{theme} {number.Groups[2].Value}: {triple}", $"{theme} {number.Groups[2].Value}: {number.Groups[1].Value}");
            }
        }
    }

    [Fact]
    public void Theme_EveryTokenItNames_Exists()
    {
        var set = Token().Matches(_tokens).Select(m => m.Groups[1].Value).ToHashSet();
        Assert.All(Named().Matches(_theme).Select(m => m.Groups[1].Value).Where(name => !name.StartsWith("mud-", StringComparison.Ordinal)), name => Assert.Contains(name, set));
    }

    private static string BlockOf(string sheet, string theme) => Regex.Match(sheet, $@":root\[data-theme={theme}\]\s*\{{([^}}]*)\}}").Groups[1].Value;

    private static string Own(string sheet, [CallerFilePath] string here = "") =>
        File.ReadAllText(Path.Combine(Path.GetDirectoryName(here)!, "../../src/RaceLab.Web/wwwroot/css", sheet));

    [GeneratedRegex(@"var\((--mud-[a-z0-9-]+)")]
    private static partial Regex Read();

    [GeneratedRegex(@"(--mud-[a-z0-9-]+)\s*:")]
    private static partial Regex Set();

    [GeneratedRegex(@"-rgb: ([0-9, ]+); /\* ([a-z-]+) \*/")]
    private static partial Regex Number();

    [GeneratedRegex(@"--([a-z0-9-]+):")]
    private static partial Regex Token();

    [GeneratedRegex(@"var\(--([a-z0-9-]+)")]
    private static partial Regex Named();
}
