using System.Text.RegularExpressions;
using RaceLab.Engine.Programs;
using YamlDotNet.RepresentationModel;

namespace RaceLab.Engine.Content;

/// <summary>Reads the strategies of a scenario, and holds their promises and witnesses to what the scenario and the steps say.</summary>
internal sealed partial class StrategyReader(IReadOnlyCollection<string> invariants, ContentLines lines, ErrorSink errors)
{
    private const int MostSessions = 4;

    public IReadOnlyList<Strategy> Read(YamlFields strategies)
    {
        var read = new List<Strategy>();
        foreach (var (id, value) in strategies.Entries)
        {
            if (!ScenarioReader.IsId(id.Value!))
                errors.Add(id, $"'{id.Value}' is no id for a strategy: it has lower-case letters, digits and single hyphens, such as 'check-then-insert'");
            if (YamlFields.From(value, $"the strategy '{id.Value}'", ErrorSink.LineOf(id), errors) is { } fields && ReadStrategy(id.Value!, fields) is { } strategy)
                read.Add(strategy);
        }

        return read;
    }

    private Strategy? ReadStrategy(string id, YamlFields fields)
    {
        var before = errors.Count;
        fields.RefuseOthers(ContentFields.Strategy);
        var title = fields.Text("title", ScenarioReader.LongestTitle);
        var summary = fields.Text("summary", ScenarioReader.LongestSummary);
        var text = fields.Text("text");
        var setup = fields.Script("setup", false, lines, ContentLines.Setup(id));
        var needs = NeedsReader.Read(fields);
        var promises = ReadPromises(fields);
        var stepsBefore = errors.Count;
        var steps = fields.List("steps") is { } list ? new StepReader(id, lines, errors).Read(list) : [];
        var program = errors.Count == stepsBefore ? Compile(steps, fields.LineOf("steps")) : null;
        var witness = ReadWitness(fields, program, promises);
        return errors.Count == before ? new Strategy(id, title!, summary!, text!, promises, witness, setup, program!) { Needs = needs } : null;
    }

    private StepProgram? Compile(IReadOnlyList<Step> steps, int line)
    {
        try
        {
            return ProgramCompiler.Compile(steps, line);
        }
        catch (ProgramException e)
        {
            errors.Add(e.Line, e.Message);
            return null;
        }
    }

    private Dictionary<string, Promise> ReadPromises(YamlFields strategy)
    {
        var promises = new Dictionary<string, Promise>();
        if (strategy.Fields("promises", $"'promises' of {strategy.Owner}") is not { } fields) return promises;
        foreach (var (name, value) in fields.Entries)
        {
            if (!invariants.Contains(name.Value!))
                errors.Add(name, $"the scenario has no invariant '{name.Value}': {NearestName.Hint(name.Value!, invariants)}");
            switch ((value as YamlScalarNode)?.Value)
            {
                case "none": promises[name.Value!] = Promise.None; break;
                case "some": promises[name.Value!] = Promise.Some; break;
                default:
                    errors.Add(value, $"a strategy promises none or some, and {YamlFields.Describe(value)} stands here");
                    break;
            }
        }

        foreach (var missing in invariants.Where(i => fields.Find(i) is null))
            errors.Add(fields.Line, $"{strategy.Owner} makes no promise about '{missing}': say none or some");
        return promises;
    }

    private List<ScheduledStep> ReadWitness(YamlFields strategy, StepProgram? program, Dictionary<string, Promise> promises)
    {
        var broken = promises.ContainsValue(Promise.Some);
        if (strategy.Find("witness") is null)
        {
            if (broken)
                errors.Add(strategy.Line, $"{strategy.Owner} promises some violations and needs a 'witness': the schedule that shows them every time, such as [1.check, 2.check, 1.insert, 2.insert]");
            return [];
        }

        if (!broken && promises.Count > 0)
            errors.Add(strategy.LineOf("witness"), $"{strategy.Owner} promises no violation, so there is nothing for a 'witness' to show: leave it out");
        return [.. (strategy.List("witness") ?? new YamlSequenceNode()).Select(e => ReadScheduled(e, program)).OfType<ScheduledStep>()];
    }

    private ScheduledStep? ReadScheduled(YamlNode entry, StepProgram? program)
    {
        var match = ScheduledForm().Match((entry as YamlScalarNode)?.Value ?? "");
        if (!match.Success || match.Groups["session"].Value[0] - '0' is < 1 or > MostSessions)
        {
            errors.Add(entry, $"{YamlFields.Describe(entry)} is no entry of a schedule: it is a session from 1 to {MostSessions}, a dot and a step's name, such as 1.check");
            return null;
        }

        var name = match.Groups["step"].Value;
        if (program is not null && program.FindStep(name) is not { Kind: StepKind.Statement or StepKind.Begin or StepKind.Commit })
        {
            var known = program.Steps.Where(s => s.Kind is StepKind.Statement or StepKind.Begin or StepKind.Commit).Select(s => s.Name).ToList();
            errors.Add(entry, $"'{entry}' names a step that a schedule cannot order: {NearestName.Hint(name, known)}");
            return null;
        }

        return new ScheduledStep(match.Groups["session"].Value[0] - '0', name);
    }

    [GeneratedRegex(@"^(?<session>\d)\.(?<step>[a-z][a-z0-9-]*)$")]
    private static partial Regex ScheduledForm();
}
