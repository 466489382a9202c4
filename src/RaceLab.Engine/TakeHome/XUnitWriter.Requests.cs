using RaceLab.Engine.Programs;

namespace RaceLab.Engine.TakeHome;

/// <summary>How the test in xUnit calls the method: many requests, each of them once or several times.</summary>
internal sealed partial class XUnitWriter
{
    private static string TheRace(TakeHomeSubject subject, StressFacts facts)
    {
        var app = subject.Functions.Any(f => f.UsesApplication) ? $"{CSharpWriter.ClassOf(subject)}.Application[] apps, " : "";
        var values = new List<string>();
        if (facts.Connection is null && subject.Scenario.Deliveries > 1) values.Add("database");
        if (facts.Connection is null) values.Add("connection");
        if (facts.Application) values.Add("apps[(worker - 1) % apps.Length]");
        values.AddRange(["key", "attemptsBefore + worker", "worker"]);
        values.AddRange(facts.Given.Select(g => Draw(subject, g)));
        var opens = facts.Connection is null ? """

                var connections = new List<NpgsqlConnection>();
                for (var i = 0; i < Requests; i++) connections.Add(await database.OpenConnectionAsync(Cancellation));
            """ : "";
        return $$"""
            /// <summary>Many requests for one key{{(facts.Connection is null ? ", each with a connection of its own, which is open before the first of them begins" : "")}}.</summary>
            private static async Task<Told[]> RaceAsync({{(facts.Connection is null ? "NpgsqlDataSource database, " : "")}}{{app}}int round, int attemptsBefore, bool atOnce)
            {
                var key = {{CSharpWriter.Quote(subject.Scenario.Key.Text)}}.Replace("{n}", $"{round}");{{opens}}
                var requests = new List<Task<Told>>();
                {{(facts.Connection is null ? "foreach (var connection in connections)" : "while (requests.Count < Requests)")}}
                {
                    var worker = requests.Count + 1;
                    requests.Add(Task.Run(() => RequestAsync({{string.Join(", ", values)}}), Cancellation));
                    if (!atOnce) await requests[^1];
                }

                return await Task.WhenAll(requests);
            }
            """;
    }

    /// <summary>What a request brings along. A list has the same keys for all, and each begins with another one.</summary>
    private static string Draw(TakeHomeSubject subject, PlannedDraw draw) => draw.Input.Generator switch
    {
        Generator.Pick => $"[.. Enumerable.Range(worker - 1, {Naming.Number(draw.Input.Size)}).Select(i => {CSharpWriter.Quote(subject.Scenario.Key.Text)}.Replace(\"{{n}}\", $\"{{round + (i % {Naming.Number(draw.Input.Size)})}}\"))]",
        Generator.Counter => "$\"{attemptsBefore + worker}\"",
        Generator.NowMs => "$\"{DateTimeOffset.UtcNow.ToUnixTimeMilliseconds()}\"",
        Generator.Clock => "$\"{DateTimeOffset.UtcNow:yyyy-MM-dd HH:mm:ss.fffzzz}\"",
        _ => CSharpProgram.Draw(draw),
    };

    private static string TheRequest(TakeHomeSubject subject, StressFacts facts)
    {
        var many = subject.Scenario.Deliveries > 1;
        var (types, names) = (new List<string>(), new List<string>());
        if (facts.Connection is null) Add("NpgsqlConnection", "connection");
        if (facts.Application) Add($"{CSharpWriter.ClassOf(subject)}.Application", "app");
        Add("string", "key");
        Add("long", "attempt");
        Add("int", "worker");
        foreach (var given in facts.Given) Add(given.Input.IsList ? "IReadOnlyList<string>" : "string", StressFacts.NameOf(given));
        var parameters = string.Join(", ", types.Zip(names, (type, name) => $"{type} {name}"));
        var deliver = $$"""
            private static async Task<Told> {{(many ? "DeliverAsync" : "RequestAsync")}}({{parameters}}{{(many ? ", int delivery" : "")}})
            {
            {{(many ? "" : "    const int delivery = 1;\n")}}    try
                {
                    var answer = {{Calls(subject)}};
                    return new Told(attempt, worker, delivery, key, answer.ToString().ToLowerInvariant());
                }
                catch (PostgresException rejected)
                {
                    return new Told(attempt, worker, delivery, key, "rejected", rejected.SqlState, rejected.ConstraintName);
                }
            {{(facts.Connection is { IsServerAbsent: true } ? """
                catch (NpgsqlException unreachable) when (unreachable.InnerException is SocketException)
                {
                    // No server, no SQLSTATE: this is the standard's for a client that cannot connect.
                    return new Told(attempt, worker, delivery, key, "rejected", "08001");
                }

            """ : "")}}{{(facts.Crash ? """
                catch (ApplicationDied)
                {
                    // Whoever asked hears nothing, and cannot know what was kept.
                    return new Told(attempt, worker, delivery, key, "unknown", "08006");
                }

            """ : "")}}{{(facts.Connection is null ? """
                finally
                {
                    await connection.DisposeAsync();
                }

            """ : "")}}}

            /// <summary>What a caller was told.</summary>
            private sealed record Told(long Attempt, int Worker, int Delivery, string Key, string Said, string? SqlState = null, string? Constraint = null)
            {
                public bool IsGood => Said is "created" or "found" or "updated";
            }
            """;
        return !many ? deliver : $$"""
            /// <summary>One request, which arrives again until it is answered well.</summary>
            private static async Task<Told> RequestAsync({{(facts.Connection is null ? "NpgsqlDataSource database, " : "")}}{{parameters}})
            {
                for (var delivery = 1; ; delivery++)
                {
                    var told = await DeliverAsync({{string.Join(", ", names)}}, delivery);
                    if (told.IsGood || delivery == Deliveries) return told;
            {{(facts.Connection is null ? "        connection = await database.OpenConnectionAsync(Cancellation);\n" : "")}}    }
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
            var values = function.Lent.Select(lent => lent == Lent.Redis ? "AskRedisAsync" : CSharpProgram.NameOf(lent)).Concat(function.Inputs).Concat(function.Given.Select(StressFacts.NameOf)).ToList();
            if (function.HasWindow) values.Add("window: () => Task.Delay(Window * (1 - (worker / (2.0 * Requests))), Cancellation)");
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
}
