using RaceLab.Engine.Programs;

namespace RaceLab.Engine.TakeHome;

/// <summary>Writes one function in Python.</summary>
internal sealed partial class PythonProgram : ProgramWriter
{
    private static readonly string[] _reserved =
    [
        "app", "conn", "replica", "redis", "shared", "call", "lease", "window", "crash", "retries", "error", "key", "attempt", "worker", "delivery", "random", "time", "uuid", "hashlib", "threading", "datetime", "timezone", "first_bits", "psycopg", "Application", "Future", "dict_row", "Answer", "RolledBack",
        "False", "None", "True", "and", "as", "assert", "async", "await", "break", "class", "continue", "def", "del", "elif", "else", "except", "finally", "for",
        "from", "global", "if", "import", "in", "is", "lambda", "nonlocal", "not", "or", "pass", "raise", "return", "try", "while", "with", "yield", "float",
    ];

    public PythonProgram(CodeText code, PlannedFunction function)
        : base(code, function, new Identifiers(Naming.Snake, _reserved))
    {
    }

    /// <summary>Whether something leaves a transaction by ROLLBACK and an answer.</summary>
    public static bool RollsBack(Planned node) => node switch
    {
        PlannedAnswer answer => answer.Answer == Outcome.Failed && IsInTransaction(answer.Leaves),
        PlannedSend send => send.Step.OnError.Rules.Any(r => r.Action == ErrorAction.Fail) && IsInTransaction(send.Around),
        PlannedBlock { Step.Kind: BlockKind.SingleFlight } shared when IsInTransaction(shared.Around) => true,
        PlannedBlock block => block.Step.OnError.Rules.Any(r => r.Action == ErrorAction.Fail) && IsInTransaction(block.Around),
        _ => false,
    };

