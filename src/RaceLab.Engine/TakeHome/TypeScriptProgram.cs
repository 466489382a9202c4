using System.Text.RegularExpressions;
using RaceLab.Engine.Programs;

namespace RaceLab.Engine.TakeHome;

/// <summary>Writes one function in TypeScript.</summary>
internal sealed partial class TypeScriptProgram : ProgramWriter
{
    private static readonly string[] _reserved =
    [
        "client", "window", "crash", "answer", "retries", "error", "key", "attempt", "worker", "delivery", "delay", "rollBack", "isRejection", "asText",
        "break", "case", "catch", "class", "const", "continue", "debugger", "default", "delete", "do", "else", "enum", "export", "extends", "false", "finally",
        "for", "function", "if", "import", "in", "instanceof", "new", "null", "return", "super", "switch", "this", "throw", "true", "try", "typeof", "var", "void",
        "while", "with", "as", "implements", "interface", "let", "package", "private", "protected", "public", "static", "yield", "await", "undefined", "arguments", "eval",
    ];

    private readonly PlannedFunction _function;
    private readonly Identifiers _names = new(Naming.Camel, _reserved);

    public TypeScriptProgram(CodeText code, PlannedFunction function)
        : base(code) => _function = function;

    /// <summary>Writes the function.</summary>
    public void Write(string name)
    {
        var parameters = new List<string> { "client: ClientBase" };
        parameters.AddRange(_function.Inputs.Select(i => $"{i}: {(i == "key" ? "string" : "number")}"));
        var hooks = string.Join(", ", ((string?[])[_function.HasWindow ? "window" : null, _function.HasCrash ? "crash" : null]).OfType<string>());
        if (hooks.Length > 0) parameters.Add($"{{ {hooks} }}: Hooks = {{}}");
        Code.Line("/**");
        Code.Line($" * {(_function.Role is { } role ? $"What the {role} does." : "One attempt.")} Errors that it does not handle are thrown.");
        Code.Line(" * @param client Connected, and in no transaction.");
        foreach (var input in _function.Inputs) Code.Line($" * @param {input} {Preamble.MeaningOf(input)}");
        Code.Line(" */");
        using (Code.Braces($"export async function {name}({string.Join(", ", parameters)}): Promise<Answer>", ownLine: false))
        {
            foreach (var declared in _function.Declared) Code.Line($"let {_names.For(declared)}: {TypeOf(declared)} = {(declared.Kind == NameKind.Rows ? "0" : "null")};");
            if (_function.CarriesAnswer) Code.Line("let answer: Answer | null = null;");
            foreach (var inner in _function.NestedLoops) Code.Line($"let {Counter(inner)} = 0;");
            Code.Gap();
            WriteAll(_function.Body);
        }
    }

    /// <inheritdoc/>
    protected override void WriteSend(PlannedSend send)
    {
        if (!send.Handles)
        {
            WriteCall(send);
            return;
        }

        using (Code.Braces("try", ownLine: false, close: "} catch (error) {")) WriteCall(send);
        using (Code.Indent())
        {
            WriteHandlers(send.Step.OnError, send.Around, "if", () =>
            {
                Code.Comment($"It goes on as if '{send.Step.Name}' had returned no rows.");
                if (send.RowsDeclared) Code.Line($"{_names.For(send.Rows)} = 0;");
            });
        }

        Code.Line("}");
    }

    /// <inheritdoc/>
    protected override void WriteChoice(PlannedChoice choice)
    {
        if (choice is { Then: [PlannedAnswer { IsCarried: false } answer], Else.Count: 0 } && answer.Leaves.All(b => !b.IsOfDatabase))
        {
            Code.Line($"if ({Ask(choice.If)}) return {Word(answer.Answer)};");
            return;
        }

        using (Code.Braces($"if ({Ask(choice.If)})", ownLine: false, close: choice.Else.Count > 0 ? "} else {" : "}")) WriteAll(choice.Then);
        if (choice.Else.Count == 0) return;
        using (Code.Indent()) WriteAll(choice.Else);
        Code.Line("}");
    }

    /// <inheritdoc/>
    protected override void WriteWindow()
    {
        Code.Comment(Preamble.WindowComment);
        Code.Line("await window?.();");
    }

    /// <inheritdoc/>
    protected override void WriteCrash(PlannedCrash crash)
    {
        Code.Comment(Preamble.CrashComment(crash.Delivery));
        Code.Line($"await crash?.({(crash.Delivery is { } number ? Naming.Number(number) : "null")});");
        if (crash.Delivery is null) Code.Line("throw new Error('The application dies here; this program has no answer.');");
    }

