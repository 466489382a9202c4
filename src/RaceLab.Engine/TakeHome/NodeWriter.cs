using RaceLab.Engine.Programs;

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
        code.Comment($"{subject.Scenario.Title}: {subject.Strategy.Title}, under {Naming.Number(facts.Requests)} requests at once. It belongs to {module}.ts.");
        code.Comment($"It needs the package{(facts.Leases ? "s pg and redis" : " pg")}, and in the environment variable {StressFacts.Variable} the connection string of a PostgreSQL. "
            + "There it makes a schema of its own, and drops it again. Compile it with tsc, and run it with node --test.");
        if (facts.Leases) code.Comment($"The leases are in the Redis whose address is in {StressFacts.RedisVariable}.");
        code.Gap();
        code.Line("import assert from 'node:assert/strict';");
        code.Line("import { randomUUID } from 'node:crypto';");
        code.Line("import { test } from 'node:test';");
        if (facts.Window) code.Line("import { setTimeout as delay } from 'node:timers/promises';");
        code.Line("import { Client, DatabaseError } from 'pg';");
        if (facts.Leases) code.Line("import { createClient } from 'redis';");
        code.Line($"import {{ {string.Join(", ", (facts.Application ? (string[])["Application"] : []).Concat(subject.Functions.Select(f => TypeScriptWriter.FunctionOf(subject, f))))} }} from './{module}.js';");
        code.Gap();
        WriteConstants(code, subject, facts);
        code.Gap();
        if (facts.Leases) code.Line(LendingRedis + "\n");
        code.Line(TheTest(subject, facts));
        code.Gap();
        code.Line(TheRace(subject, facts));
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
        code.Line($"const requests = {Naming.Number(facts.Requests)}; // at once, for each key");
        if (subject.Scenario.Deliveries > 1) code.Line($"const deliveries = {Naming.Number(subject.Scenario.Deliveries)}; // of a request that is not answered well");
        if (facts.Window)
        {
            code.Gap();
            code.Line("/**");
            code.Line(" * How long a request waits in the race window: it makes a rare race a sure one. The first waits longest and the last half as long, so that");
            code.Line(" * they do not go on in the order in which they came.");
            code.Line(" */");
            code.Line($"const windowMs = {Naming.Number(StressFacts.WindowMs)};");
        }

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

    private static string TheTest(TakeHomeSubject subject, StressFacts facts) => $$"""
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
        {{Apps(facts)}}{{(facts.Leases ? "  await leases.connect();\n" : "")}}  try {
            for (const script of scripts) await database.query(script);
        {{(facts.Connection?.RoleConnections is { } limit ? $$"""
            await database.query(`CREATE ROLE ${schema} LOGIN PASSWORD '${schema}' CONNECTION LIMIT {{Naming.Number(limit)}}`);
            await database.query(`GRANT ALL ON SCHEMA ${schema} TO ${schema}`);
            await database.query(`GRANT ALL ON ALL TABLES IN SCHEMA ${schema} TO ${schema}`);

        """ : "")}}    const told: Told[] = [];
            for (let round = 1; round <= rounds; round++) told.push(...(await race({{Args(facts)}}round, told.length, true)));

            // Some flaws show only to those who come later: for one more key the same requests come one after another.
            told.push(...(await race({{Args(facts)}}rounds + 1, told.length, false)));
        {{(facts.ReadsAttempts ? "    await record(database, told);" : "")}}
            const violations = await findViolations(database);
            assert.equal(violations.length, 0, violations.join('\n'));
            assert.ok(told.some(isGood), 'no request was answered well, so nothing was tested');
          } finally {
        {{(facts.Connection is null ? "" : "    for (const app of apps) await app.end();\n")}}{{(facts.Leases ? "    leases.destroy();\n" : "")}}    await database.query(`DROP SCHEMA ${schema} CASCADE`);{{(facts.Connection?.RoleConnections is null ? "" : "\n    await database.query(`DROP ROLE ${schema}`);")}}
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

    /// <summary>What every process keeps, one for each.</summary>
    private static string Apps(StressFacts facts)
    {
        if (!facts.Application) return "";
        var make = $"  const apps = Array.from({{ length: {Naming.Number(facts.Instances)} }}, () => new Application({(facts.Connection is null ? "" : "own")}));\n";
        if (facts.Connection is not { } use) return make;
        if (use.IsServerAbsent) return "  const own = { host: '127.0.0.1', port: 1 }; // nobody listens there\n" + make;
        var options = "options: `-c search_path=${schema} -c lock_timeout=20s`";
        return use.RoleConnections is null
            ? $"  const own = {{ connectionString: process.env.{StressFacts.Variable}, {options} }};\n{make}"
            : $"  const own = {{ host: database.host, port: database.port, database: database.database, user: schema, password: schema, {options} }};\n{make}";
    }

    /// <summary>What the race is given to hand on.</summary>
    private static string Args(StressFacts facts) => (facts.Connection is null ? "schema, " : "") + (facts.Application ? "apps, " : "");

    private static string TheRace(TakeHomeSubject subject, StressFacts facts)
    {
        var values = new List<string>();
        if (facts.Connection is null && subject.Scenario.Deliveries > 1) values.Add("schema");
        if (facts.Connection is null) values.Add("client");
        if (facts.Application) values.Add("apps[(worker - 1) % apps.length]!");
        values.AddRange(["key", "attemptsBefore + worker", "worker"]);
        values.AddRange(facts.Given.Select(g => Draw(subject, g)));
        return $$"""
            /** Many requests for one key{{(facts.Connection is null ? ", each with a connection of its own, which is open before the first of them begins" : "")}}. */
            async function race({{(facts.Connection is null ? "schema: string, " : "")}}{{(facts.Application ? "apps: Application[], " : "")}}round: number, attemptsBefore: number, atOnce: boolean): Promise<Told[]> {
              const key = {{TypeScriptWriter.Quote(subject.Scenario.Key.Text)}}.replace('{n}', String(round));{{(facts.Connection is null ? "\n  const clients = await Promise.all(Array.from({ length: requests }, () => connect(schema)));" : "")}}
              const asked: Promise<Told>[] = [];
              {{(facts.Connection is null ? "for (const client of clients)" : "while (asked.length < requests)")}} {
                const worker = asked.length + 1;
                const told = request({{string.Join(", ", values)}});
                asked.push(told);
                if (!atOnce) await told;
              }
              return Promise.all(asked);
            }
            """;
    }

    /// <summary>What a request brings along. A list has the same keys for all, and each begins with another one.</summary>
    private static string Draw(TakeHomeSubject subject, PlannedDraw draw) => draw.Input.Generator switch
    {
        Generator.Pick => $"Array.from({{ length: {Naming.Number(draw.Input.Size)} }}, (_, i) => {TypeScriptWriter.Quote(subject.Scenario.Key.Text)}.replace('{{n}}', String(round + ((worker - 1 + i) % {Naming.Number(draw.Input.Size)}))))",
        Generator.Counter => "String(attemptsBefore + worker)",
        _ => TypeScriptProgram.Draw(draw),
    };

    private static string TheRequest(TakeHomeSubject subject, StressFacts facts)
    {
        var many = subject.Scenario.Deliveries > 1;
        var (types, names) = (new List<string>(), new List<string>());
        if (facts.Connection is null) Add("Client", "client");
        if (facts.Application) Add("Application", "app");
        Add("string", "key");
        Add("number", "attempt");
        Add("number", "worker");
        foreach (var given in facts.Given) Add(given.Input.IsList ? "string[]" : "string", StressFacts.NameOf(given));
        var parameters = string.Join(", ", types.Zip(names, (type, name) => $"{name}: {type}"));
        var deliver = $$"""
            async function {{(many ? "deliver" : "request")}}({{parameters}}{{(many ? ", delivery: number" : "")}}): Promise<Told> {
              const request = { attempt, worker, delivery{{(many ? "" : ": 1")}}, key, sqlstate: null, constraint: null };
              try {
                const said = {{Calls(subject)}};
                return { ...request, said };
              } catch (error) {
            {{(facts.Crash ? "    // Whoever asked hears nothing, and cannot know what was kept.\n    if (error instanceof ApplicationDied) return { ...request, said: 'unknown', sqlstate: '08006' };\n" : "")}}{{(facts.Connection is { IsServerAbsent: true } ? "    // No server, no SQLSTATE: this is the standard's for a client that cannot connect.\n    if ((error as { code?: string }).code === 'ECONNREFUSED') return { ...request, said: 'rejected', sqlstate: '08001' };\n" : "")}}    if (!(error instanceof DatabaseError) || error.code === undefined) throw error;
                return { ...request, said: 'rejected', sqlstate: error.code, constraint: error.constraint ?? null };
              }{{(facts.Connection is null ? " finally {\n    await client.end();\n  }" : "")}}
            }

            function isGood(told: Told): boolean {
              return ['created', 'found', 'updated'].includes(told.said);
            }
            """;
        return !many ? deliver : $$"""
            /** One request, which arrives again until it is answered well. */
            async function request({{(facts.Connection is null ? "schema: string, " : "")}}{{parameters}}): Promise<Told> {
              for (let delivery = 1; ; delivery++) {
                const told = await deliver({{string.Join(", ", names)}}, delivery);
                if (isGood(told) || delivery === deliveries) return told;
            {{(facts.Connection is null ? "    client = await connect(schema);\n" : "")}}  }
            }


            """ + deliver;

        void Add(string type, string name)
        {
            types.Add(type);
            names.Add(name);
        }
    }

    private static string Calls(TakeHomeSubject subject)
    {
        var calls = subject.Functions.Select(function =>
        {
            var values = function.Lent.Select(TypeScriptProgram.NameOf).Concat(function.Inputs).Concat(function.Given.Select(StressFacts.NameOf)).ToList();
            var hooks = new List<string>();
            if (function.HasWindow) hooks.Add("window: () => delay(windowMs * (1 - worker / (2 * requests)))");
            if (function.HasCrash) hooks.Add($"crash: async (on) => {{\n        if (on !== null && on !== {(subject.Scenario.Deliveries > 1 ? "delivery" : "1")}) return;\n        await client.end();\n        throw new ApplicationDied();\n      }}");
            if (hooks.Count > 0) values.Add($"{{\n{string.Concat(hooks.Select(h => $"      {h},\n"))}    }}");
            return $"await {TypeScriptWriter.FunctionOf(subject, function)}({string.Join(", ", values.Select(v => v == "delivery" && subject.Scenario.Deliveries == 1 ? "1" : v))})";
        }).ToList();
        var last = calls[^1];
        return string.Concat(calls.SkipLast(1).Select((call, i) => $"(worker - 1) % {Naming.Number(calls.Count)} === {Naming.Number(i)} ? {call}\n      : ")) + last;
    }

    private const string LendingRedis = $$"""
        const address = process.env.{{StressFacts.RedisVariable}};
        if (!address) throw new Error('{{StressFacts.RedisVariable}} is not set. Give it an address, such as redis://localhost:6379.');
        const leases = createClient({ url: address });
        const run = randomUUID();

        /** Sends a command to Redis. The leases of this run have names of their own. */
        const redis = {
          sendCommand: (words: string[]) => leases.sendCommand(words.map((word) => (word.startsWith('{{Preamble.LeaseWord}}') ? `${run}:${word}` : word))),
        };
        """;

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
