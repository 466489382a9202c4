namespace RaceLab.Engine.TakeHome;

/// <summary>Writes the test of the TypeScript function for Node's own runner: many requests at once, and then the invariants' queries.</summary>
internal sealed class NodeWriter : ITakeHomeWriter
{
    /// <inheritdoc/>
    public bool CommitsExplicitly => true;

    /// <inheritdoc/>
    public TakeHomeFile Write(TakeHomeSubject subject)
    {
        var facts = StressFacts.Of(subject);
        var module = TypeScriptWriter.ModuleOf(subject);
        var code = new CodeText("  ", "//");
        code.Comment($"{subject.Scenario.Title}: {subject.Strategy.Title}, under {Naming.Number(StressFacts.Requests)} requests at once. It belongs to {module}.ts.");
        code.Comment($"It needs the package pg, and in the environment variable {StressFacts.Variable} the connection string of a PostgreSQL. "
            + "There it makes a schema of its own, and drops it again. Compile it with tsc, and run it with node --test.");
        code.Gap();
        code.Line("import assert from 'node:assert/strict';");
        code.Line("import { randomUUID } from 'node:crypto';");
        code.Line("import { test } from 'node:test';");
        if (facts.Window) code.Line("import { setTimeout as delay } from 'node:timers/promises';");
        code.Line("import { Client, DatabaseError } from 'pg';");
        code.Line($"import {{ {string.Join(", ", subject.Functions.Select(f => TypeScriptWriter.FunctionOf(subject, f)))} }} from './{module}.js';");
        code.Gap();
        WriteConstants(code, subject, facts);
        code.Gap();
        code.Line(TheTest(facts));
        code.Gap();
        code.Line(TheRace(subject));
        code.Gap();
        code.Line(TheRequest(subject, facts));
        code.Gap();
        if (facts.ReadsAttempts) code.Line(Recording + "\n");
        code.Line(Asking);
        if (facts.Crash) code.Line("\nclass ApplicationDied extends Error {}");
        return new TakeHomeFile(TakeHomeLanguage.Node, $"{module}.test.ts", code.ToString());
    }

    private static void WriteConstants(CodeText code, TakeHomeSubject subject, StressFacts facts)
    {
        code.Line($"const rounds = {Naming.Number(StressFacts.Rounds)}; // keys, one after another");
        code.Line($"const requests = {Naming.Number(StressFacts.Requests)}; // at once, for each key");
        if (subject.Scenario.Deliveries > 1) code.Line($"const deliveries = {Naming.Number(subject.Scenario.Deliveries)}; // of a request that is not answered well");
        if (facts.Window) code.Line($"const windowMs = {Naming.Number(StressFacts.WindowMs)}; // how long each waits in the race window: it makes a rare race a sure one");
        code.Gap();
        code.Line("/** What makes the tables. */");
        code.Line("const scripts = [");
        foreach (var (_, sql) in facts.Scripts) WriteConstant(code, "  ", sql, ",");
        code.Line("];");
        code.Gap();
        code.Line("/** What must hold, and the query that returns a row (key, excess) for every violation. */");
        code.Line("const invariants = [");
        foreach (var (title, query) in facts.Invariants) WriteConstant(code, $"  {{ mustHold: {TypeScriptWriter.Quote(title)}, query: ", query, " },");
        code.Line("];");
    }

    private static void WriteConstant(CodeText code, string head, string sql, string tail) => code.FirstLine($"{head}{Backticks(sql)}{tail}");

    private static string Backticks(string sql)
    {
        var quoted = TypeScriptWriter.Quote(sql);
        return quoted[0] == '`' ? quoted : $"`{quoted[1..^1]}`";
    }

    private static string TheTest(StressFacts facts) => $$"""
        /** What a caller was told. */
        interface Told {
          attempt: number;
          worker: number;
          delivery: number;
          key: string;
          said: string;
          sqlstate: string | null;
          constraint: string | null;
        }

        test('many requests for one key: every invariant holds', { timeout: 120_000 }, async () => {
          const schema = `stress_${randomUUID().replaceAll('-', '')}`;
          const database = await connect(schema);
          await database.query(`CREATE SCHEMA ${schema}`);
          try {
            for (const script of scripts) await database.query(script);
            const told: Told[] = [];
            for (let round = 1; round <= rounds; round++) told.push(...(await race(schema, round, told.length, true)));

            // Some flaws show only to those who come later: for one more key the same requests come one after another.
            told.push(...(await race(schema, rounds + 1, told.length, false)));
        {{(facts.ReadsAttempts ? "    await record(database, told);" : "")}}
            const violations = await findViolations(database);
            assert.equal(violations.length, 0, violations.join('\n'));
            assert.ok(told.some(isGood), 'no request was answered well, so nothing was tested');
          } finally {
            await database.query(`DROP SCHEMA ${schema} CASCADE`);
            await database.end();
          }
        });

        /** A connection to the schema of this run. A lock that never comes is an error, and not a test that hangs. */
        async function connect(schema: string): Promise<Client> {
          const connectionString = process.env.{{StressFacts.Variable}};
          if (!connectionString) throw new Error('{{StressFacts.Variable}} is not set. Give it a connection string, such as postgres://me@localhost/scratch.');
          const client = new Client({ connectionString, options: `-c search_path=${schema} -c lock_timeout=20s` });
          await client.connect();
          return client;
        }
        """.Replace("false)));\n\n", "false)));\n", StringComparison.Ordinal);