    /// <inheritdoc/>
    protected override void WriteAnswer(PlannedAnswer answer)
    {
        if (answer.IsCarried)
        {
            Code.Line($"answer = {Word(answer.Answer)};");
            return;
        }

        if (answer.Answer == Outcome.Failed) WriteRollback(answer.Leaves);
        else WriteLeave(answer.Leaves);
        Code.Line($"return {Word(answer.Answer)};");
    }

    /// <inheritdoc/>
    protected override void WriteDelivery(PlannedDelivery delivery)
    {
        if (delivery.IsCarried)
        {
            if (delivery.Always || delivery.Else.Count == 0) return;
            using (Code.Braces("if (answer === null)", ownLine: false)) WriteAll(delivery.Else);
            return;
        }

        if (delivery.Always)
        {
            WriteLeave(delivery.Leaves);
            Code.Line("return answer!;");
            return;
        }

        using (Code.Braces("if (answer !== null)", ownLine: false))
        {
            WriteLeave(delivery.Leaves);
            Code.Line("return answer;");
        }

        Code.Gap();
        WriteAll(delivery.Else);
    }

    /// <inheritdoc/>
    protected override void WriteBlock(PlannedBlock block, bool isLast)
    {
        if (block.Step.Retry is null)
        {
            WriteTry(block, null);
            return;
        }

        var nested = block.IsNestedLoop;
        using (Code.Braces($"for ({(nested ? "" : $"let {Counter(block)} = 0")}; ; {Counter(block)}++)", ownLine: false)) WriteTry(block, Counter(block));
    }

    private void WriteTry(PlannedBlock block, string? counter)
    {
        var savepoint = block.Step.Kind == BlockKind.Savepoint;
        Code.Line(savepoint ? $"await client.query('SAVEPOINT {block.Savepoint}');" : $"await client.query('BEGIN{Isolation.Sql(block.Step.Isolation)}');");
        if (savepoint && !block.Handles)
        {
            WriteAll(block.Body);
            if (block.ReachesEnd) Leave(block);
            return;
        }

        using (Code.Braces("try", ownLine: false, close: "} catch (error) {"))
        {
            WriteAll(block.Body);
            if (block.ReachesEnd) Leave(block);
            if (counter is not null && block.ReachesEnd) Code.Line("break;");
        }

        using (Code.Indent()) WriteCatch(block, counter, savepoint);
        Code.Line("}");
    }

    private void WriteCatch(PlannedBlock block, string? counter, bool savepoint)
    {
        Code.Line(savepoint ? $"await rollBack(client, 'ROLLBACK TO {block.Savepoint}');" : "await rollBack(client);");
        if (!block.Handles)
        {
            Code.Line("throw error;");
            return;
        }

        var keyword = "if";
        if (block.Step.Retry is { } retry)
        {
            var states = string.Join(" || ", retry.On.Select(s => $"isRejection(error, '{s}')"));
            Code.Line($"if ({counter} < {Naming.Number(retry.AtMost)} && {(retry.On.Count > 1 ? $"({states})" : states)}) {{");
            using (Code.Indent())
            {
                Forget(block);
                Code.Comment("The whole block runs again, after a wait that differs from caller to caller.");
                var (low, width) = (retry.BackoffLow.TotalMilliseconds, (retry.BackoffHigh - retry.BackoffLow).TotalMilliseconds);
                if (width > 0) Code.Line($"await delay({Naming.Number(low)} + Math.random() * {Naming.Number(width)});");
                else if (low > 0) Code.Line($"await delay({Naming.Number(low)});");
            }

            keyword = "} else if";
        }

        WriteHandlers(block.Step.OnError, block.Around, keyword, () =>
        {
            Forget(block);
            Code.Comment("It goes on behind the block, all of which is undone.");
            if (counter is not null) Code.Line("break;");
        });
    }

    /// <summary>A chain of questions, one for each handler; what none of them knows is thrown again.</summary>
    private void WriteHandlers(ErrorRules rules, IReadOnlyList<PlannedBlock> around, string keyword, Action onContinue)
    {
        foreach (var (action, matches) in Handlers(rules))
        {
            var matched = string.Join(" || ", matches.Select(m =>
                $"isRejection(error{(m.SqlState is null ? "" : $", '{m.SqlState}'")}{(m.Constraint is null ? "" : $", {TypeScriptWriter.Quote(m.Constraint)}")})"));
            Code.Line($"{keyword} ({matched}) {{");
            keyword = "} else if";
            using (Code.Indent())
            {
                if (action == ErrorAction.Continue)
                {
                    onContinue();
                }
                else
                {
                    WriteRollback(around);
                    Code.Line("return 'failed';");
                }
            }
        }

        Code.Line("} else {");
        using (Code.Indent()) Code.Line("throw error;");
        Code.Line("}");
    }

