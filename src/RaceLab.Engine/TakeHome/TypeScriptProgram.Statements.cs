using System.Text.RegularExpressions;
using RaceLab.Engine.Programs;

namespace RaceLab.Engine.TakeHome;

/// <summary>How a function in TypeScript sends, keeps and compares.</summary>
internal sealed partial class TypeScriptProgram
{
    private void WriteCall(PlannedSend send)
    {
        var values = send.Step.Sql.Parameters.Count == 0 ? "" : $"[{string.Join(", ", send.Step.Sql.Parameters.Select(NameOf))}]";
        var sql = send.Step.Sql.Numbered;
        var text = TypeScriptWriter.Quote(sql);
        if (sql.Contains('\n', StringComparison.Ordinal) && CanBeIndented(sql))
            text = "`\n" + string.Join('\n', text[1..^1].Split('\n').Select(l => $"{Code.Indentation}  {l}")) + "`";

        var connection = send.Step.On == StatementTarget.Replica ? "replica" : "client";
        var asText = send.Keep.Count > 0 && Function.KeepsAsText;
        var call = asText
            ? $"await {connection}.query({{ text: {text}, values: [{values.Trim('[', ']')}], types: asText }})"
            : $"await {connection}.query({text}{(values.Length > 0 ? ", " + values : "")})";
        var rows = $"{(send.RowsDeclared ? "" : "const ")}{Names.For(send.Rows)} = ";
        if (send.Keep.Count == 0)
        {
            Code.FirstLine(send.AsksRows ? $"{rows}({call}).rowCount ?? 0;" : $"{call};");
            return;
        }

        var reply = Names.ReplyOf(send.Step.Name);
        Code.FirstLine($"const {reply} = {call};");
        if (send.AsksRows) Code.Line($"{rows}{reply}.rowCount ?? 0;");
        foreach (var (column, variable, declared) in send.Keep)
        {
            var read = Identifier().IsMatch(column) ? $"?.{column}" : $"?.[{TypeScriptWriter.Quote(column)}]";
            Code.Line($"{(declared ? "" : "const ")}{Names.For(variable)}{(declared ? "" : $": {TypeOf(variable)}")} = {reply}.rows[0]{read} ?? null;");
        }
    }

    private string TypeOf(PlannedName name) => name.Kind switch
    {
        NameKind.Rows => "number",
        _ when Function.KeepsAsText => "string | null",
        NameKind.Flag => "boolean | null",
        _ => "number | string | null",
    };

    private string Ask(PlannedQuestion question)
    {
        var input = IsInput(question.Name);
        var (name, symbol) = (input ? question.Name.Name : Names.For(question.Name), question.Operator switch { "=" => "===", "<>" => "!==", var other => other });
        if (question.Name.Kind == NameKind.Rows || (input && name != "key")) return (symbol, question.Literal) switch
        {
            (">=", "1") => $"{name} > 0",
            ("<", "1") => $"{name} === 0",
            _ => $"{name} {symbol} {question.Literal}",
        };
        if (question.IsFlag)
        {
            var wanted = (question.Literal == "true") == (symbol == "===");
            if (!Function.KeepsAsText && !input) return $"{name} === {(wanted ? "true" : "false")}";
            return wanted ? $"{name} === 't'" : $"{name} !== null && {name} !== 't'";
        }

        return input ? $"Number({name}) {symbol} {question.Literal}" : $"{name} !== null && Number({name}) {symbol} {question.Literal}";
    }

    [GeneratedRegex("^[A-Za-z_][A-Za-z0-9_]*$")]
    private static partial Regex Identifier();
}
