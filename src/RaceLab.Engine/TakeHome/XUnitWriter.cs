namespace RaceLab.Engine.TakeHome;

/// <summary>Writes the test of the C# function: many requests at once, and then the invariants' queries.</summary>
internal sealed partial class XUnitWriter : ITakeHomeWriter
{
    /// <inheritdoc/>
    public bool CommitsExplicitly => true;

    /// <inheritdoc/>
    public TakeHomeFile Write(TakeHomeSubject subject)
    {
        var facts = StressFacts.Of(subject);
        var name = CSharpWriter.ClassOf(subject);
        var code = new CodeText("    ", "//");
        code.Comment($"{subject.Scenario.Title}: {subject.Strategy.Title}, under {Naming.Number(facts.Requests)} requests at once. It belongs to {name}.cs.");
        code.Comment($"It needs the packages xunit.v3 and Npgsql, and in the environment variable {StressFacts.Variable} the connection string of a PostgreSQL. "
            + "There it makes a schema of its own, and drops it again.");
        if (facts.Leases) code.Comment($"The leases are in the Redis whose address is in {StressFacts.RedisVariable}.");
        code.Gap();
        if (facts.Leases || facts.Connection is { IsServerAbsent: true }) code.Line("using System.Net.Sockets;");
        if (facts.Leases) code.Line("using System.Text;");
        code.Line("using Npgsql;");
        code.Line("using Xunit;");
        code.Gap();
        code.Line($"namespace {CSharpWriter.NamespaceOf(subject)};");
        code.Gap();
        using (code.Braces($"public sealed class {name}StressTests", ownLine: true))
        {
            WriteConstants(code, subject, facts);
            code.Gap();
            code.Line(TheTest(subject, facts));
            code.Gap();
            code.Line(TheRace(subject, facts));
            code.Gap();
            code.Line(TheRequest(subject, facts));
            code.Gap();
            if (facts.ReadsAttempts) code.Line(Recording + "\n");
            code.Line(Asking);
            if (facts.Leases) code.Line("\n" + AskingRedis);
            if (facts.Crash) code.Line("\nprivate sealed class ApplicationDied : Exception;");
        }

        return new TakeHomeFile(TakeHomeLanguage.XUnit, $"{name}StressTests.cs", code.ToString());
    }

    private static void WriteConstants(CodeText code, TakeHomeSubject subject, StressFacts facts)
    {
        code.Line($"private const int Rounds = {Naming.Number(StressFacts.Rounds)}; // keys, one after another");
        code.Line($"private const int Requests = {Naming.Number(facts.Requests)}; // at once, for each key");
        if (subject.Scenario.Deliveries > 1) code.Line($"private const int Deliveries = {Naming.Number(subject.Scenario.Deliveries)}; // of a request that is not answered well");
        if (facts.Window)
        {
            code.Gap();
            code.Line("/// <summary>");
            code.Line("/// How long a request waits in the race window: it makes a rare race a sure one. The first waits longest and the last half as long, so that");
            code.Line("/// they do not go on in the order in which they came.");
            code.Line("/// </summary>");
            code.Line($"private static readonly TimeSpan Window = TimeSpan.FromMilliseconds({Naming.Number(StressFacts.WindowMs)});");
        }

        code.Gap();
        code.Line("/// <summary>What makes the tables.</summary>");
        code.Line("private static readonly string[] Scripts =");
        code.Line("[");
        using (code.Indent())
            foreach (var (_, sql) in facts.Scripts) WriteConstant(code, "", sql, ",");
        code.Line("];");
        code.Gap();
        code.Line("/// <summary>What must hold, and the query that returns a row (key, excess) for every violation.</summary>");
        code.Line("private static readonly (string MustHold, string Query)[] Invariants =");
        code.Line("[");
        using (code.Indent())
            foreach (var (title, query) in facts.Invariants) WriteConstant(code, $"({CSharpWriter.Quote(title)}, ", query, "),");
        code.Line("];");
        code.Gap();
        code.Line("private static CancellationToken Cancellation => TestContext.Current.CancellationToken;");
    }

    private static void WriteConstant(CodeText code, string head, string sql, string tail)
    {
        var quotes = CSharpWriter.RawQuotes(sql);
        code.Line(head + quotes);
        using (head.Length > 0 ? code.Indent() : null)
        {
            code.Line(sql);
            code.Line(quotes + tail);
        }
    }

    private static string TheTest(TakeHomeSubject subject, StressFacts facts) => $$"""
        [Fact(Timeout = 120_000)]
        public async Task ManyRequestsForOneKey_EveryInvariantHolds()
        {
            var server = Environment.GetEnvironmentVariable("{{StressFacts.Variable}}")
                ?? throw new InvalidOperationException("{{StressFacts.Variable}} is not set. Give it a connection string, such as Host=localhost;Username=me;Database=scratch.");
            var schema = $"stress_{Guid.NewGuid():N}";

            // Without a pool, a request that dies takes its connection along. A lock that never comes is an error, and not a test that hangs.
            var settings = new NpgsqlConnectionStringBuilder(server) { SearchPath = schema, Pooling = false, Options = "-c lock_timeout=20s" };
            await using var database = NpgsqlDataSource.Create(settings);
            await SendAsync(database, $"CREATE SCHEMA {schema}");
        {{Apps(subject, facts)}}    try
            {
                foreach (var script in Scripts) await SendAsync(database, script);
        {{(facts.Connection?.RoleConnections is { } limit ? $$"""
                await SendAsync(database, $"CREATE ROLE {schema} LOGIN PASSWORD '{schema}' CONNECTION LIMIT {{Naming.Number(limit)}}");
                await SendAsync(database, $"GRANT ALL ON SCHEMA {schema} TO {schema}");
                await SendAsync(database, $"GRANT ALL ON ALL TABLES IN SCHEMA {schema} TO {schema}");