    private static string TheRace(TakeHomeSubject subject) => $$"""
        /** Many requests for one key, each with a connection of its own, which is open before the first of them begins. */
        async function race(schema: string, round: number, attemptsBefore: number, atOnce: boolean): Promise<Told[]> {
          const key = {{TypeScriptWriter.Quote(subject.Scenario.Key.Text)}}.replace('{n}', String(round));
          const clients = await Promise.all(Array.from({ length: requests }, () => connect(schema)));
          const asked: Promise<Told>[] = [];
          for (const client of clients) {
            const worker = asked.length + 1;
            const told = request({{(subject.Scenario.Deliveries > 1 ? "schema, " : "")}}client, key, attemptsBefore + worker, worker);
            asked.push(told);
            if (!atOnce) await told;
          }
          return Promise.all(asked);
        }
        """;

    private static string TheRequest(TakeHomeSubject subject, StressFacts facts)
    {
        var many = subject.Scenario.Deliveries > 1;
        var deliver = $$"""
            async function {{(many ? "deliver(client: Client, key: string, attempt: number, worker: number, delivery: number)" : "request(client: Client, key: string, attempt: number, worker: number)")}}: Promise<Told> {
              const request = { attempt, worker, delivery{{(many ? "" : ": 1")}}, key, sqlstate: null, constraint: null };
              try {
                const said = {{Calls(subject)}};
                return { ...request, said };
              } catch (error) {
            {{(facts.Crash ? "    // Whoever asked hears nothing, and cannot know what was kept.\n    if (error instanceof ApplicationDied) return { ...request, said: 'unknown', sqlstate: '08006' };\n" : "")}}    if (!(error instanceof DatabaseError) || error.code === undefined) throw error;
                return { ...request, said: 'rejected', sqlstate: error.code, constraint: error.constraint ?? null };
              } finally {
                await client.end();
              }
            }

            function isGood(told: Told): boolean {
              return ['created', 'found', 'updated'].includes(told.said);
            }
            """;
        return !many ? deliver : """
            /** One request, which arrives again until it is answered well. */
            async function request(schema: string, client: Client, key: string, attempt: number, worker: number): Promise<Told> {
              for (let delivery = 1; ; delivery++) {
                const told = await deliver(client, key, attempt, worker, delivery);
                if (isGood(told) || delivery === deliveries) return told;
                client = await connect(schema);
              }
            }


            """ + deliver;
    }

    private static string Calls(TakeHomeSubject subject)
    {
        var calls = subject.Functions.Select(function =>
        {
            var values = new List<string> { "client" };
            values.AddRange(function.Inputs);
            var hooks = new List<string>();
            if (function.HasWindow) hooks.Add("window: () => delay(windowMs)");
            if (function.HasCrash) hooks.Add($"crash: async (on) => {{\n        if (on !== null && on !== {(subject.Scenario.Deliveries > 1 ? "delivery" : "1")}) return;\n        await client.end();\n        throw new ApplicationDied();\n      }}");
            if (hooks.Count > 0) values.Add($"{{\n{string.Concat(hooks.Select(h => $"      {h},\n"))}    }}");
            return $"await {TypeScriptWriter.FunctionOf(subject, function)}({string.Join(", ", values.Select(v => v == "delivery" && subject.Scenario.Deliveries == 1 ? "1" : v))})";
        }).ToList();
        var last = calls[^1];
        return string.Concat(calls.SkipLast(1).Select((call, i) => $"(worker - 1) % {Naming.Number(calls.Count)} === {Naming.Number(i)} ? {call}\n      : ")) + last;
    }

    private const string Recording = """
        /** Writes down what callers were told, for the invariants that ask. */
        async function record(database: Client, told: Told[]): Promise<void> {
          for (const t of told) {
            await database.query('INSERT INTO attempts VALUES ($1, $2, $3, $4, $5, $6, $7)',
              [t.attempt, t.worker, t.delivery, t.key, t.said, t.sqlstate, t.constraint]);
          }
        }
        """;

    private const string Asking = """
        async function findViolations(database: Client): Promise<string[]> {
          const found: string[] = [];
          for (const { mustHold, query } of invariants) {
            const violations = await database.query(`SELECT key::text, excess::text FROM (\n${query}\n) AS violations`);
            for (const { key, excess } of violations.rows) found.push(`${mustHold}: not so for ${key}, ${excess} too many`);
          }
          return found;
        }
        """;
}
