using System.Collections;
using System.Globalization;
using System.Reflection;
using RaceLab.Engine.Content;
using RaceLab.Engine.Programs;

namespace RaceLab.Engine.TakeHome;

/// <summary>
/// What the writers know of content. A construct, or a field of one, that is not listed here makes a strategy impossible to write, with a reason, rather
/// than be left out in silence.
/// </summary>
internal static class KnownParts
{
    private static readonly Dictionary<Type, string[]> _known = new()
    {
        [typeof(Scenario)] =
        [
            nameof(Scenario.Id), nameof(Scenario.Title), nameof(Scenario.Summary), nameof(Scenario.Text), nameof(Scenario.MinimumPostgres), nameof(Scenario.Key),
            nameof(Scenario.Schema), nameof(Scenario.Rows), nameof(Scenario.Invariants), nameof(Scenario.Strategies), nameof(Scenario.File), nameof(Scenario.Lines),
            nameof(Scenario.Deliveries), nameof(Scenario.Behaviours), nameof(Scenario.View), nameof(Scenario.Puzzles),
            nameof(Scenario.KeyRows), nameof(Scenario.Workload), nameof(Scenario.Services), nameof(Scenario.Order), nameof(Scenario.Extensions),
        ],
        [typeof(Strategy)] =
        [
            nameof(Strategy.Id), nameof(Strategy.Title), nameof(Strategy.Summary), nameof(Strategy.Text), nameof(Strategy.Promises), nameof(Strategy.Witness),
            nameof(Strategy.Setup), nameof(Strategy.Program), nameof(Strategy.Needs), nameof(Strategy.IsSound), nameof(Strategy.Tries),

            nameof(Strategy.Instances), nameof(Strategy.Connection),
        ],
        [typeof(SqlStep)] =
        [
            nameof(SqlStep.Line), nameof(SqlStep.Name), nameof(SqlStep.Sql), nameof(SqlStep.Keep), nameof(SqlStep.When), nameof(SqlStep.OnError),
            nameof(SqlStep.On),
        ],
        [typeof(PauseStep)] = [nameof(PauseStep.Line), nameof(PauseStep.When)],
        [typeof(SayStep)] = [nameof(SayStep.Line), nameof(SayStep.Answer), nameof(SayStep.When)],
        [typeof(CrashStep)] = [nameof(CrashStep.Line), nameof(CrashStep.Delivery), nameof(CrashStep.When)],
        [typeof(WithinStep)] =
        [
            nameof(WithinStep.Line), nameof(WithinStep.Kind), nameof(WithinStep.Isolation), nameof(WithinStep.Retry), nameof(WithinStep.OnError), nameof(WithinStep.Steps),
            nameof(WithinStep.Variable), nameof(WithinStep.Connection), nameof(WithinStep.Lease),
        ],
        [typeof(EachStep)] = [nameof(EachStep.Line), nameof(EachStep.Variable), nameof(EachStep.List), nameof(EachStep.Sorted), nameof(EachStep.Steps), nameof(EachStep.Text)],
    };

    /// <summary>Refuses what has a field set that is not known here.</summary>
    /// <exception cref="NotExpressibleException">It has one.</exception>
    public static void RefuseOthers(object part) => RefuseOthers(part, part.GetType());

    /// <summary>Refuses what has a field set that is not known of such a part.</summary>
    /// <exception cref="NotExpressibleException">It has one.</exception>
    public static void RefuseOthers(object part, Type kind)
    {
        if (part is SqlStep { Sql.EndsSessions: true }) throw new NotExpressibleException("it ends sessions of its own role, which on a server of yours might be more than its own");
        if (!_known.TryGetValue(kind, out var known)) throw new NotExpressibleException(NoWordsFor(part));
        foreach (var property in part.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance))
        {
            if (known.Contains(property.Name) || IsUnset(property.GetValue(part))) continue;
            throw new NotExpressibleException($"it uses '{WordsOf(property.Name)}', which RaceLab cannot write as code yet");
        }
    }

    /// <summary>The reason why a construct cannot be written in any language.</summary>
    public static string NoWordsFor(object part) => part is WithinStep block
        ? $"it uses 'within: {WordsOf(block.Kind.ToString())}', which RaceLab cannot write as code yet"
        : $"it uses a step '{WordsOf(part.GetType().Name.Replace("Step", "", StringComparison.Ordinal))}', which RaceLab cannot write as code yet";

    /// <summary>Nothing, none of them, the first of its kind, and a count of one say nothing special.</summary>
    private static bool IsUnset(object? value) => value switch
    {
        null or false or 0 or 1 or "" => true,
        Enum kind => Convert.ToInt64(kind, CultureInfo.InvariantCulture) == 0,
        ICollection collection => collection.Count == 0,
        _ => false,
    };

    private static string WordsOf(string name) => string.Concat(name.Select((c, i) => char.IsUpper(c) ? (i > 0 ? " " : "") + char.ToLowerInvariant(c) : $"{c}"));
}
