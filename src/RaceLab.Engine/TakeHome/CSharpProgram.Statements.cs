using RaceLab.Engine.Programs;

namespace RaceLab.Engine.TakeHome;

/// <summary>How a method in C# sends, keeps and compares.</summary>
internal sealed partial class CSharpProgram
{
    private string Declaration(PlannedName name) => name.Kind switch
    {
        NameKind.Rows => $"long {Names.For(name)} = 0;",
        NameKind.Flag => $"bool? {Names.For(name)} = null;",
        NameKind.Number => $"decimal? {Names.For(name)} = null;",
        _ => $"string? {Names.For(name)} = null;",
    };

    private string ValueOf(string variable) => Function.IsList(variable) ? $"ArrayOf({NameOf(variable)})" : NameOf(variable);

    private void WriteCall(PlannedSend send)
    {
        var head = send switch
        {
            { Keep.Count: > 0 } => $"var {Names.ReplyOf(send.Step.Name)} = ",
            { AsksRows: true } => $"{(send.RowsDeclared ? "" : "var ")}{Names.For(send.Rows)} = {(_keeps ? "(" : "")}",
            _ => "",
        };
        var values = string.Join(", ", send.Step.Sql.Parameters.Select(ValueOf));
        var tail = $"[{values}], cancellation){(send is { Keep.Count: 0, AsksRows: true } && _keeps ? ").Rows" : "")};";
        var sql = send.Step.Sql.Numbered;
        var connection = send.Step.On == StatementTarget.Replica ? "replica" : "connection";
        if (CSharpWriter.IsRaw(sql))
        {
            var quotes = CSharpWriter.RawQuotes(sql);
            Code.Line($"{head}await SendAsync({connection}, {quotes}");
            using (Code.Indent())
            {
                Code.Line(sql);
                Code.Line($"{quotes}, {tail}");
            }
        }
        else
        {
            Code.Line($"{head}await SendAsync({connection}, {CSharpWriter.Quote(sql)}, {tail}");
        }

        if (send.Keep.Count == 0) return;
        var reply = Names.ReplyOf(send.Step.Name);
        if (send.AsksRows) Code.Line($"{(send.RowsDeclared ? "" : "var ")}{Names.For(send.Rows)} = {reply}.Rows;");
        foreach (var (column, variable, declared) in send.Keep)
        {
            var quoted = CSharpWriter.Quote(column);
            var read = variable.Kind switch
            {
                NameKind.Flag => $"{reply}.Flag({quoted})",
                NameKind.Number => $"{reply}.Number({quoted})",
                _ => $"{reply}[{quoted}]",
            };
            Code.Line($"{(declared ? "" : "var ")}{Names.For(variable)} = {read};");
        }
    }

    private string Ask(PlannedQuestion question)
    {
        var (name, symbol) = (IsInput(question.Name) ? question.Name.Name : Names.For(question.Name), question.Operator switch { "=" => "==", "<>" => "!=", var other => other });
        if (question.Name.Kind == NameKind.Rows) return (symbol, question.Literal) switch
        {
            (">=", "1") => $"{name} > 0",
            ("<", "1") => $"{name} == 0",
            _ => $"{name} {symbol} {question.Literal}",
        };
        if (question.IsFlag)
        {
            var wanted = (question.Literal == "true") == (symbol == "==");
            if (question.Name.Kind == NameKind.Flag) return $"{name} == {(wanted ? "true" : "false")}";
            return wanted ? $"{name} is \"t\" or \"true\"" : $"{name} is not (null or \"t\" or \"true\")";
        }

        var number = question.Name.Kind == NameKind.Number || IsNumberInput(question.Name) ? name : $"Number({name})";
        return symbol == "!=" && !IsNumberInput(question.Name) ? $"{number} is not null && {number} != {question.Literal}" : $"{number} {symbol} {question.Literal}";
    }
}
