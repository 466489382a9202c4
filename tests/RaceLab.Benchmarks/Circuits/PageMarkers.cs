using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace RaceLab.Benchmarks.Circuits;

/// <summary>What a rendered page says of its circuit, in comments: which components belong there, and their state.</summary>
/// <param name="Operations">What adds the components, as the server expects it.</param>
/// <param name="State">The components' state, protected by the server.</param>
internal sealed partial record PageMarkers(string Operations, string State)
{
    /// <summary>Reads a page.</summary>
    /// <exception cref="CircuitException">It has no components, so that it is no page with a circuit.</exception>
    public static PageMarkers Read(string html)
    {
        var operations = new JsonArray();
        foreach (Match marker in Marker().Matches(html))
        {
            // A component ends with a comment that has no type.
            if (JsonNode.Parse(marker.Groups[1].Value) is not JsonObject component || (string?)component["type"] != "server") continue;
            operations.Add(new JsonObject { ["type"] = "add", ["ssrComponentId"] = operations.Count + 1, ["marker"] = component });
        }

        if (operations.Count == 0) throw new CircuitException("The page has no components: it is none of a lab, or the lab could not draw it.");
        return new PageMarkers(new JsonObject { ["batchId"] = 1, ["operations"] = operations }.ToJsonString(JsonSerializerOptions.Web), StateMarker().Match(html).Groups[1].Value);
    }

    [GeneratedRegex(@"<!--Blazor:(\{.*?\})-->", RegexOptions.Singleline)]
    private static partial Regex Marker();

    [GeneratedRegex("<!--Blazor-Server-Component-State:(.*?)-->", RegexOptions.Singleline)]
    private static partial Regex StateMarker();
}
