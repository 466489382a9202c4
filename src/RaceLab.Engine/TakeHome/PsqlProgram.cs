using RaceLab.Engine.Programs;

namespace RaceLab.Engine.TakeHome;

/// <summary>Writes the statements of one psql script.</summary>
internal sealed class PsqlProgram(CodeText code, PlannedFunction function)
    : ProgramWriter(code, function, new Identifiers(Naming.Snake, [.. StepProgram.Inputs, "window", "crash", "holds", "known"]))
{
    /// <summary>Writes them.</summary>
    public void Write() => WriteAll(Function.Body);

    /// <summary>Writes what is drawn for the call. A random value and a hash may just as well come from the server; the time is this machine's.</summary>
    public void WriteDraw(PlannedDraw draw)
    {
        var name = Names.For(draw.Name);
        if (Preamble.CommentOn(draw.Input) is { } comment) Code.Comment(comment);
        switch (draw.Input.Generator)
        {
            case Generator.Uuid4:
                Code.Line($"SELECT gen_random_uuid() AS {name} \\gset");
                break;
            case Generator.NowMs:
                Code.Comment("By the clock of this machine.");
                Code.Line($"\\set {name} `date +%s%3N`");
                break;
            case Generator.Clock:
                Code.Comment("By the clock of this machine.");
                Code.Line($"\\set {name} `date -u +%Y-%m-%dT%H:%M:%S.%3NZ`");
                break;
            default:
                var hash = $"encode(sha256(convert_to('{Naming.Number(draw.Seed)} ' || :'{draw.Input.Of}', 'UTF8')), 'hex')";
                Code.Line($"SELECT lpad(to_hex((('x' || left({hash}, 16))::bit(64) >> {Naming.Number(64 - draw.Input.Size)})::bigint), {Naming.Number((draw.Input.Size + 3) / 4)}, '0') AS {name} \\gset");
                break;
        }

        // What is drawn is sent as a quoted text, as what is kept is.
        Code.Line($"\\set {name} :'{name}'");
    }

    /// <inheritdoc/>
    protected override void WriteSend(PlannedSend send)
    {
        foreach (var keep in send.Keep) Code.Line($"\\set {Names.For(keep.Variable)} NULL");
        if (send.Handles) Code.Line("\\set ON_ERROR_STOP off");
        var sql = send.Step.Sql.With(name => StepProgram.Inputs.Contains(name) || Function.Given.Any(g => g.Input.Name == name) ? $":'{name}'" : $":{Names.For(new PlannedName(name, NameKind.Value))}");
        if (send.Keep.Count > 0)
        {
            // \gset makes variables of all columns, with their own names; a prefix keeps them apart from others.
            Code.Comment("psql wants just one row here: without one, what is kept stays NULL.");
            if (!send.Handles) Code.Line("\\set ON_ERROR_STOP off");
        }

        var end = send.Keep.Count > 0 ? $" \\gset {Prefix(send)}" : send.Step.Sql.Numbered.Contains("--", StringComparison.Ordinal) ? "\n;" : ";";
        if (CanBeIndented(sql)) Code.Line(sql + end);
        else Code.FirstLine(sql + end);

        // Every later query changes psql's own variables.
        if (send.AsksRows) Code.Line($"\\set {Names.For(send.Rows)} :ROW_COUNT");
        if (send.Handles || send.Keep.Count > 0)
        {
            Code.Line("\\set ON_ERROR_STOP on");
            WriteHandlers(send);
        }

        foreach (var (column, variable, _) in send.Keep)
        {
            var read = Prefix(send) + column;
            Code.Line($"\\if :{{?{read}}}");
            Code.Line($"  \\set {Names.For(variable)} :'{read}'");
            Code.Line($"  \\unset {read}");
            Code.Line("\\endif");
        }
    }

    /// <inheritdoc/>
    protected override void WriteChoice(PlannedChoice choice)
    {
        WriteQuestion(choice.If);
        Code.Line("\\if :holds");
        using (Code.Indent()) WriteAll(choice.Then);
        Code.Line("\\endif");
    }

    /// <inheritdoc/>
    protected override void WriteWindow()
    {
        Code.Comment(Preamble.WindowComment);
        Code.Line("\\if :{?window}");
        Code.Line("  SELECT pg_sleep(:window);");
        Code.Line("\\endif");
    }

    /// <inheritdoc/>
    protected override void WriteCrash(PlannedCrash crash)
    {
        Code.Comment(Preamble.CrashComment(crash.Delivery));
        if (crash.Delivery is null)
        {
            Code.Line("\\quit");
            return;
        }

        Code.Line("\\if :{?crash}");
        Code.Line($"  SELECT :crash = {Naming.Number(crash.Delivery.Value)} AS holds \\gset");
        Code.Line("  \\if :holds");
        Code.Line("    \\quit");
        Code.Line("  \\endif");
        Code.Line("\\endif");
    }

    /// <inheritdoc/>
    protected override void WriteAnswer(PlannedAnswer answer)
    {
        if (answer.Answer == Outcome.Failed)
        {
            if (answer.Leaves.Any(b => b.Step.Kind == BlockKind.Transaction)) Code.Line("ROLLBACK;");
        }
        else
        {
            foreach (var block in answer.Leaves) Leave(block);
        }

        Code.Line($"\\echo {answer.Answer.ToString().ToLowerInvariant()}");
        Code.Line("\\quit");
    }

    /// <inheritdoc/>
    protected override void WriteDelivery(PlannedDelivery delivery) => throw new InvalidOperationException("in psql no answer is carried");

    /// <inheritdoc/>
    protected override void WriteLoop(PlannedLoop loop) => throw new InvalidOperationException("psql has no loops, and none should have come here");

    /// <inheritdoc/>
    protected override void WriteBlock(PlannedBlock block, bool isLast)
    {
        Code.Line(block.Step.Kind == BlockKind.Savepoint ? $"SAVEPOINT {block.Savepoint};" : $"BEGIN{Isolation.Sql(block.Step.Isolation)};");
        WriteAll(block.Body);
        if (block.ReachesEnd) Leave(block);
    }

    private static string Prefix(PlannedSend send) => Naming.Snake(send.Step.Name) + "_";

    private void Leave(PlannedBlock block) => Code.Line(block.Step.Kind == BlockKind.Savepoint ? $"RELEASE {block.Savepoint};" : "COMMIT;");

    private void WriteHandlers(PlannedSend send)
    {
        Code.Line("\\if :ERROR");
        using (Code.Indent())
        {
            foreach (var (action, matches) in Handlers(send.Step.OnError))
            {
                var states = string.Join(", ", matches.Where(m => m.SqlState is not null).Select(m => $"'{m.SqlState}'"));
                Code.Line(CatchesAll(matches) ? "\\set known true" : $"SELECT :'LAST_ERROR_SQLSTATE' IN ({states}) AS known \\gset");
                Code.Line("\\if :known");
                if (action is ErrorAction.Continue or ErrorAction.Swallow)
                {
                    Code.Comment($"It goes on as if '{send.Step.Name}' had returned no rows.");
                }
                else
                {
                    Code.Line("  \\echo failed");
                    Code.Line("  \\quit");
                }

                Code.Line("\\else");
            }

            Code.Line("\\echo rejected");
            Code.Line("\\quit");
            foreach (var _ in Handlers(send.Step.OnError)) Code.Line("\\endif");
        }

        Code.Line("\\endif");
    }

    /// <summary>psql's \if asks nothing but variables, so the server compares.</summary>
    private void WriteQuestion(PlannedQuestion question)
    {
        var input = IsInput(question.Name);
        var name = input ? question.Name.Name : Names.For(question.Name);
        if (question.Name.Kind == NameKind.Rows || input)
        {
            Code.Line(question switch
            {
                { Name.Kind: NameKind.Rows, Operator: ">=", Literal: "1" } => $"SELECT :{name} > 0 AS holds \\gset",
                { Name.Kind: NameKind.Rows, Operator: "<", Literal: "1" } => $"SELECT :{name} = 0 AS holds \\gset",
                _ => $"SELECT :'{name}'::numeric {question.Operator} {question.Literal} AS holds \\gset",
            });
            return;
        }

        Code.Line($"SELECT coalesce(:{name}::{(question.IsFlag ? "boolean" : "numeric")} {question.Operator} {question.Literal}, false) AS holds \\gset");
    }
}