    /// <summary>Writes the function.</summary>
    public void Write(string name)
    {
        var parameters = Function.Lent.Select(l => $"{NameOf(l)}: {TypeOf(l)}").ToList();
        parameters.AddRange(Function.Inputs.Select(i => $"{i}: {(i == "key" ? "str" : "int")}"));
        parameters.AddRange(Function.Given.Select(d => $"{Names.For(d.Name)}: {(d.Input.IsList ? "list[str]" : "str")}"));
        if (Function.HasWindow || Function.HasCrash) parameters.Add("*");
        if (Function.HasWindow) parameters.Add("window: Callable[[], None] | None = None");
        if (Function.HasCrash) parameters.Add("crash: Callable[[int | None], None] | None = None");
        Code.Line($"def {name}(");
        using (Code.Indent()) Code.Line(string.Join(", ", parameters));
        Code.Line(") -> Answer:");
        using (Code.Indent())
        {
            Code.Line($"\"\"\"{(Function.Role is { } role ? $"What the {role} does." : "One attempt.")} Errors that it does not handle are raised.");
            Code.Gap();
            foreach (var lent in Function.Lent) Code.Line($"{NameOf(lent)}: {MeaningOf(lent)}");
            foreach (var input in Function.Inputs) Code.Line($"{input}: {Lower(Preamble.MeaningOf(input))}");
            foreach (var draw in Function.Given) Code.Line($"{Names.For(draw.Name)}: {Lower(Preamble.MeaningOf(draw.Input))}");
            if (Function.HasWindow) Code.Line($"window: {Lower(Preamble.WindowMeaning)}");
            if (Function.HasCrash) Code.Line($"crash: {Lower(Preamble.CrashMeaning)} None: on every one.");
            Code.Line("\"\"\"");
            foreach (var declared in Function.Declared) Code.Line(declared.Kind == NameKind.Rows ? $"{Names.For(declared)} = 0" : $"{Names.For(declared)} = None");
            foreach (var inner in Function.NestedLoops) Code.Line($"{Counter(inner)} = 0");
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

        Code.Line("try:");
        using (Code.Indent()) WriteCall(send);
        Code.Line("except psycopg.Error as error:");
        using (Code.Indent())
        {
            WriteHandlers(send.Step.OnError, send.Around, "if", () =>
            {
                Code.Comment($"It goes on as if '{send.Step.Name}' had returned no rows.");
                Code.Line(send.RowsDeclared ? $"{Names.For(send.Rows)} = 0" : "pass");
            });
        }
    }

    /// <inheritdoc/>
    protected override void WriteChoice(PlannedChoice choice)
    {
        Code.Line($"if {Ask(choice.If)}:");
        using (Code.Indent()) WriteAll(choice.Then);
        if (choice.Else.Count == 0) return;
        Code.Line("else:");
        using (Code.Indent()) WriteAll(choice.Else);
    }

    /// <inheritdoc/>
    protected override void WriteWindow()
    {
        Code.Comment(Preamble.WindowComment);
        Code.Line("if window is not None:");
        using (Code.Indent()) Code.Line("window()");
    }

    /// <inheritdoc/>
    protected override void WriteCrash(PlannedCrash crash)
    {
        Code.Comment(Preamble.CrashComment(crash.Delivery));
        Code.Line("if crash is not None:");
        using (Code.Indent()) Code.Line($"crash({(crash.Delivery is { } number ? Naming.Number(number) : "None")})");
        if (crash.Delivery is null) Code.Line("raise RuntimeError(\"The application dies here; this program has no answer.\")");
    }

    /// <inheritdoc/>
    protected override void WriteAnswer(PlannedAnswer answer)
    {
        // Leaving the blocks by 'return' commits them.
        Code.Line(RollsBack(answer) ? "raise RolledBack" : $"return \"{answer.Answer.ToString().ToLowerInvariant()}\"");
    }

    /// <inheritdoc/>
    protected override void WriteDelivery(PlannedDelivery delivery) => throw new InvalidOperationException("in Python no answer is carried");

    /// <inheritdoc/>
    protected override void WriteBlock(PlannedBlock block, bool isLast)
    {
        if (block.Step.Retry is null)
        {
            WriteTry(block, null);
            return;
        }

        if (!block.IsNestedLoop) Code.Line($"{Counter(block)} = 0");
        Code.Line("while True:");
        using (Code.Indent()) WriteTry(block, Counter(block));
    }

    private void WriteTry(PlannedBlock block, string? counter)
    {
        var rollsBack = block.Step.Kind == BlockKind.Transaction && block.Body.Any(n => n.Holds(RollsBack));
        if (!block.Handles && !rollsBack)
        {
            WriteInside(block);
            return;
        }

        Code.Line("try:");
        using (Code.Indent())
        {
            WriteInside(block);
            if (counter is not null && block.ReachesEnd) Code.Line("break");
        }

        if (rollsBack)
        {
            Code.Line("except RolledBack:");
            using (Code.Indent()) Code.Line("return \"failed\"");
        }

        if (!block.Handles) return;
        Code.Line("except psycopg.Error as error:");
        using (Code.Indent()) WriteExcept(block, counter);
    }

    private void WriteInside(PlannedBlock block)
    {
        if (!block.IsOfDatabase)
        {
            WriteGate(block);
            return;
        }

        Code.Line("with conn.transaction():");
        using (Code.Indent())
        {
            if (block.Step.Isolation is { } level) Code.Line($"conn.execute(\"SET TRANSACTION ISOLATION LEVEL {Isolation.Words(level)}\")");
            WriteAll(block.Body);
        }
    }

    private void WriteExcept(PlannedBlock block, string? counter)
    {
        var keyword = "if";
        if (block.Step.Retry is { } retry)
        {
            var states = string.Join(", ", retry.On.Select(s => $"\"{s}\""));
            Code.Line($"if {counter} < {Naming.Number(retry.AtMost)} and error.sqlstate in ({states}{(retry.On.Count == 1 ? "," : "")}):");
            using (Code.Indent())
            {
                Forget(block);
                Code.Comment("The whole block runs again, after a wait that differs from caller to caller.");
                Code.Line($"{counter} += 1");
                var (low, high) = (retry.BackoffLow.TotalSeconds, retry.BackoffHigh.TotalSeconds);
                if (high > low) Code.Line($"time.sleep(random.uniform({Naming.Number(low)}, {Naming.Number(high)}))");
                else if (low > 0) Code.Line($"time.sleep({Naming.Number(low)})");
            }

            keyword = "elif";
        }

        WriteHandlers(block.Step.OnError, block.Around, keyword, () =>
        {
            Forget(block);
            Code.Comment("It goes on behind the block, all of which is undone.");
            Code.Line(counter is null ? "pass" : "break");
        });
    }

    private void WriteHandlers(ErrorRules rules, IReadOnlyList<PlannedBlock> around, string keyword, Action onContinue)
    {
        foreach (var (action, matches) in Handlers(rules))
        {
            Code.Line($"{keyword} {string.Join(" or ", matches.Select(m => Match(m, matches.Count > 1)))}:");
            keyword = "elif";
            using (Code.Indent())
            {
                if (action is ErrorAction.Continue or ErrorAction.Swallow) onContinue();
                else Code.Line(IsInTransaction(around) ? "raise RolledBack from error" : "return \"failed\"");
            }
        }

        Code.Line("else:");
        using (Code.Indent()) Code.Line("raise");
    }

    private static string Match(ErrorRule rule, bool oneOfSeveral)
    {
        if (rule.SqlState is null) return "error.sqlstate is not None";
        if (rule.Constraint is null) return $"error.sqlstate == \"{rule.SqlState}\"";
        var both = $"error.sqlstate == \"{rule.SqlState}\" and error.diag.constraint_name == {Quote(rule.Constraint)}";
        return oneOfSeveral ? $"({both})" : both;
    }

    private void Forget(PlannedBlock block) => Forget(block.Forgets, "None", "");

    private static bool IsInTransaction(IReadOnlyList<PlannedBlock> around) => around.Any(b => b.Step.Kind == BlockKind.Transaction);

    private static string Counter(PlannedBlock block) => block.IsNestedLoop ? $"retries_{Naming.Number(block.Number)}" : "retries";

    private static string Lower(string sentence) => char.ToLowerInvariant(sentence[0]) + sentence[1..];

    private static string Quote(string text) => "\"" + text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal) + "\"";
}
