using System.Globalization;
using System.Text.RegularExpressions;
using RaceLab.Engine.Programs;
using YamlDotNet.RepresentationModel;

namespace RaceLab.Engine.Content;

/// <summary>Reads the steps of one strategy. The first field of a step says what it is: <c>pause</c>, <c>say</c>, <c>crash</c>, <c>within</c>, <c>each</c>, or the name of an SQL step.</summary>
internal sealed partial class StepReader(string strategy, int deliveries, ContentLines lines, ErrorSink errors)
{
    private static readonly string[] _kinds = ["pause", "say", "crash", "within", "each"];

    private static readonly string[] _verbs = ["select", "insert", "update", "delete", "merge", "with", "values", "call", "lock", "set"];

    private static readonly string[] _options = ["keep", "when", "on error", "retry", "steps", "on", "inputs"];

    private static readonly string[] _blocks =
        ["transaction", "transaction read committed", "transaction repeatable read", "transaction serializable", "savepoint", "mutex @key", "single-flight @key", "lease @key 30ms"];

    private static readonly TimeSpan LongestLease = TimeSpan.FromMinutes(10);

    private static readonly string[] _answers = ["created", "found", "updated", "failed"];

    /// <summary>Reads what it can; what it cannot is among the errors.</summary>
    public IReadOnlyList<Step> Read(YamlSequenceNode list) => [.. list.Select(ReadStep).OfType<Step>()];

    private Step? ReadStep(YamlNode item)
    {
        var line = ErrorSink.LineOf(item);
        if (item is not YamlMappingNode { Children.Count: > 0 })
        {
            errors.Add(line, $"a step is 'name: SQL', 'pause: window', 'say: …', 'crash: …', 'within: …' or 'each: …', and {YamlFields.Describe(item)} stands here");
            return null;
        }

        if (YamlFields.From(item, "this step", line, errors) is not { } fields || fields.Entries.FirstOrDefault().Name?.Value is not { } kind) return null;
        switch (kind)
        {
            case "pause": return ReadPause(fields);
            case "say": return ReadSay(fields);
            case "crash": return ReadCrash(fields);
            case "within": return ReadWithin(fields);
            case "each": return ReadEach(fields);
        }

        if (_options.Contains(kind))
            errors.Add(line, $"a step begins with what it is or with its name, and '{kind}' is neither: put it below");
        else if (ContentFields.Reserved.TryGetValue(kind, out var meaning))
            errors.Add(line, $"'{kind}' is kept for {meaning}, which this version cannot run yet");
        else
            return ReadSql(kind, fields);
        return null;
    }

    private SqlStep? ReadSql(string name, YamlFields step)
    {
        var fields = new YamlFields(step.Node, $"the step '{name}'", step.Line, errors);
        fields.RefuseOthers([name, .. ContentFields.SqlStep], MissingDash);
        var when = RuleReader.When(fields);
        var keep = RuleReader.Keep(fields);
        var onError = RuleReader.OnError(fields);
        var target = ReadTarget(fields);
        if (!NameForm().IsMatch(name))
            errors.Add(fields.Line, $"'{name}' is no name for a step: it has lower-case letters, digits and hyphens, and 40 of them at most");
        else if (ContentFields.BlockSteps.Contains(name))
            errors.Add(fields.Line, $"'{name}' is a step that blocks bring along: call this one something else");
        var near = NearestName.To(name, _kinds);
        var sql = SqlReader.Statement(fields, name, lines, ContentLines.Statement(strategy, name), near is null ? "" : $" (or was '{near}' meant?)");
        return sql is null ? null : new SqlStep(name, sql, keep, when, onError, fields.Line) { On = target };
    }

    /// <summary>A field whose '- ' was forgotten belongs to the step before it.</summary>
    private static string? MissingDash(string field, YamlNode value) =>
        _kinds.Contains(field) || (value is YamlScalarNode { Value: { } text } && _verbs.Contains(text.Split((char[]?)null, 2, StringSplitOptions.RemoveEmptyEntries).FirstOrDefault(), StringComparer.OrdinalIgnoreCase))
            ? "a step of its own begins with '- '"
            : null;

    private StatementTarget ReadTarget(YamlFields step)
    {
        if (step.OptionalText("on") is not { } target || target == "primary") return StatementTarget.Primary;
        if (target == "replica") return StatementTarget.Replica;
        errors.Add(step.LineOf("on"), ContentFields.Reserved.TryGetValue(target, out var meaning)
            ? $"'on: {target}' is kept for {meaning}, which this version cannot run yet"
            : $"a statement is sent to the primary or to the replica, and '{target}' stands here");
        return StatementTarget.Primary;
    }

    private PauseStep ReadPause(YamlFields fields)
    {
        fields.RefuseOthers(ContentFields.Pause, MissingDash);
        if (fields.Text("pause") is { } length && length != "window")
            errors.Add(fields.Line, $"the only pause is 'window', the length that the race asks for, and '{length}' stands here");
        return new PauseStep(RuleReader.When(fields), fields.Line);
    }

    private SayStep? ReadSay(YamlFields fields)
    {
        fields.RefuseOthers(ContentFields.Say, MissingDash);
        var when = RuleReader.When(fields);
        if (fields.Text("say") is not { } answer) return null;
        if (_answers.Contains(answer)) return new SayStep(Enum.Parse<Outcome>(answer, ignoreCase: true), when, fields.Line);
        errors.Add(fields.Line, $"a strategy can say {string.Join(", ", _answers)}, and '{answer}' stands here");
        return null;
    }

