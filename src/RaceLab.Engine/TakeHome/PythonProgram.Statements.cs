using RaceLab.Engine.Programs;

namespace RaceLab.Engine.TakeHome;

/// <summary>How a function in Python sends, keeps and compares.</summary>
internal sealed partial class PythonProgram
{
    private void WriteCall(PlannedSend send)
    {
        var parameters = send.Step.Sql.Parameters;
        var sql = send.Step.Sql.With(name => $"%({name})s", text => parameters.Count > 0 ? text.Replace("%", "%%", StringComparison.Ordinal) : text);
        var text = Quote(sql);
        if (sql.Contains('\n', StringComparison.Ordinal))
        {
            var quoted = sql.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"\"\"", "\\\"\\\"\\\"", StringComparison.Ordinal);
            text = CanBeIndented(sql)
                ? "\"\"\"\n" + string.Join('\n', quoted.Split('\n').Select(l => $"{Code.Indentation}    {l}")) + $"\n{Code.Indentation}\"\"\""
                : $"\"\"\"{quoted} \"\"\"";
        }

        var values = parameters.Count == 0 ? "" : $", {{{string.Join(", ", parameters.Select(p => $"\"{p}\": {NameOf(p)}"))}}}";
        var connection = send.Step.On == StatementTarget.Replica ? "replica" : "conn";
        var rows = $"{Names.For(send.Rows)} = ";
        if (send.Keep.Count == 0)
        {
            Code.FirstLine(send.AsksRows ? $"{rows}{connection}.execute({text}{values}).rowcount" : $"{connection}.execute({text}{values})");
            return;
        }

        var reply = Names.ReplyOf(send.Step.Name);
        Code.FirstLine($"{reply} = {connection}.cursor(row_factory=dict_row).execute({text}{values})");
        if (send.AsksRows) Code.Line($"{rows}{reply}.rowcount");
        Code.Line($"first = {reply}.fetchone()");
        foreach (var (column, variable, _) in send.Keep) Code.Line($"{Names.For(variable)} = first[{Quote(column)}] if first else None");
    }

    private string Ask(PlannedQuestion question)
    {
        var input = IsInput(question.Name);
        var (name, symbol) = (input ? question.Name.Name : Names.For(question.Name), question.Operator switch { "=" => "==", "<>" => "!=", var other => other });
        if (question.Name.Kind == NameKind.Rows) return (symbol, question.Literal) switch
        {
            (">=", "1") => $"{name} > 0",
            // LOCK, for example, has no number of rows, and psycopg then says -1.
            ("<", "1") or ("==", "0") => $"{name} < 1",
            _ => $"{name} {symbol} {question.Literal}",
        };
        if (question.IsFlag) return $"{name} is {((question.Literal == "true") == (symbol == "==") ? "True" : "False")}";
        if (input || Function.IsDrawn(question.Name.Name)) return !input || name == "key" ? $"float({name}) {symbol} {question.Literal}" : $"{name} {symbol} {question.Literal}";
        return $"{name} is not None and {name} {symbol} {question.Literal}";
    }
}
