using RaceLab.Engine.Programs;

namespace RaceLab.Engine.TakeHome;

/// <summary>What a function in TypeScript does beside its statements: values that it draws, its connection, loops, and blocks that the database knows nothing of.</summary>
internal sealed partial class TypeScriptProgram
{
    /// <summary>The name of the parameter.</summary>
    public static string NameOf(Lent lent) => lent switch
    {
        Lent.Application => "app",
        Lent.Connection => "client",
        _ => lent.ToString().ToLowerInvariant(),
    };

    /// <inheritdoc/>
    protected override void WriteLoop(PlannedLoop loop)
    {
        var list = NameOf(loop.Step.List);
        using (Code.Braces($"for (const {NameOf(loop.Step.Variable)} of {(loop.Step.Sorted ? $"[...{list}].sort()" : list)})", ownLine: false))
        {
            Forget(loop.Forgets);
            WriteAll(loop.Body);
            if (loop.CarriesAnswer) Code.Line("if (answer !== null) break;");
        }
    }

    /// <summary>An expression that draws a value.</summary>
    public static string Draw(PlannedDraw draw) => draw.Input.Generator switch
    {
        Generator.Uuid4 => "randomUUID()",
        Generator.NowMs => "String(Date.now())",
        Generator.Clock => "new Date().toISOString()",
        Generator.Counter => "String(app.nextNumber())",
        _ => $"hash(`{Naming.Number(draw.Seed)} ${{{draw.Input.Of}}}`, {Naming.Number(draw.Input.Size)})",
    };

    private static string TypeOf(Lent lent) => lent switch
    {
        Lent.Application => "Application",
        Lent.Redis => "Redis",
        _ => "ClientBase",
    };

    private static string MeaningOf(Lent lent) => lent switch
    {
        Lent.Application => "What this process keeps for all of its calls.",
        Lent.Connection => "Connected, and in no transaction.",
        Lent.Replica => "Connected to a standby, which may be behind.",
        _ => "Connected; a client of the package redis, for example.",
    };

    private void WriteDraw(PlannedDraw draw)
    {
        if (Preamble.CommentOn(draw.Input) is { } comment) Code.Comment(comment);
        Code.Line($"const {Names.For(draw.Name)} = {Draw(draw)};");
    }

    /// <summary>The body, over the connection that is lent, or over one that is taken and given back.</summary>
    private void WriteConnected()
    {
        if (Function.Connection is not { } use)
        {
            Code.Gap();
            WriteAll(Function.Body);
            return;
        }

        Code.Line("const client = await app.connect();");
        using (Code.Braces("try", ownLine: false, close: "} finally {"))
        {
            if (use.Reset == PoolReset.WhenTaken) Code.Line("await client.query('DISCARD ALL');");
            WriteAll(Function.Body);
        }

        using (Code.Indent())
        {
            if (use.Reset == PoolReset.WhenReturned)
            {
                Code.Comment("Whatever the session has set or locked is put away before somebody else gets it.");
                Code.Line("await client.query('DISCARD ALL');");
            }

            Code.Line(use.Pool is null ? "await client.end();" : "client.release();");
        }

        Code.Line("}");
    }

    /// <summary>A block in the process's memory, or in Redis. What its value is called is a variable.</summary>
    private void WriteGate(PlannedBlock block)
    {
        var name = NameOf(block.Step.Variable!);
        var value = name == "key" ? name : $"`${{{name}}}`";
        if (block.Step.Kind == BlockKind.SingleFlight)
        {
            WriteShared(block, value);
            return;
        }

        var leave = Function.Gates > 1 ? $"leave{Naming.Number(block.Number)}" : "leave";
        if (block.Step.Lease is { } lease)
        {
            Code.Comment(Preamble.LeaseComment(lease));
            Code.Line($"const {leave} = await takeLease(redis, `{Preamble.LeaseWord}${{{name}}}`, {Naming.Number(lease.Length.TotalMilliseconds)}, {(lease.IsReleasedByToken ? "true" : "false")});");
        }
        else
        {
            Code.Line($"const {leave} = await app.lock({value});");
        }

        using (Code.Braces("try", ownLine: false, close: "} finally {")) WriteInside(block);
        using (Code.Indent()) Code.Line(block.Step.Lease is null ? $"{leave}();" : $"await {leave}();");
        Code.Line("}");
    }

    private void WriteShared(PlannedBlock block, string value)
    {
        var inTransaction = block.Around.Any(b => b.IsOfDatabase);
        using (Code.Braces($"{(inTransaction ? "const shared =" : "return")} await app.share({value}, async () =>", ownLine: false, close: "});")) WriteAll(block.Body);
        if (!inTransaction) return;
        using (Code.Braces("if (shared === 'failed')", ownLine: false, close: "} else {")) WriteRollback(block.Around);
        using (Code.Indent()) WriteLeave(block.Around);
        Code.Line("}");
        Code.Line("return shared;");
    }
}