        """ : "")}}        var told = new List<Told>();
                for (var round = 1; round <= Rounds; round++) told.AddRange(await RaceAsync({{Args(facts)}}round, told.Count, atOnce: true));

                // Some flaws show only to those who come later: for one more key the same requests come one after another.
                told.AddRange(await RaceAsync({{Args(facts)}}Rounds + 1, told.Count, atOnce: false));
        {{(facts.ReadsAttempts ? "        await RecordAsync(database, told);\n" : "")}}
                var violations = await FindViolationsAsync(database);
                Assert.True(violations.Count == 0, string.Join(Environment.NewLine, violations));
                Assert.Contains(told, t => t.IsGood); // otherwise nothing was tested
            }
            finally
            {
        {{(facts.Connection is null ? "" : "        foreach (var app in apps) await app.DisposeAsync();\n")}}        await SendAsync(database, $"DROP SCHEMA {schema} CASCADE");{{(facts.Connection?.RoleConnections is null ? "" : "\n        await SendAsync(database, $\"DROP ROLE {schema}\");")}}
            }
        }
        """.Replace("atOnce: false));\n\n", "atOnce: false));\n", StringComparison.Ordinal);

    /// <summary>What every process keeps, one for each.</summary>
    private static string Apps(TakeHomeSubject subject, StressFacts facts)
    {
        if (!facts.Application) return "";
        var make = $"var apps = Enumerable.Range(0, {Naming.Number(facts.Instances)}).Select(_ => new {CSharpWriter.ClassOf(subject)}.Application({(facts.Connection is null ? "" : "own.ConnectionString")})).ToArray();\n";
        if (facts.Connection is not { } use) return "    " + make;
        var settings = new List<string> { "SearchPath = schema", "Options = \"-c lock_timeout=20s\"" };
        if (use.RoleConnections is not null) settings.AddRange(["Username = schema", "Password = schema"]);
        if (use.IsServerAbsent) settings.AddRange(["Host = \"127.0.0.1\"", "Port = 1"]);
        return $$"""
                var own = new NpgsqlConnectionStringBuilder(server) { {{string.Join(", ", settings)}} };{{(use.IsServerAbsent ? " // nobody listens there" : "")}}
                {{make}}
            """;
    }

    /// <summary>What the race is given to hand on.</summary>
    private static string Args(StressFacts facts) =>
        (facts.Connection is null ? "database, " : "") + (facts.Application ? "apps, " : "");

    private const string Recording = """
        /// <summary>Writes down what callers were told, for the invariants that ask.</summary>
        private static async Task RecordAsync(NpgsqlDataSource database, List<Told> told)
        {
            foreach (var (attempt, worker, delivery, key, said, state, constraint) in told)
            {
                await using var command = database.CreateCommand("INSERT INTO attempts VALUES ($1, $2, $3, $4, $5, $6, $7)");
                foreach (var value in (object?[])[attempt, worker, delivery, key, said, state, constraint])
                    command.Parameters.AddWithValue(value ?? DBNull.Value);
                await command.ExecuteNonQueryAsync(Cancellation);
            }
        }
        """;

    /// <summary>Redis's protocol is simple enough to need no package for a test.</summary>
    private const string AskingRedis = $$"""
        private static readonly string Run = $"{Guid.NewGuid():N}";

        /// <summary>Sends a command to Redis, over a connection of its own, and returns the answer. The leases of this run have names of their own.</summary>
        private static async Task<string?> AskRedisAsync(string[] command)
        {
            var address = new Uri(Environment.GetEnvironmentVariable("{{StressFacts.RedisVariable}}")
                ?? throw new InvalidOperationException("{{StressFacts.RedisVariable}} is not set. Give it an address, such as redis://localhost:6379."));
            var words = command.Select(word => word.StartsWith("{{Preamble.LeaseWord}}", StringComparison.Ordinal) ? $"{Run}:{word}" : word);
            using var client = new TcpClient();
            await client.ConnectAsync(address.Host, address.Port, Cancellation);
            await using var stream = client.GetStream();
            var message = $"*{command.Length}\r\n" + string.Concat(words.Select(word => $"${Encoding.UTF8.GetByteCount(word)}\r\n{word}\r\n"));
            await stream.WriteAsync(Encoding.UTF8.GetBytes(message), Cancellation);
            using var reader = new StreamReader(stream);
            var answer = await reader.ReadLineAsync(Cancellation) ?? throw new IOException("Redis has hung up.");
            return answer[0] switch
            {
                '-' => throw new IOException($"Redis refuses: {answer[1..]}"),
                '$' => answer == "$-1" ? null : await reader.ReadLineAsync(Cancellation),
                _ => answer[1..],
            };
        }
        """;

    private const string Asking = """
        private static async Task<List<string>> FindViolationsAsync(NpgsqlDataSource database)
        {
            var found = new List<string>();
            foreach (var (mustHold, query) in Invariants)
            {
                await using var command = database.CreateCommand($"SELECT key::text, excess::text FROM (\n{query}\n) AS violations");
                await using var reader = await command.ExecuteReaderAsync(Cancellation);
                while (await reader.ReadAsync(Cancellation)) found.Add($"{mustHold}: not so for {reader.GetString(0)}, {reader.GetString(1)} too many");
            }

            return found;
        }

        private static async Task SendAsync(NpgsqlDataSource database, string sql)
        {
            await using var command = database.CreateCommand(sql);
            await command.ExecuteNonQueryAsync(Cancellation);
        }
        """;
}
