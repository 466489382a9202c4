using RaceLab.Engine.Programs;
using YamlDotNet.RepresentationModel;

namespace RaceLab.Engine.Content;

/// <summary>Reads the strategies of a scenario, and holds their promises and witnesses to what the scenario and the steps say.</summary>
internal sealed class StrategyReader(IReadOnlyCollection<string> invariants, IReadOnlyList<Input> inputs, int deliveries, ContentLines lines, ErrorSink errors)
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
        lines.Add(ContentLines.Strategy(id), fields.Line);
        fields.RefuseOthers(ContentFields.Strategy);
        var title = fields.Text("title", ScenarioReader.LongestTitle);
        var summary = fields.Text("summary", ScenarioReader.LongestSummary);
        var tries = fields.Find("tries") is null ? null : fields.Text("tries", ScenarioReader.LongestTitle);
        var text = fields.Text("text");
        var setup = SqlReader.Script(fields, "setup", false, lines, ContentLines.Setup(id));
        var needs = NeedsReader.Read(fields);
        var instances = ApplicationReader.Instances(fields);
        var connection = ApplicationReader.Connection(fields);
        var promises = ReadPromises(fields);
        var program = ReadProgram(id, fields, connection);
        var witness = ReadWitness(id, fields, program, promises);
        return errors.Count == before ? new Strategy(id, title!, summary!, text!, promises, witness, setup, program!) { Tries = tries, Needs = needs, Instances = instances, Connection = connection } : null;
    }

    private StepProgram? ReadProgram(string id, YamlFields strategy, ConnectionUse? connection)
    {
        var before = errors.Count;
        var drawn = InputReader.Inputs(strategy, inputs);
        var roles = strategy.Find("roles") is null ? [ReadSteps(id, null, strategy)] : ReadRoles(id, strategy);
        if (errors.Count > before) return null;
        try
        {
            return ProgramCompiler.Compile(connection is null ? roles : [.. roles.Select(r => r.Over(connection))], [.. inputs, .. drawn]);
        }
        catch (ProgramException e)
        {
            errors.Add(e.Line, e.Message);
            return null;
        }
    }

    private List<RoleSteps> ReadRoles(string id, YamlFields strategy)
    {
        var read = new List<RoleSteps>();
        if (strategy.Find("steps") is not null)
            errors.Add(strategy.LineOf("roles"), $"{strategy.Owner} has 'steps' and 'roles': either all its sessions do the same, or each role has steps of its own");
        if (strategy.Fields("roles", $"'roles' of {strategy.Owner}") is not { } roles) return read;
        if (roles.Entries.Count() < 2)
            errors.Add(roles.Line, $"'roles' of {strategy.Owner} needs at least two roles: where all sessions do the same, write 'steps'");
        foreach (var (name, value) in roles.Entries)
        {
            if (!ScenarioReader.IsName(name.Value!))
                errors.Add(name, $"'{name.Value}' is no name for a role: it has lower-case words, such as 'parent deleter'");
            if (YamlFields.From(value, $"the role '{name.Value}'", ErrorSink.LineOf(name), errors) is not { } role) continue;
            role.RefuseOthers(ContentFields.Role);
            read.Add(ReadSteps(id, name.Value, role));
        }

        return read;
    }

    private RoleSteps ReadSteps(string id, string? role, YamlFields owner) =>
        new(role, owner.List("steps") is { } list ? new StepReader(id, deliveries, lines, errors).Read(list) : [], owner.LineOf("steps"));

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

    private List<ScheduledStep> ReadWitness(string id, YamlFields strategy, StepProgram? program, Dictionary<string, Promise> promises)
    {
        var broken = promises.ContainsValue(Promise.Some);
        if (!broken && program?.Instructions.FirstOrDefault(i => i.OnError is { Swallows: true })?.Step is { } swallowing)
            errors.Add(strategy.Line, $"{strategy.Owner} swallows an error in '{swallowing.Name}', which is a mistake, and promises no violation: an invariant should notice it");
        if (strategy.Find("witness") is null)
        {
            if (broken)
                errors.Add(strategy.Line, $"{strategy.Owner} promises some violations and needs a 'witness': the schedule that shows them every time, such as [1.check, 2.check, 1.insert, 2.insert]");
            return [];
        }

        if (!broken && promises.Count > 0)
            errors.Add(strategy.LineOf("witness"), $"{strategy.Owner} promises no violation, so there is nothing for a 'witness' to show: leave it out");
        var entries = strategy.List("witness") ?? new YamlSequenceNode();
        lines.AddEntries(entry => ContentLines.Witness(id, entry), strategy.LineOf("witness"), entries);
        return new ScheduleReader(MostSessions, deliveries, errors).Read(entries, program);
    }
}
