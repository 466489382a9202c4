using RaceLab.Engine.Programs;

namespace RaceLab.Engine.TakeHome;

/// <summary>What a function in Python does beside its statements: values that it draws, its connection, loops, and blocks that the database knows nothing of.</summary>
internal sealed partial class PythonProgram
{
    /// <summary>The name of the parameter.</summary>
    public static string NameOf(Lent lent) => lent switch
    {
        Lent.Application => "app",
        Lent.Connection => "conn",
        _ => lent.ToString().ToLowerInvariant(),
    };

    /// <inheritdoc/>
    protected override void WriteLoop(PlannedLoop loop)
    {
        var list = NameOf(loop.Step.List);
        Code.Line($"for {NameOf(loop.Step.Variable)} in {(loop.Step.Sorted ? $"sorted({list})" : list)}:");
        using (Code.Indent())
        {
            Forget(loop.Forgets, "None", "");
            WriteAll(loop.Body);
        }
    }

    private static string TypeOf(Lent lent) => lent switch
    {
        Lent.Application => "Application",
        Lent.Redis => "Redis",
        _ => "psycopg.Connection",
    };

    private static string MeaningOf(Lent lent) => lent switch
    {
        Lent.Application => "what this process keeps for all of its calls.",
        Lent.Connection => "in autocommit mode, so that each statement outside of a transaction commits by itself.",
        Lent.Replica => "to a standby, which may be behind; in autocommit mode.",
        _ => "a client of the package redis, for example.",
    };

    private void WriteDraw(PlannedDraw draw)
    {
        if (Preamble.CommentOn(draw.Input) is { } comment) Code.Comment(comment);
        var drawn = draw.Input.Generator switch
        {
            Generator.Uuid4 => "str(uuid.uuid4())",
            Generator.NowMs => "str(time.time_ns() // 1_000_000)",
            Generator.Clock => "datetime.now(timezone.utc).isoformat(timespec=\"milliseconds\")",
            Generator.Counter => "str(app.next_number())",
            _ => $"first_bits(f\"{Naming.Number(draw.Seed)} {{{draw.Input.Of}}}\", {Naming.Number(draw.Input.Size)})",
        };
        Code.Line($"{Names.For(draw.Name)} = {drawn}");
    }

    /// <summary>The body, over the connection that is lent, or over one that is taken and given back.</summary>
    private void WriteConnected()
    {
        if (Function.Connection is not { } use)
        {
            WriteAll(Function.Body);
            return;
        }

        Code.Line("with app.connect() as conn:");
        using (Code.Indent())
        {
            if (use.Reset == PoolReset.WhenTaken) Code.Line("conn.execute(\"DISCARD ALL\")");
            WriteAll(Function.Body);
        }
    }

    /// <summary>A block in the process's memory, or in Redis. What its value is called is a variable.</summary>
    private void WriteGate(PlannedBlock block)
    {
        var name = NameOf(block.Step.Variable!);
        var value = name == "key" ? name : $"str({name})";
        if (block.Step.Kind == BlockKind.SingleFlight)
        {
            WriteShared(block, value);
            return;
        }

        if (block.Step.Lease is { } lease)
        {
            Code.Comment(Preamble.LeaseComment(lease));
            Code.Line($"with lease(redis, f\"{Preamble.LeaseWord}{{{name}}}\", {Naming.Number(lease.Length.TotalMilliseconds)}, by_token={(lease.IsReleasedByToken ? "True" : "False")}):");
        }
        else
        {
            Code.Line($"with app.lock({value}):");
        }

        using (Code.Indent()) WriteAll(block.Body);
    }

    private void WriteShared(PlannedBlock block, string value)
    {
        Code.Line("def call() -> Answer:");
        using (Code.Indent())
        {
            var outer = block.Sets.Select(Names.For).Concat(block.All.OfType<PlannedBlock>().Where(b => b.IsNestedLoop).Select(Counter)).ToList();
            if (outer.Count > 0) Code.Line($"nonlocal {string.Join(", ", outer)}");
            WriteAll(block.Body);
        }

        Code.Gap();
        if (!IsInTransaction(block.Around))
        {
            Code.Line($"return app.share({value}, call)");
            return;
        }

        Code.Line($"shared = app.share({value}, call)");
        Code.Line("if shared == \"failed\":");
        using (Code.Indent()) Code.Line("raise RolledBack");
        Code.Line("return shared");
    }
}
