using RaceLab.Engine.Programs;

namespace RaceLab.Engine.TakeHome;

/// <summary>Writes one method in C#.</summary>
internal sealed partial class CSharpProgram : ProgramWriter
{
    private static readonly string[] _reserved =
    [
        "app", "connection", "replica", "redis", "shared", "cancellation", "window", "crash", "transaction", "answer", "told", "retries", "error", "key", "attempt", "worker", "delivery",
        "abstract", "as", "base", "bool", "break", "byte", "case", "catch", "char", "checked", "class", "const", "continue", "decimal", "default", "delegate", "do",
        "double", "else", "enum", "event", "explicit", "extern", "false", "finally", "fixed", "float", "for", "foreach", "goto", "if", "implicit", "in", "int",
        "interface", "internal", "is", "lock", "long", "namespace", "new", "null", "object", "operator", "out", "override", "params", "private", "protected",
        "public", "readonly", "ref", "return", "sbyte", "sealed", "short", "sizeof", "stackalloc", "static", "string", "struct", "switch", "this", "throw", "true",
        "try", "typeof", "uint", "ulong", "unchecked", "unsafe", "ushort", "using", "virtual", "void", "volatile", "while", "await", "var",
    ];

    private readonly bool _keeps;

    /// <param name="code">Where to.</param>
    /// <param name="function">What.</param>
    /// <param name="keeps">Whether <c>SendAsync</c> returns the first row as well.</param>
    public CSharpProgram(CodeText code, PlannedFunction function, bool keeps)
        : base(code, function, new Identifiers(Naming.Camel, _reserved)) => _keeps = keeps;

    /// <summary>Whether a name is one of the given values that are numbers in code.</summary>
    public static bool IsNumberInput(PlannedName name) => IsInput(name) && name.Name != "key";

