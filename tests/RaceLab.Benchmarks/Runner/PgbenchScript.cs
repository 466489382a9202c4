using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using RaceLab.Engine.Content;
using RaceLab.Engine.Programs;

namespace RaceLab.Benchmarks.Runner;

/// <summary>
/// A strategy as a script of pgbench, so that both send the same statements with the same parameters
/// (<see href="https://www.postgresql.org/docs/current/pgbench.html">pgbench</see>). pgbench knows numbers only, so keys must be bare numbers.
/// </summary>
internal sealed partial class PgbenchScript
{
    /// <summary>How many keys there are: a variable that the command line gives.</summary>
    public const string Keys = "keys";

    /// <summary>How many clients there are, likewise.</summary>
    public const string Workers = "workers";

    /// <summary>How many attempts the client has made, likewise: it begins at 0.</summary>
    public const string Made = "made";

    private readonly StepProgram _program;
    private readonly List<(SqlStep? Asked, string Text)> _lines = [];
    private readonly HashSet<string> _asked = [];
    private bool _isInBlock;

    private PgbenchScript(StepProgram program) => _program = program;

    /// <summary>Writes the script.</summary>
    /// <exception cref="NotSupportedException">pgbench cannot do what the strategy does, with the reason.</exception>
    public static string Of(Strategy strategy)
    {
        var program = strategy.Program;
        if (program.Roles.Count > 1 || program.Drawn.Count > 0 || strategy.Connection is not null) throw new NotSupportedException("pgbench's clients all do the same, over one connection each, and draw numbers only");
        var script = new PgbenchScript(program);
        script.Write(program.Written[0].Steps, null);
        return script.ToString();
    }

    /// <inheritdoc/>
    public override string ToString()
    {
        // Keys are drawn uniformly, and an attempt's number is as the race runner counts it.
        var text = new StringBuilder($"""
            \set key random(1, :{Keys})
            \set attempt :{Made} * :{Workers} + :client_id + 1
            \set {Made} :{Made} + 1

            """);
        foreach (var (step, line) in _lines)
        {
            if (step is null || !_asked.Contains(step.Name)) text.AppendLine(step is null ? line : line + ";");
            else text.Append(CultureInfo.InvariantCulture, $"\\set {VariableOf(step)} 0\n{line}\n\\aset {PrefixOf(step)}\n");
        }

        return text.ToString().ReplaceLineEndings("\n");
    }

    private void Write(IReadOnlyList<Step> steps, SqlStep? last)
    {
        for (var i = 0; i < steps.Count; i++)
        {
            switch (steps[i])
            {
                case SqlStep sql:
                    if (sql.OnError.Rules.Count > 0) throw new NotSupportedException($"pgbench gives a client up at an error such as that which '{sql.Name}' handles");
                    var text = sql.Sql.With(name => name is "key" or "attempt" ? ":" + name : throw new NotSupportedException($"pgbench has no @{name}"));
                    if (sql.When is { } asks) Open(asks, last);
                    _lines.Add((sql, text));
                    if (sql.When is not null) Close();
                    last = sql;
                    break;
                case SayStep { When: { } when }:
                    var rest = steps.Skip(i + 1).ToList();
                    if (!rest.Any(s => s is not (SayStep or PauseStep))) return;
                    Open(when, last, negated: true);
                    Write(rest, last);
                    Close();
                    return;
                case SayStep:
                    return;
                case PauseStep:
                    break;
                case WithinStep { Kind: BlockKind.Transaction, Retry: null, OnError.Rules.Count: 0 } block when !_isInBlock && i == steps.Count - 1:
                    _isInBlock = true;
                    _lines.Add((null, SentBy(StepKind.Begin)));
                    Write(block.Steps, last);
                    _lines.Add((null, SentBy(StepKind.Commit)));
                    return;
                default:
                    throw new NotSupportedException($"pgbench has nothing for the step in line {steps[i].Line}");
            }
        }
    }

    private string SentBy(StepKind kind) => _program.Steps.Single(s => s.Kind == kind).Sql!.Numbered + ";";

    private void Open(Condition condition, SqlStep? last, bool negated = false)
    {
        var isFound = condition is { Variable: null, Operator: ">=", Literal: "1" };
        var isNotFound = condition is { Variable: null, Operator: "<", Literal: "1" };
        var step = condition.InStep is null ? last : _lines.Select(l => l.Asked).FirstOrDefault(s => s?.Name == condition.InStep);
        if (step is null || !(isFound || isNotFound)) throw new NotSupportedException($"pgbench cannot ask '{condition.Text}'");
        _asked.Add(step.Name);
        _lines.Add((null, $"\\if :{VariableOf(step)} {(isFound == negated ? "=" : "<>")} 0"));
    }

    private void Close() => _lines.Add((null, "\\endif"));

    private static string PrefixOf(SqlStep step) => step.Name.Replace('-', '_') + "_";

    /// <summary>What <c>\aset</c> calls the first column of its answer; an id, which is never 0.</summary>
    private static string VariableOf(SqlStep step) => FirstColumn().Match(step.Sql.Written) is { Success: true } match
        ? PrefixOf(step) + match.Groups[1].Value
        : throw new NotSupportedException($"pgbench cannot tell whether '{step.Name}' found anything: its first column is no id");

    [GeneratedRegex(@"(?:^SELECT|\bRETURNING)\s+(id)\b", RegexOptions.IgnoreCase)]
    private static partial Regex FirstColumn();
}
