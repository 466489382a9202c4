using RaceLab.Engine.Programs;

namespace RaceLab.Engine.TakeHome;

/// <summary>Writes one function in TypeScript.</summary>
internal sealed partial class TypeScriptProgram : ProgramWriter
{
    private static readonly string[] _reserved =
    [
        "app", "client", "replica", "redis", "shared", "leave", "hash", "takeLease", "window", "crash", "answer", "retries", "error", "key", "attempt", "worker", "delivery", "delay", "rollBack", "isRejection", "asText",
        "break", "case", "catch", "class", "const", "continue", "debugger", "default", "delete", "do", "else", "enum", "export", "extends", "false", "finally",
        "for", "function", "if", "import", "in", "instanceof", "new", "null", "return", "super", "switch", "this", "throw", "true", "try", "typeof", "var", "void",
        "while", "with", "as", "implements", "interface", "let", "package", "private", "protected", "public", "static", "yield", "await", "undefined", "arguments", "eval",
    ];

    public TypeScriptProgram(CodeText code, PlannedFunction function)
        : base(code, function, new Identifiers(Naming.Camel, _reserved))
    {
    }

    /// <summary>Writes the function.</summary>
    public void Write(string name)
    {
        var parameters = Function.Lent.Select(l => $"{NameOf(l)}: {TypeOf(l)}").ToList();
        parameters.AddRange(Function.Inputs.Select(i => $"{i}: {(i == "key" ? "string" : "number")}"));
        parameters.AddRange(Function.Given.Select(d => $"{Names.For(d.Name)}: {(d.Input.IsList ? "string[]" : "string")}"));
        var hooks = string.Join(", ", ((string?[])[Function.HasWindow ? "window" : null, Function.HasCrash ? "crash" : null]).OfType<string>());
        if (hooks.Length > 0) parameters.Add($"{{ {hooks} }}: Hooks = {{}}");
        Code.Line("/**");
        Code.Line($" * {(Function.Role is { } role ? $"What the {role} does." : "One attempt.")} Errors that it does not handle are thrown.");
        foreach (var lent in Function.Lent) Code.Line($" * @param {NameOf(lent)} {MeaningOf(lent)}");
        foreach (var input in Function.Inputs) Code.Line($" * @param {input} {Preamble.MeaningOf(input)}");
        foreach (var draw in Function.Given) Code.Line($" * @param {Names.For(draw.Name)} {Preamble.MeaningOf(draw.Input)}");
        Code.Line(" */");
        using (Code.Braces($"export async function {name}({string.Join(", ", parameters)}): Promise<Answer>", ownLine: false))
        {
            foreach (var declared in Function.Declared) Code.Line($"let {Names.For(declared)}: {TypeOf(declared)} = {(declared.Kind == NameKind.Rows ? "0" : "null")};");
            if (Function.CarriesAnswer) Code.Line("let answer: Answer | null = null;");
            foreach (var inner in Function.NestedLoops) Code.Line($"let {Counter(inner)} = 0;");
            foreach (var draw in Function.Drawn.Where(d => !d.IsGiven)) WriteDraw(draw);
            WriteConnected();
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
                if (send.RowsDeclared) Code.Line($"{Names.For(send.Rows)} = 0;");
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
        if (!block.IsOfDatabase && !block.Handles)
        {
            WriteGate(block);
            return;
        }

        if (block.IsOfDatabase) Code.Line(savepoint ? $"await client.query('SAVEPOINT {block.Savepoint}');" : $"await client.query('BEGIN{Isolation.Sql(block.Step.Isolation)}');");
        if (savepoint && !block.Handles)
        {
            WriteInside(block);
            return;
        }

        using (Code.Braces("try", ownLine: false, close: "} catch (error) {"))
        {
            if (block.IsOfDatabase) WriteInside(block);
            else WriteGate(block);
            if (counter is not null && block.ReachesEnd) Code.Line("break;");
        }

        using (Code.Indent()) WriteCatch(block, counter, savepoint);
        Code.Line("}");
    }

    private void WriteInside(PlannedBlock block)
    {
        WriteAll(block.Body);
        if (block.ReachesEnd) Leave(block);
    }

    private void WriteCatch(PlannedBlock block, string? counter, bool savepoint)
    {
        if (block.IsOfDatabase) Code.Line(savepoint ? $"await rollBack(client, 'ROLLBACK TO {block.Savepoint}');" : "await rollBack(client);");
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
                if (action is ErrorAction.Continue or ErrorAction.Swallow)
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
        Forget(block.Forgets);
        if (Function.CarriesAnswer) Code.Line("answer = null;");
    }

    private void WriteRollback(IReadOnlyList<PlannedBlock> around)
    {
        if (around.Any(b => b.Step.Kind == BlockKind.Transaction)) Code.Line("await rollBack(client);");
    }

    private void WriteLeave(IReadOnlyList<PlannedBlock> leaves)
    {
        if (leaves.FirstOrDefault(b => b.IsOfDatabase) is { } block) Leave(block);
    }

    private void Leave(PlannedBlock block)
    {
        if (!block.IsOfDatabase) return;
        Code.Line(block.Step.Kind == BlockKind.Transaction ? "await client.query('COMMIT');" : $"await client.query('RELEASE {block.Savepoint}');");
    }

    private static string Counter(PlannedBlock block) => block.IsNestedLoop ? $"retries{Naming.Number(block.Number)}" : "retries";

    private static string Word(Outcome answer) => $"'{answer.ToString().ToLowerInvariant()}'";
}
