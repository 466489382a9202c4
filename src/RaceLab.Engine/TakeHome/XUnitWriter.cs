namespace RaceLab.Engine.TakeHome;

/// <summary>Writes the test of the C# function: many requests at once, and then the invariants' queries.</summary>
internal sealed class XUnitWriter : ITakeHomeWriter
{
    /// <inheritdoc/>
    public bool CommitsExplicitly => true;

    /// <inheritdoc/>
    public TakeHomeFile Write(TakeHomeSubject subject)
    {
        var facts = StressFacts.Of(subject);
        var name = CSharpWriter.ClassOf(subject);
        var code = new CodeText("    ", "//");
        code.Comment($"{subject.Scenario.Title}: {subject.Strategy.Title}, under {Naming.Number(StressFacts.Requests)} requests at once. It belongs to {name}.cs.");
        code.Comment($"It needs the packages xunit.v3 and Npgsql, and in the environment variable {StressFacts.Variable} the connection string of a PostgreSQL. "
            + "There it makes a schema of its own, and drops it again.");
        code.Gap();
        code.Line("using Npgsql;");
        code.Line("using Xunit;");
        code.Gap();
        code.Line($"namespace {CSharpWriter.NamespaceOf(subject)};");
        code.Gap();
        using (code.Braces($"public sealed class {name}StressTests", ownLine: true))
        {
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
            if (facts.Crash) code.Line("\nprivate sealed class ApplicationDied : Exception;");
        }

        return new TakeHomeFile(TakeHomeLanguage.XUnit, $"{name}StressTests.cs", code.ToString());
    }

    private static void WriteConstants(CodeText code, TakeHomeSubject subject, StressFacts facts)
    {
        code.Line($"private const int Rounds = {Naming.Number(StressFacts.Rounds)}; // keys, one after another");
        code.Line($"private const int Requests = {Naming.Number(StressFacts.Requests)}; // at once, for each key");
        if (subject.Scenario.Deliveries > 1) code.Line($"private const int Deliveries = {Naming.Number(subject.Scenario.Deliveries)}; // of a request that is not answered well");
        if (facts.Window)
        {
            code.Gap();
            code.Line("/// <summary>How long each request waits in the race window: it makes a rare race a sure one.</summary>");
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

    private static string TheTest(StressFacts facts) => $$"""
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
            try
            {
                foreach (var script in Scripts) await SendAsync(database, script);
                var told = new List<Told>();
                for (var round = 1; round <= Rounds; round++) told.AddRange(await RaceAsync(database, round, told.Count, atOnce: true));

                // Some flaws show only to those who come later: for one more key the same requests come one after another.
                told.AddRange(await RaceAsync(database, Rounds + 1, told.Count, atOnce: false));
        {{(facts.ReadsAttempts ? "        await RecordAsync(database, told);\n" : "")}}
                var violations = await FindViolationsAsync(database);
                Assert.True(violations.Count == 0, string.Join(Environment.NewLine, violations));
                Assert.Contains(told, t => t.IsGood); // otherwise nothing was tested
            }
            finally
            {
                await SendAsync(database, $"DROP SCHEMA {schema} CASCADE");
            }
        }
        """.Replace("atOnce: false));\n\n", "atOnce: false));\n", StringComparison.Ordinal);

    private static string TheRace(TakeHomeSubject subject) => $$"""
        /// <summary>Many requests for one key, each with a connection of its own, which is open before the first of them begins.</summary>
        private static async Task<Told[]> RaceAsync(NpgsqlDataSource database, int round, int attemptsBefore, bool atOnce)
        {
            var key = {{CSharpWriter.Quote(subject.Scenario.Key.Text)}}.Replace("{n}", $"{round}");
            var connections = new List<NpgsqlConnection>();
            for (var i = 0; i < Requests; i++) connections.Add(await database.OpenConnectionAsync(Cancellation));
            var requests = new List<Task<Told>>();
            foreach (var connection in connections)
            {
                var worker = requests.Count + 1;
                requests.Add(Task.Run(() => RequestAsync(database, connection, key, attemptsBefore + worker, worker), Cancellation));
                if (!atOnce) await requests[^1];
            }

            return await Task.WhenAll(requests);
        }
        """;

    private static string TheRequest(TakeHomeSubject subject, StressFacts facts)
    {
        var deliver = $$"""
            private static async Task<Told> {{(subject.Scenario.Deliveries > 1 ? "DeliverAsync(NpgsqlConnection connection, string key, long attempt, int worker, int delivery)" : "RequestAsync(NpgsqlDataSource _, NpgsqlConnection connection, string key, long attempt, int worker)")}}
            {
            {{(subject.Scenario.Deliveries > 1 ? "" : "    const int delivery = 1;\n")}}    try
                {
                    var answer = {{Calls(subject)}};
                    return new Told(attempt, worker, delivery, key, answer.ToString().ToLowerInvariant());
                }
                catch (PostgresException rejected)
                {
                    return new Told(attempt, worker, delivery, key, "rejected", rejected.SqlState, rejected.ConstraintName);
                }
            {{(facts.Crash ? """
                catch (ApplicationDied)
                {
                    // Whoever asked hears nothing, and cannot know what was kept.
                    return new Told(attempt, worker, delivery, key, "unknown", "08006");
                }

            """ : "")}}    finally
                {
                    await connection.DisposeAsync();
                }
            }

            /// <summary>What a caller was told.</summary>
            private sealed record Told(long Attempt, int Worker, int Delivery, string Key, string Said, string? SqlState = null, string? Constraint = null)
            {
                public bool IsGood => Said is "created" or "found" or "updated";
            }
            """;
        return subject.Scenario.Deliveries == 1 ? deliver : """
            /// <summary>One request, which arrives again until it is answered well.</summary>
            private static async Task<Told> RequestAsync(NpgsqlDataSource database, NpgsqlConnection connection, string key, long attempt, int worker)
            {
                for (var delivery = 1; ; delivery++)
                {
                    var told = await DeliverAsync(connection, key, attempt, worker, delivery);
                    if (told.IsGood || delivery == Deliveries) return told;
                    connection = await database.OpenConnectionAsync(Cancellation);
                }
            }


            """ + deliver;
    }

    private static string Calls(TakeHomeSubject subject)
    {
        var calls = subject.Functions.Select(function =>
        {
            var values = new List<string> { "connection" };
            values.AddRange(function.Inputs);
            if (function.HasWindow) values.Add("window: () => Task.Delay(Window, Cancellation)");
            if (function.HasCrash) values.Add("crash: on => on is null || on == delivery ? throw new ApplicationDied() : Task.CompletedTask");
            values.Add("cancellation: Cancellation");
            var lines = string.Join(", ", values.TakeWhile(v => !v.Contains(':', StringComparison.Ordinal)))
                + string.Concat(values.SkipWhile(v => !v.Contains(':', StringComparison.Ordinal)).Select(v => ",\n            " + v));
            return $"await {CSharpWriter.ClassOf(subject)}.{CSharpWriter.MethodOf(function)}(\n            {lines})";
        }).ToList();
        if (calls.Count == 1) return calls[0];
        var arms = calls.Select((call, i) => $"            {(i == calls.Count - 1 ? "_" : Naming.Number(i))} => {call},\n");
        return $"((worker - 1) % {Naming.Number(calls.Count)}) switch\n        {{\n{string.Concat(arms)}        }}";
    }

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
