using RaceLab.Engine.Programs;

namespace RaceLab.Engine.TakeHome;

/// <summary>Writes what functions in TypeScript need beside statements: hashes, the memory of the process that they run in, and leases.</summary>
internal static class TypeScriptApplication
{
    public static void Write(CodeText code, IReadOnlyList<PlannedFunction> functions)
    {
        if (functions.Any(f => f.Draws(Generator.Hash))) WritePart(code, Hash);
        if (functions.Any(f => f.UsesApplication)) WriteApplication(code, functions);
        if (functions.Any(f => f.UsesRedis)) WritePart(code, Lease);
    }

    private static void WritePart(CodeText code, string part)
    {
        code.Gap();
        code.Line(part);
    }

    private static void WriteApplication(CodeText code, IReadOnlyList<PlannedFunction> functions)
    {
        var parts = new List<string>();
        if (functions.Select(f => f.Connection).FirstOrDefault(c => c is not null) is { } use) parts.Add(Connections(use));
        if (functions.Any(f => f.Counts)) parts.Add(Counting);
        if (functions.Any(f => f.Has(BlockKind.Mutex))) parts.Add(Mutexes);
        if (functions.Any(f => f.Has(BlockKind.SingleFlight))) parts.Add(Calls);
        code.Gap();
        code.Line("/** What one process keeps in memory: make one when it starts, and give it to every call. A second process has another, and neither knows of the other's. */");
        using (code.Braces("export class Application", ownLine: false)) code.Line(string.Join("\n\n", parts));
    }

    private static string Connections(ConnectionUse use)
    {
        var timeout = use.StatementTimeout is { } time ? $", statement_timeout: {Naming.Number(time.TotalMilliseconds)}" : "";
        return use.Pool is { } pool
            ? $$"""
                private readonly pool: Pool;

                constructor(config: PoolConfig) {
                  this.pool = new Pool({ ...config, max: {{Naming.Number(pool)}}{{timeout}} });
                }

                /** Takes a connection from the pool, or waits until one comes back. */
                connect(): Promise<PoolClient> {
                  return this.pool.connect();
                }

                /** Closes what lies in the pool. */
                async end(): Promise<void> {
                  await this.pool.end();
                }
                """
            : $$"""
                private readonly config: ClientConfig;

                constructor(config: ClientConfig) {
                  this.config = {{(timeout.Length == 0 ? "config" : $"{{ ...config{timeout} }}")}};
                }

                /** Opens a connection. */
                async connect(): Promise<Client> {
                  const client = new Client(this.config);
                  await client.connect();
                  return client;
                }

                /** There is nothing to close. */
                async end(): Promise<void> {}
                """;
    }

    private const string Hash = """
        /** The first bits of SHA-256, in hexadecimal digits. */
        function hash(text: string, bits: number): string {
          const first = BigInt('0x' + createHash('sha256').update(text).digest('hex').slice(0, 16));
          return (first >> BigInt(64 - bits)).toString(16).padStart(Math.ceil(bits / 4), '0');
        }
        """;

    private const string Counting = """
        private count = 0;

        /** 1, 2, 3 … */
        nextNumber(): number {
          return ++this.count;
        }
        """;

    private const string Mutexes = """
        private readonly mutexes = new Map<string, Promise<void>>();

        /** Enters the mutex of a value, which one caller has at a time. What it returns leaves it. */
        async lock(value: string): Promise<() => void> {
          const before = this.mutexes.get(value);
          let leave = () => {};
          this.mutexes.set(value, new Promise<void>((resolve) => (leave = resolve)));
          await before;
          return leave;
        }
        """;

    private const string Calls = """
        private readonly calls = new Map<string, Promise<Answer>>();

        /** Makes a call, or waits for the one that is under way for the same value: of the row that it made, those who waited hear that it is there. */
        async share(value: string, call: () => Promise<Answer>): Promise<Answer> {
          const underWay = this.calls.get(value);
          if (underWay) return (await underWay) === 'failed' ? 'failed' : 'found';
          const mine = call().finally(() => this.calls.delete(value));
          this.calls.set(value, mine);
          return mine;
        }
        """;

    private const string Lease = """
        /** What it needs of a client. */
        export interface Redis {
          sendCommand(command: string[]): Promise<unknown>;
        }

        /** Takes a lease in Redis. What it returns gives it back: without a token it is deleted whosever it is by now. */
        async function takeLease(redis: Redis, name: string, lengthMs: number, byToken: boolean): Promise<() => Promise<unknown>> {
          const token = randomUUID();
          const giveUp = Date.now() + 30_000;
          while ((await redis.sendCommand(['SET', name, token, 'NX', 'PX', String(lengthMs)])) === null) {
            if (Date.now() > giveUp) throw new Error(`${name} was not to be had within 30 s`);
            await delay(1 + Math.random() * 15);
          }

          // Compares and deletes in one go: between two commands somebody else could have got the lease.
          const compare = "if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) else return 0 end";
          return () => redis.sendCommand(byToken ? ['EVAL', compare, '1', name, token] : ['DEL', name]);
        }
        """;
}