    private CrashStep? ReadCrash(YamlFields fields)
    {
        fields.RefuseOthers(ContentFields.Crash, MissingDash);
        var when = RuleReader.When(fields);
        if (fields.Text("crash") is not { } text) return null;
        if (text == "on every delivery") return new CrashStep(null, when, fields.Line);
        if (!CrashForm().IsMatch(text))
        {
            errors.Add(fields.Line, $"an application crashes 'on every delivery' or 'on delivery 1', and '{text}' stands here");
            return null;
        }

        var delivery = int.Parse(text.AsSpan("on delivery ".Length), NumberStyles.None, CultureInfo.InvariantCulture);
        if (delivery <= deliveries) return new CrashStep(delivery, when, fields.Line);
        errors.Add(fields.Line, $"'crash: {text}' never happens: an attempt arrives {(deliveries == 1 ? "once, since the scenario has no 'deliveries'" : $"{deliveries} times at most")}");
        return null;
    }

    private WithinStep? ReadWithin(YamlFields fields)
    {
        fields.RefuseOthers(ContentFields.Within, MissingDash);
        var retry = RuleReader.Retry(fields);
        var onError = RuleReader.OnError(fields);
        var steps = fields.List("steps") is { } list ? Read(list) : [];
        if (fields.Text("within") is not { } kind) return null;
        if (_blocks.Contains(kind) && !kind.Contains('@'))
        {
            var level = kind.Split(' ', 2).ElementAtOrDefault(1);
            return new WithinStep(
                kind == "savepoint" ? BlockKind.Savepoint : BlockKind.Transaction,
                level is null ? null : Enum.Parse<IsolationLevel>(level.Replace(" ", "", StringComparison.Ordinal), ignoreCase: true),
                retry, onError, steps, fields.Line);
        }

        if (fields.Find("release") is not null && !kind.StartsWith("lease", StringComparison.Ordinal)) errors.Add(fields.LineOf("release"), "'release' says how a lease is given back, and this block is none");
        if (GateForm().Match(kind) is { Success: true } gate)
        {
            var blockKind = gate.Groups["kind"].Value == "mutex" ? BlockKind.Mutex : BlockKind.SingleFlight;
            return new WithinStep(blockKind, null, retry, onError, steps, fields.Line) { Variable = gate.Groups["variable"].Value };
        }

        if (LeaseForm().Match(kind) is { Success: true } form)
        {
            var number = int.Parse(form.Groups["number"].Value, NumberStyles.None, CultureInfo.InvariantCulture);
            var length = form.Groups["unit"].Value switch { "ms" => TimeSpan.FromMilliseconds(number), "s" => TimeSpan.FromSeconds(number), _ => TimeSpan.FromMinutes(number) };
            if (length <= TimeSpan.Zero || length > LongestLease) errors.Add(fields.Line, $"a lease is for a time over 0 and of {LongestLease.TotalMinutes} minutes at most, and '{kind}' stands here");
            return new WithinStep(BlockKind.Lease, null, retry, onError, steps, fields.Line) { Variable = form.Groups["variable"].Value, Lease = new LeaseRule(length, ReadRelease(fields)) };
        }

        errors.Add(fields.Line, ContentFields.Reserved.TryGetValue(kind.Split(' ')[0], out var meaning)
            ? $"'within: {kind}' is kept for {meaning}, which this version cannot run yet"
            : $"there is no block '{kind}': {NearestName.Hint(kind, _blocks)}");
        return null;
    }

    /// <summary>With its token, unless it says otherwise.</summary>
    private bool ReadRelease(YamlFields within)
    {
        if (within.OptionalText("release") is not { } release || release == "with token") return true;
        if (release != "without token") errors.Add(within.LineOf("release"), $"a lease is released 'with token' or 'without token', and '{release}' stands here");
        return false;
    }

    [GeneratedRegex(@"^lease @(?<variable>[a-z_][a-z0-9_]*) (?<number>\d{1,6})(?<unit>ms|s|min)$")]
    private static partial Regex LeaseForm();

    private EachStep? ReadEach(YamlFields fields)
    {
        fields.RefuseOthers(ContentFields.Each, MissingDash);
        var steps = fields.List("steps") is { } list ? Read(list) : [];
        if (fields.Text("each") is not { } text) return null;
        var match = EachForm().Match(text);
        if (match.Success)
        {
            var sorted = match.Groups["sorted"].Success;
            return new EachStep(match.Groups["item"].Value, match.Groups[sorted ? "sorted" : "list"].Value, sorted, steps, fields.Line);
        }

        errors.Add(fields.Line, $"'{text}' is no loop: it is 'k of @keys' or 'k of sorted(@keys)', and k is then known as @k");
        return null;
    }

    [GeneratedRegex(@"^(?<item>[a-z_][a-z0-9_]*)\s+of\s+(?:@(?<list>[a-z_][a-z0-9_]*)|sorted\(@(?<sorted>[a-z_][a-z0-9_]*)\))$")]
    private static partial Regex EachForm();

    [GeneratedRegex("^[a-z][a-z0-9-]{0,39}$")]
    private static partial Regex NameForm();

    [GeneratedRegex("^(?<kind>mutex|single-flight) @(?<variable>[a-z_][a-z0-9_]*)$")]
    private static partial Regex GateForm();

    [GeneratedRegex("^on delivery [1-9][0-9]?$")]
    private static partial Regex CrashForm();
}
