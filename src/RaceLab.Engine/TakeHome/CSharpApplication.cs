using RaceLab.Engine.Programs;

namespace RaceLab.Engine.TakeHome;

/// <summary>Writes what C# functions need beside statements: the memory of the process that they run in, and leases.</summary>
internal static class CSharpApplication
{
    public static void Write(CodeText code, IReadOnlyList<PlannedFunction> functions)
    {
        if (functions.Any(f => f.UsesApplication)) WriteApplication(code, functions);
        if (!functions.Any(f => f.UsesRedis)) return;
        code.Gap();
        code.Line(Lease);
    }

    private static void WriteApplication(CodeText code, IReadOnlyList<PlannedFunction> functions)
    {
        var use = functions.Select(f => f.Connection).FirstOrDefault(c => c is not null);
        var parts = new List<string>();
        if (use is not null) parts.Add(Connections(use));
        if (functions.Any(f => f.Counts)) parts.Add(Counting);
        if (functions.Any(f => f.Has(BlockKind.Mutex))) parts.Add(Mutexes);
        if (functions.Any(f => f.Has(BlockKind.SingleFlight))) parts.Add(Calls);
        code.Gap();
        code.Line("/// <summary>What one process keeps in memory: make one when it starts, and give it to every call. A second process has another, and neither knows of the other's.</summary>");
        if (use is not null) code.Line("/// <param name=\"connectionString\">Of the database.</param>");
        using (code.Braces($"public sealed class Application{(use is null ? "" : "(string connectionString) : IAsyncDisposable")}", ownLine: true))
            code.Line(string.Join("\n\n", parts));
    }

    private static string Connections(ConnectionUse use)
    {
        var settings = new List<string>();
        if (use.Pool is { } pool)
        {
            settings.Add($"MaxPoolSize = {Naming.Number(pool)}");
            if (use.Reset != PoolReset.WhenTaken) settings.Add("NoResetOnClose = true");
        }
        else
        {
            settings.Add("Pooling = false");
        }

        if (use.StatementTimeout is { } timeout)
            settings.Add($"Options = $\"{{new NpgsqlConnectionStringBuilder(connectionString).Options}} -c statement_timeout={Naming.Number(timeout.TotalMilliseconds)}\"");
        return $$"""
            private readonly NpgsqlDataSource _connections = NpgsqlDataSource.Create(
                new NpgsqlConnectionStringBuilder(connectionString) { {{string.Join(", ", settings)}} });

            /// <summary>{{(use.Pool is null ? "Opens a connection." : "Takes a connection from the pool, or waits until one comes back.")}}</summary>
            public ValueTask<NpgsqlConnection> ConnectAsync(CancellationToken cancellation) => _connections.OpenConnectionAsync(cancellation);

            /// <summary>Closes what lies in the pool.</summary>
            public ValueTask DisposeAsync() => _connections.DisposeAsync();
            """;
    }

    private const string Counting = """
        private long _count;

        /// <summary>1, 2, 3 …</summary>
        public long NextNumber() => Interlocked.Increment(ref _count);
        """;

    private const string Mutexes = """
        private readonly ConcurrentDictionary<string, SemaphoreSlim> _mutexes = new();

        /// <summary>Enters the mutex of a value, which one caller has at a time; it is left when the answer is disposed.</summary>
        public async Task<IDisposable> LockAsync(string value, CancellationToken cancellation)
        {
            var mutex = _mutexes.GetOrAdd(value, _ => new SemaphoreSlim(1));
            await mutex.WaitAsync(cancellation);
            return new Held(mutex);
        }

        private sealed class Held(SemaphoreSlim mutex) : IDisposable
        {
            public void Dispose() => mutex.Release();
        }
        """;

    private const string Calls = """
        private readonly ConcurrentDictionary<string, Task<Answer>> _calls = new();

        /// <summary>Makes a call, or waits for the one that is under way for the same value: of the row that it made, those who waited hear that it is there.</summary>
        public async Task<Answer> ShareAsync(string value, Func<Task<Answer>> call)
        {
            var mine = new TaskCompletionSource<Answer>(TaskCreationOptions.RunContinuationsAsynchronously);
            var shared = _calls.GetOrAdd(value, mine.Task);
            if (shared != mine.Task) return await shared == Answer.Failed ? Answer.Failed : Answer.Found;
            try
            {
                var told = await call();
                _calls.TryRemove(value, out _);
                mine.SetResult(told);
            }
            catch (Exception error)
            {
                _calls.TryRemove(value, out _);
                mine.SetException(error);
            }

            return await mine.Task;
        }
        """;

    private const string Lease = """
        /// <summary>A lease in Redis, given back when it is disposed.</summary>
        private sealed class Lease(Func<string[], Task<string?>> redis, string name, string? token) : IAsyncDisposable
        {
            // Compares and deletes in one go: between two commands somebody else could have got the lease.
            private const string Compare = "if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) else return 0 end";

            public static async Task<Lease> TakeAsync(Func<string[], Task<string?>> redis, string name, long lengthMs, bool byToken, CancellationToken cancellation)
            {
                var token = Guid.NewGuid().ToString("N");
                var giveUp = DateTime.UtcNow.AddSeconds(30);
                while (await redis(["SET", name, token, "NX", "PX", lengthMs.ToString(CultureInfo.InvariantCulture)]) is null)
                {
                    if (DateTime.UtcNow > giveUp) throw new TimeoutException($"{name} was not to be had within 30 s.");
                    await Task.Delay(Random.Shared.Next(1, 16), cancellation);
                }

                return new Lease(redis, name, byToken ? token : null);
            }

            /// <summary>Without a token it is deleted whosever it is by now.</summary>
            public async ValueTask DisposeAsync() => await redis(token is null ? ["DEL", name] : ["EVAL", Compare, "1", name, token]);
        }
        """;
}