    private void Forget(PlannedBlock block)
    {
        foreach (var name in block.Forgets) Code.Line($"{_names.For(name)} = {(name.Kind == NameKind.Rows ? "0" : "null")};");
        if (_function.CarriesAnswer) Code.Line("answer = null;");
    }

    private void WriteRollback(IReadOnlyList<PlannedBlock> around)
    {
        if (around.Any(b => b.Step.Kind == BlockKind.Transaction)) Code.Line("await rollBack(client);");
    }

    private void WriteLeave(IReadOnlyList<PlannedBlock> leaves)
    {
        if (leaves.FirstOrDefault(b => b.IsOfDatabase) is { } block) Leave(block);
    }

    private void Leave(PlannedBlock block) =>
        Code.Line(block.Step.Kind == BlockKind.Transaction ? "await client.query('COMMIT');" : $"await client.query('RELEASE {block.Savepoint}');");

    private void WriteCall(PlannedSend send)
    {
        var values = send.Step.Sql.Parameters.Count == 0 ? "" : $"[{string.Join(", ", send.Step.Sql.Parameters.Select(ValueOf))}]";
        var sql = send.Step.Sql.Numbered;
        var text = TypeScriptWriter.Quote(sql);
        if (sql.Contains('\n', StringComparison.Ordinal) && CanBeIndented(sql))
            text = "`\n" + string.Join('\n', text[1..^1].Split('\n').Select(l => $"{Code.Indentation}  {l}")) + "`";

        var asText = send.Keep.Count > 0 && _function.KeepsAsText;
        var call = asText
            ? $"await client.query({{ text: {text}, values: [{values.Trim('[', ']')}], types: asText }})"
            : $"await client.query({text}{(values.Length > 0 ? ", " + values : "")})";
        var rows = $"{(send.RowsDeclared ? "" : "const ")}{_names.For(send.Rows)} = ";
        if (send.Keep.Count == 0)
        {
            Code.FirstLine(send.AsksRows ? $"{rows}({call}).rowCount ?? 0;" : $"{call};");
            return;
        }

        var reply = _names.ReplyOf(send.Step.Name);
        Code.FirstLine($"const {reply} = {call};");
        if (send.AsksRows) Code.Line($"{rows}{reply}.rowCount ?? 0;");
        foreach (var (column, variable, declared) in send.Keep)
        {
            var read = Identifier().IsMatch(column) ? $"?.{column}" : $"?.[{TypeScriptWriter.Quote(column)}]";
            Code.Line($"{(declared ? "" : "const ")}{_names.For(variable)}{(declared ? "" : $": {TypeOf(variable)}")} = {reply}.rows[0]{read} ?? null;");
        }
    }

    private string ValueOf(string variable) => StepProgram.Inputs.Contains(variable) ? variable : _names.For(new PlannedName(variable, NameKind.Value));

    private string TypeOf(PlannedName name) => name.Kind switch
    {
        NameKind.Rows => "number",
        _ when _function.KeepsAsText => "string | null",
        NameKind.Flag => "boolean | null",
        _ => "number | string | null",
    };

    private string Ask(PlannedQuestion question)
    {
        var input = IsInput(question.Name);
        var (name, symbol) = (input ? question.Name.Name : _names.For(question.Name), question.Operator switch { "=" => "===", "<>" => "!==", var other => other });
        if (question.Name.Kind == NameKind.Rows || (input && name != "key")) return (symbol, question.Literal) switch
        {
            (">=", "1") => $"{name} > 0",
            ("<", "1") => $"{name} === 0",
            _ => $"{name} {symbol} {question.Literal}",
        };
        if (question.IsFlag)
        {
            var wanted = (question.Literal == "true") == (symbol == "===");
            if (!_function.KeepsAsText && !input) return $"{name} === {(wanted ? "true" : "false")}";
            return wanted ? $"{name} === 't'" : $"{name} !== null && {name} !== 't'";
        }

        return input ? $"Number({name}) {symbol} {question.Literal}" : $"{name} !== null && Number({name}) {symbol} {question.Literal}";
    }

    private static string Counter(PlannedBlock block) => block.IsNestedLoop ? $"retries{Naming.Number(block.Number)}" : "retries";

    private static string Word(Outcome answer) => $"'{answer.ToString().ToLowerInvariant()}'";

    [GeneratedRegex("^[A-Za-z_][A-Za-z0-9_]*$")]
    private static partial Regex Identifier();
}