    /// <summary>Writes the method.</summary>
    public void Write(string name)
    {
        Code.Line($"/// <summary>{(Function.Role is { } role ? $"What the {CSharpWriter.Escape(role)} does." : "One attempt.")} Errors that it does not handle are thrown.</summary>");
        foreach (var lent in Function.Lent) Code.Line($"/// <param name=\"{NameOf(lent)}\">{MeaningOf(lent)}</param>");
        foreach (var input in Function.Inputs) Code.Line($"/// <param name=\"{input}\">{Preamble.MeaningOf(input)}</param>");
        foreach (var draw in Function.Given) Code.Line($"/// <param name=\"{Names.For(draw.Name)}\">{Preamble.MeaningOf(draw.Input)}</param>");
        if (Function.HasWindow) Code.Line($"/// <param name=\"window\">{Preamble.WindowMeaning} Null in production.</param>");
        if (Function.HasCrash) Code.Line($"/// <param name=\"crash\">{Preamble.CrashMeaning} Null in production.</param>");
        Code.Line("/// <param name=\"cancellation\">Gives up between statements, or in one.</param>");
        var parameters = Function.Lent.Select(l => $"{TypeOf(l)} {NameOf(l)}").ToList();
        parameters.AddRange(Function.Inputs.Select(i => i switch { "key" => "string key", "attempt" => "long attempt", _ => $"int {i}" }));
        parameters.AddRange(Function.Given.Select(d => $"{(d.Input.IsList ? "IReadOnlyList<string>" : "string")} {Names.For(d.Name)}"));
        if (Function.HasWindow) parameters.Add("Func<Task>? window = null");
        if (Function.HasCrash) parameters.Add("Func<int?, Task>? crash = null");
        parameters.Add("CancellationToken cancellation = default");
        Code.Line($"public static async Task<Answer> {name}(");
        using (Code.Indent()) Code.Line(string.Join(", ", parameters) + ")");
        using (Code.Braces("", ownLine: true))
        {
            foreach (var declared in Function.Declared) Code.Line(Declaration(declared));
            if (Function.CarriesAnswer) Code.Line("Answer? answer = null;");
            foreach (var inner in Function.NestedLoops) Code.Line($"var {CounterOf(inner)} = 0;");
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

        using (Code.Braces("try", ownLine: true)) WriteCall(send);
        WriteHandlers(send.Step.OnError, send.Around, onContinue: () =>
        {
            Code.Comment($"It goes on as if '{send.Step.Name}' had returned no rows.");
            if (send.RowsDeclared) Code.Line($"{Names.For(send.Rows)} = 0;");
        });
    }

    /// <inheritdoc/>
    protected override void WriteChoice(PlannedChoice choice)
    {
        if (choice is { Then: [PlannedAnswer { IsCarried: false } answer], Else.Count: 0 } && answer.Leaves.All(b => !b.IsOfDatabase))
        {
            Code.Line($"if ({Ask(choice.If)}) return Answer.{answer.Answer};");
            return;
        }

        using (Code.Braces($"if ({Ask(choice.If)})", ownLine: true)) WriteAll(choice.Then);
        if (choice.Else.Count == 0) return;
        using (Code.Braces("else", ownLine: true)) WriteAll(choice.Else);
    }

    /// <inheritdoc/>
    protected override void WriteWindow()
    {
        Code.Comment(Preamble.WindowComment);
        Code.Line("if (window is not null) await window();");
    }

    /// <inheritdoc/>
    protected override void WriteCrash(PlannedCrash crash)
    {
        Code.Comment(Preamble.CrashComment(crash.Delivery));
        Code.Line($"if (crash is not null) await crash({(crash.Delivery is { } number ? Naming.Number(number) : "null")});");
        if (crash.Delivery is null) Code.Line("throw new InvalidOperationException(\"The application dies here; this program has no answer.\");");
    }

    /// <inheritdoc/>
    protected override void WriteAnswer(PlannedAnswer answer)
    {
        if (answer.IsCarried)
        {
            Code.Line($"answer = Answer.{answer.Answer};");
            return;
        }

        if (answer.Answer == Outcome.Failed) WriteRollback(answer.Leaves);
        else WriteLeave(answer.Leaves);
        Code.Line($"return Answer.{answer.Answer};");
    }

    /// <inheritdoc/>
    protected override void WriteDelivery(PlannedDelivery delivery)
    {
        if (delivery.IsCarried)
        {
            if (delivery.Always || delivery.Else.Count == 0) return;
            using (Code.Braces("if (answer is null)", ownLine: true)) WriteAll(delivery.Else);
            return;
        }

        if (delivery.Always)
        {
            WriteLeave(delivery.Leaves);
            Code.Line("return answer!.Value;");
            return;
        }

        using (Code.Braces("if (answer is { } told)", ownLine: true))
        {
            WriteLeave(delivery.Leaves);
            Code.Line("return told;");
        }

        Code.Gap();
        WriteAll(delivery.Else);
    }

    /// <inheritdoc/>
    protected override void WriteBlock(PlannedBlock block, bool isLast)
    {
        if (!block.Handles)
        {
            WriteUnhandled(block, isLast);
            return;
        }

        if (block.Step.Retry is null)
        {
            WriteTry(block, null);
            return;
        }

        var counter = CounterOf(block);
        var nested = block.IsNestedLoop;
        using (Code.Braces($"for ({(nested ? "" : $"var {counter} = 0")}; ; {counter}++)", ownLine: true)) WriteTry(block, counter);
    }

    private void WriteUnhandled(PlannedBlock block, bool isLast)
    {
        if (!block.IsOfDatabase)
        {
            WriteGate(block);
            return;
        }

        if (block.Step.Kind == BlockKind.Savepoint)
        {
            Enter(block);
            WriteInside(block);
            return;
        }

        var only = isLast && block.Around.Count == 0 && Function.Body[^1] == block && !Function.Any(n => n is PlannedBlock { Step.Kind: BlockKind.Transaction } other && other != block);
        if (only)
        {
            Code.Line($"await using var transaction = {Begin(block)};");
            WriteInside(block);
            return;
        }

        using (Code.Braces($"await using (var transaction = {Begin(block)})", ownLine: true)) WriteInside(block);
    }

    private void WriteInside(PlannedBlock block)
    {
        WriteAll(block.Body);
        if (block.ReachesEnd) Leave(block);
    }

    private void WriteTry(PlannedBlock block, string? counter)
    {
        if (block.Step.Kind == BlockKind.Savepoint) Enter(block);
        using (Code.Braces("try", ownLine: true))
        {
            if (block.Step.Kind == BlockKind.Transaction) Code.Line($"await using var transaction = {Begin(block)};");
            if (block.IsOfDatabase) WriteInside(block);
            else WriteGate(block);
            if (counter is not null && block.ReachesEnd) Code.Line("break;");
        }

        if (block.Step.Retry is { } retry)
        {
            var states = string.Join(" or ", retry.On.Select(CSharpWriter.Quote));
            using (Code.Braces($"catch (PostgresException error) when ({counter} < {Naming.Number(retry.AtMost)} && error.SqlState is {states})", ownLine: true))
            {
                Undo(block);
                Code.Comment("The whole block runs again, after a wait that differs from caller to caller.");
                var (low, width) = (retry.BackoffLow.TotalMilliseconds, (retry.BackoffHigh - retry.BackoffLow).TotalMilliseconds);
                if (width > 0) Code.Line($"await Task.Delay(TimeSpan.FromMilliseconds({Naming.Number(low)} + (Random.Shared.NextDouble() * {Naming.Number(width)})), cancellation);");
                else if (low > 0) Code.Line($"await Task.Delay(TimeSpan.FromMilliseconds({Naming.Number(low)}), cancellation);");
            }
        }

        WriteHandlers(block.Step.OnError, block.Around, onContinue: () =>
        {
            Undo(block);
            Code.Comment("It goes on behind the block, all of which is undone.");
            if (counter is not null) Code.Line("break;");
        });
    }

    /// <summary>What an error undoes: back to the savepoint, and forget what was found and kept inside.</summary>
    private void Undo(PlannedBlock block)
    {
        if (block.Step.Kind == BlockKind.Savepoint) Code.Line($"await transaction.RollbackAsync(\"{block.Savepoint}\", cancellation);");
        Forget(block.Forgets);
        if (Function.CarriesAnswer) Code.Line("answer = null;");
    }

    private void WriteHandlers(ErrorRules rules, IReadOnlyList<PlannedBlock> around, Action onContinue)
    {
        foreach (var (action, matches) in Handlers(rules))
        {
            var filter = CatchesAll(matches) ? "" : $" error) when ({string.Join(" || ", matches.Select(m => Match(m, matches.Count > 1)))}";
            using (Code.Braces($"catch (PostgresException{filter})", ownLine: true))
            {
                if (action is ErrorAction.Continue or ErrorAction.Swallow)
                {
                    onContinue();
                    continue;
                }

                WriteRollback(around);
                Code.Line("return Answer.Failed;");
            }
        }
    }

    private static string Match(ErrorRule rule, bool oneOfSeveral)
    {
        if (rule.Constraint is not { } constraint) return $"error.SqlState == {CSharpWriter.Quote(rule.SqlState!)}";
        var both = $"error.SqlState == {CSharpWriter.Quote(rule.SqlState!)} && error.ConstraintName == {CSharpWriter.Quote(constraint)}";
        return oneOfSeveral ? $"({both})" : both;
    }

    private void WriteRollback(IReadOnlyList<PlannedBlock> around)
    {
        if (around.Any(b => b.Step.Kind == BlockKind.Transaction)) Code.Line("await transaction.RollbackAsync(cancellation);");
    }

    private void WriteLeave(IReadOnlyList<PlannedBlock> leaves)
    {
        if (leaves.FirstOrDefault(b => b.IsOfDatabase) is { } block) Leave(block);
    }

    private void Enter(PlannedBlock savepoint) => Code.Line($"await transaction.SaveAsync(\"{savepoint.Savepoint}\", cancellation);");

    private void Leave(PlannedBlock block)
    {
        if (!block.IsOfDatabase) return;
        Code.Line(block.Step.Kind == BlockKind.Transaction ? "await transaction.CommitAsync(cancellation);" : $"await transaction.ReleaseAsync(\"{block.Savepoint}\", cancellation);");
    }

    private static string Begin(PlannedBlock block) => block.Step.Isolation is { } level
        ? $"await connection.BeginTransactionAsync(IsolationLevel.{level}, cancellation)"
        : "await connection.BeginTransactionAsync(cancellation)";

    private static string CounterOf(PlannedBlock block) => block.IsNestedLoop ? $"retries{Naming.Number(block.Number)}" : "retries";
}
