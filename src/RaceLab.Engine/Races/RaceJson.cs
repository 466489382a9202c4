using System.Text.Json;
using System.Text.Json.Serialization;

namespace RaceLab.Engine.Races;

/// <summary>How races are written as JSON wherever they are: camelCase names, enum values as words, numbers that are no number as "NaN".</summary>
public static class RaceJson
{
    /// <summary>For <see cref="JsonSerializer"/>; read-only.</summary>
    public static JsonSerializerOptions Options { get; } = Make();

    private static JsonSerializerOptions Make()
    {
        var options = new JsonSerializerOptions(JsonSerializerDefaults.Web)
        {
            NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
            Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
        };
        options.MakeReadOnly(populateMissingResolver: true);
        return options;
    }
}
