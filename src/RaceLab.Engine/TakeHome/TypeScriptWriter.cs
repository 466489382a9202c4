using RaceLab.Engine.Programs;

namespace RaceLab.Engine.TakeHome;

/// <summary>Writes a strategy as a module in TypeScript, with pg.</summary>
internal sealed class TypeScriptWriter : ITakeHomeWriter
{
    /// <inheritdoc/>
    public bool CommitsExplicitly => true;

    /// <summary>The module's name, without its ending.</summary>
    public static string ModuleOf(TakeHomeSubject subject) => Naming.Kebab(subject.Strategy.Id);

    /// <summary>The function of a role.</summary>
    public static string FunctionOf(TakeHomeSubject subject, PlannedFunction function) => Naming.Camel(function.Role ?? subject.Strategy.Id);

    /// <inheritdoc/>
    public TakeHomeFile Write(TakeHomeSubject subject)
    {
        var code = new CodeText("  ", "//");
        Preamble.Write(code, subject);
        var functions = subject.Functions;
        var handles = functions.Any(f => f.Any(n => n is PlannedSend { Handles: true } or PlannedBlock { Handles: true }));
        var waits = functions.Any(f => f.Any(n => n is PlannedBlock { Step.Retry: { } retry } && retry.BackoffHigh > TimeSpan.Zero));
        WriteImports(code, functions, handles, waits || functions.Any(f => f.UsesRedis));
        code.Gap();
        code.Line("/** What the caller is told. */");
        code.Line("export type Answer = 'created' | 'found' | 'updated' | 'failed';");
        WriteHooks(code, functions);
        foreach (var function in functions)
        {
            code.Gap();
            new TypeScriptProgram(code, function).Write(FunctionOf(subject, function));
        }

        WritePlumbing(code, functions, handles);
        TypeScriptApplication.Write(code, functions);
        return new TakeHomeFile(TakeHomeLanguage.TypeScript, $"{ModuleOf(subject)}.ts", code.ToString());
    }

    /// <summary>A string constant: in quotes, or, where it has quotes or several lines, between backticks.</summary>
    public static string Quote(string text) => text.AsSpan().ContainsAny('\'', '\\', '\n')
        ? "`" + text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("`", "\\`", StringComparison.Ordinal).Replace("${", "\\${", StringComparison.Ordinal) + "`"
        : $"'{text}'";

    private static void WriteImports(CodeText code, IReadOnlyList<PlannedFunction> functions, bool handles, bool waits)
    {
        var crypto = new List<string>();
        if (functions.Any(f => f.Draws(Generator.Hash))) crypto.Add("createHash");
        if (functions.Any(f => f.UsesRedis || f.Draws(Generator.Uuid4))) crypto.Add("randomUUID");
        if (crypto.Count > 0) code.Line($"import {{ {string.Join(", ", crypto)} }} from 'node:crypto';");
        if (waits) code.Line("import { setTimeout as delay } from 'node:timers/promises';");
        var use = functions.Select(f => f.Connection).FirstOrDefault(c => c is not null);
        var (values, types) = (new List<string>(), new List<string>());
        if (use is not null) values.Add(use.Pool is null ? "Client" : "Pool");
        if (handles) values.Add("DatabaseError");
        if (functions.Any(f => f.Connection is null || f.UsesReplica || f.Any(n => n is PlannedBlock { IsOfDatabase: true }))) types.Add("ClientBase");
        if (use is not null) types.AddRange(use.Pool is null ? ["ClientConfig"] : ["PoolClient", "PoolConfig"]);
        code.Line(values.Count == 0 ? $"import type {{ {string.Join(", ", types)} }} from 'pg';" : $"import {{ {string.Join(", ", values.Concat(types.Select(t => $"type {t}")))} }} from 'pg';");
    }

    private static void WriteHooks(CodeText code, IReadOnlyList<PlannedFunction> functions)
    {
        var (window, crash) = (functions.Any(f => f.HasWindow), functions.Any(f => f.HasCrash));
        if (!window && !crash) return;
        code.Gap();
        code.Line("/** What a test may do in the middle. In production there are none. */");
        using (code.Braces("export interface Hooks", ownLine: false))
        {
            if (window) code.Line($"/** {Preamble.WindowMeaning} */");
            if (window) code.Line("window?: () => Promise<void>;");
            if (crash) code.Line($"/** {Preamble.CrashMeaning} null: on every one. */");
            if (crash) code.Line("crash?: (delivery: number | null) => Promise<void>;");
        }
    }

    private static void WritePlumbing(CodeText code, IReadOnlyList<PlannedFunction> functions, bool handles)
    {
        if (functions.Any(f => f.Any(n => n is PlannedBlock { IsOfDatabase: true })))
        {
            code.Gap();
            code.Line("/** Rolls back. The error that made it necessary is the one to tell: where the connection is gone, so is the transaction. */");
            using (code.Braces("async function rollBack(client: ClientBase, to = 'ROLLBACK'): Promise<void>", ownLine: false))
                code.Line("await client.query(to).catch(() => undefined);");
        }

        if (handles)
        {
            code.Gap();
            code.Line("/** Whether PostgreSQL rejected a statement, with that SQLSTATE and by that constraint where they are given. */");
            using (code.Braces("function isRejection(error: unknown, state?: string, constraint?: string): boolean", ownLine: false))
            {
                code.Line("if (!(error instanceof DatabaseError)) return false;");
                code.Line("return (state === undefined || error.code === state) && (constraint === undefined || error.constraint === constraint);");
            }
        }

        if (functions.Any(f => f.KeepsAsText && f.Any(n => n is PlannedSend { Keep.Count: > 0 })))
        {
            code.Gap();
            code.Line("/** Leaves values as the text that PostgreSQL sends, so that what is sent back later is just what came. */");
            code.Line("const asText = { getTypeParser: () => (text: string) => text };");
        }
    }
}
