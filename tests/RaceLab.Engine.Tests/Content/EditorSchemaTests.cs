using System.Text.Json;
using RaceLab.Engine.Content;

namespace RaceLab.Engine.Tests.Content;

/// <summary>The editors' schema and the reader know the same fields.</summary>
public sealed class EditorSchemaTests
{
    public static TheoryData<string, string[]> Parts => new()
    {
        { "", [.. ContentFields.Scenario] },
        { "needs", [.. ContentFields.Needs] },
        { "deliveries", [.. ContentFields.Deliveries] },
        { "invariant", [.. ContentFields.Invariant] },
        { "strategy", [.. ContentFields.Strategy] },
        { "app", [.. ContentFields.App] },
        { "connection", [.. ContentFields.Connection] },
        { "databaseRole", [.. ContentFields.DatabaseRole] },
        { "puzzle", [.. ContentFields.Puzzle] },
        { "goal", [.. ContentFields.Goal] },
        { "role", [.. ContentFields.Role] },
        { "sqlStep", [.. ContentFields.SqlStep] },
        { "pauseStep", [.. ContentFields.Pause] },
        { "sayStep", [.. ContentFields.Say] },
        { "crashStep", [.. ContentFields.Crash] },
        { "withinStep", [.. ContentFields.Within] },
        { "eachStep", [.. ContentFields.Each] },
        { "workload", [.. ContentFields.Workload] },
        { "retry", [.. ContentFields.Retry] },
    };

    [Theory]
    [MemberData(nameof(Parts))]
    public void Schema_Part_HasTheFieldsOfTheReader(string part, string[] fields)
    {
        using var schema = JsonDocument.Parse(File.ReadAllText(Path.Combine(SignUp.Folder, "scenario.schema.json")));
        var found = part.Length == 0 ? schema.RootElement : schema.RootElement.GetProperty("definitions").GetProperty(part);

        Assert.Equal(fields.Order(StringComparer.Ordinal), found.GetProperty("properties").EnumerateObject().Select(p => p.Name).Order(StringComparer.Ordinal));
        Assert.Equal("object", found.GetProperty("type").GetString());
        Assert.All(found.GetProperty("properties").EnumerateObject(), p => Assert.True(
            p.Value.TryGetProperty("description", out _) || p.Value.TryGetProperty("$ref", out _), $"'{p.Name}' has no description"));
    }

    [Fact]
    public void Schema_RequiredFields_AreThoseThatTheReaderMisses()
    {
        using var schema = JsonDocument.Parse(File.ReadAllText(Path.Combine(SignUp.Folder, "scenario.schema.json")));
        var required = schema.RootElement.GetProperty("required").EnumerateArray().Select(r => r.GetString()).Order(StringComparer.Ordinal);

        var missed = ScenarioReader.Read("{}", "test", "f").Errors
            .Select(e => e.Reason.Split('\'')[1]).Order(StringComparer.Ordinal);

        Assert.Equal(missed, required);
    }

    [Fact]
    public void SignUp_FirstLine_NamesTheSchema()
    {
        var line = File.ReadLines(SignUp.Path).First();
        Assert.StartsWith("# yaml-language-server: $schema=", line, StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(Path.GetDirectoryName(SignUp.Path)!, line.Split('=')[1])));
    }
}
