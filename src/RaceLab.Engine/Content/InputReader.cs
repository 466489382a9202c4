using RaceLab.Engine.Programs;
using YamlDotNet.RepresentationModel;

namespace RaceLab.Engine.Content;

/// <summary>Reads <c>inputs</c>, of a scenario or of one strategy, and its <c>workload</c>: what attempts are given, and how many there are.</summary>
internal static class InputReader
{
    /// <summary>Reads inputs.</summary>
    /// <param name="owner">The scenario or the strategy.</param>
    /// <param name="taken">Names that mean something already, beside those that every attempt has.</param>
    public static IReadOnlyList<Input> Inputs(YamlFields owner, IReadOnlyList<Input> taken)
    {
        var read = new List<Input>();
        if (owner.Find("inputs") is null || owner.Fields("inputs", $"'inputs' of {owner.Owner}") is not { } inputs) return read;
        foreach (var (name, value) in inputs.Entries)
        {
            if (!RuleReader.IsVariable(name.Value!))
                owner.Errors.Add(name, $"'{name.Value}' is no name for an input: it has lower-case letters, digits and '_', such as 'request_id'");
            else if (StepProgram.Inputs.Contains(name.Value!))
                owner.Errors.Add(name, $"@{name.Value} is given to every attempt, so it cannot be drawn as well");
            else if (taken.Any(i => i.Name == name.Value))
                owner.Errors.Add(name, $"the scenario draws '{name.Value}' for all its strategies: call this one something else");
            if (Programs.Input.TryParse(name.Value!, (value as YamlScalarNode)?.Value?.Trim() ?? "", out var input, out var reason))
                read.Add(input);
            else
                owner.Errors.Add(value, $"{YamlFields.Describe(value)} draws nothing: {reason}");
        }

        return read;
    }

    /// <summary>Reads a scenario's own workload; null where it leaves that to the lab.</summary>
    public static UsualWorkload? Workload(YamlFields scenario)
    {
        if (scenario.Find("workload") is null || scenario.Fields("workload", "'workload'") is not { } fields) return null;
        fields.RefuseOthers(ContentFields.Workload);
        var workers = fields.Number("workers", 2, UsualWorkload.MostWorkers);
        var keys = fields.Number("keys", 1, UsualWorkload.MostKeys);
        var attempts = fields.Number("attempts", 1, UsualWorkload.MostAttempts);
        var pause = RuleReader.TimeRange(fields, "pause", "pause", UsualWorkload.LongestPause);
        var seed = fields.Find("seed") is null ? 1 : fields.Number("seed", 0, int.MaxValue);
        return workers is null || keys is null || attempts is null || pause is null || seed is null
            ? null
            : new UsualWorkload(workers.Value, keys.Value, attempts.Value, pause.Value.Low, pause.Value.High, seed.Value);
    }
}
