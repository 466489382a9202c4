using RaceLab.Engine.Programs;

namespace RaceLab.Engine.TakeHome;

/// <summary>What a method in C# does beside its statements: values that it draws, its connection, loops, and blocks that the database knows nothing of.</summary>
internal sealed partial class CSharpProgram
{
    /// <summary>The name of the parameter.</summary>
    public static string NameOf(Lent lent) => lent == Lent.Application ? "app" : lent.ToString().ToLowerInvariant();

    /// <inheritdoc/>
    protected override void WriteLoop(PlannedLoop loop)
    {
        using (Code.Braces($"foreach (var {NameOf(loop.Step.Variable)} in {NameOf(loop.Step.List)}{(loop.Step.Sorted ? ".Order(StringComparer.Ordinal)" : "")})", ownLine: true))
        {
            Forget(loop.Forgets);
            WriteAll(loop.Body);
            if (loop.CarriesAnswer) Code.Line("if (answer is not null) break;");
        }
    }

    /// <summary>An expression that draws a value.</summary>
    public static string Draw(PlannedDraw draw) => draw.Input.Generator switch
    {
        Generator.Uuid4 => "Guid.NewGuid().ToString()",
        Generator.NowMs => "DateTimeOffset.UtcNow.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture)",
        Generator.Clock => "DateTimeOffset.UtcNow.ToString(\"yyyy-MM-dd HH:mm:ss.fffzzz\", CultureInfo.InvariantCulture)",
        Generator.Counter => "app.NextNumber().ToString(CultureInfo.InvariantCulture)",
        _ => $"Hash($\"{Naming.Number(draw.Seed)} {{{draw.Input.Of}}}\", {Naming.Number(draw.Input.Size)})",
    };

    private static string TypeOf(Lent lent) => lent switch
    {
        Lent.Application => "Application",
        Lent.Redis => "Func<string[], Task<string?>>",
        _ => "NpgsqlConnection",
    };

    private static string MeaningOf(Lent lent) => lent switch
    {
        Lent.Application => "What this process keeps for all of its calls.",
        Lent.Connection => "Open, and in no transaction.",
        Lent.Replica => "Open, to a standby, which may be behind.",
        _ => "Sends a command to Redis and returns its answer, null for none. With StackExchange.Redis: <c>async command => (string?)await database.ExecuteAsync(command[0], command[1..])</c>.",
    };

    private void WriteDraw(PlannedDraw draw)
    {
        if (Preamble.CommentOn(draw.Input) is { } comment) Code.Comment(comment);
        Code.Line($"var {Names.For(draw.Name)} = {Draw(draw)};");
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

        Code.Line("await using var connection = await app.ConnectAsync(cancellation);");
        Code.Gap();
        if (use.Reset != PoolReset.WhenReturned)
        {
            WriteAll(Function.Body);
            return;
        }

        using (Code.Braces("try", ownLine: true)) WriteAll(Function.Body);
        using (Code.Braces("finally", ownLine: true))
        {
            Code.Comment("Whatever the session has set or locked is put away before somebody else gets it.");
            Code.Line("await SendAsync(connection, \"DISCARD ALL\", [], CancellationToken.None);");
        }
    }

    /// <summary>A block in the process's memory, or in Redis. What its value is called is a variable.</summary>
    private void WriteGate(PlannedBlock block)
    {
        var name = NameOf(block.Step.Variable!);
        var value = name == "key" ? name : $"$\"{{{name}}}\"";
        switch (block.Step.Kind)
        {
            case BlockKind.Mutex:
                using (Code.Braces($"using (await app.LockAsync({value}, cancellation))", ownLine: true)) WriteInside(block);
                break;
            case BlockKind.SingleFlight:
                WriteShared(block, value);
                break;
            default:
                Code.Comment(Preamble.LeaseComment(block.Step.Lease!));
                var byToken = block.Step.Lease!.IsReleasedByToken ? "true" : "false";
                using (Code.Braces($"await using (await Lease.TakeAsync(redis, $\"{Preamble.LeaseWord}{{{name}}}\", {Naming.Number(block.Step.Lease.Length.TotalMilliseconds)}, byToken: {byToken}, cancellation))", ownLine: true))
                    WriteInside(block);
                break;
        }
    }

    private void WriteShared(PlannedBlock block, string value)
    {
        var inTransaction = block.Around.Any(b => b.IsOfDatabase);
        Code.Line($"{(inTransaction ? "var shared =" : "return")} await app.ShareAsync({value}, async () =>");
        using (Code.Braces("", ownLine: true, close: "});")) WriteAll(block.Body);
        if (!inTransaction) return;
        using (Code.Braces("if (shared == Answer.Failed)", ownLine: true)) WriteRollback(block.Around);
        using (Code.Braces("else", ownLine: true)) WriteLeave(block.Around);
        Code.Line("return shared;");
    }
}
