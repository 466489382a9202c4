using Npgsql;
using RaceLab.Engine.Checks;
using RaceLab.Engine.Content;
using RaceLab.Engine.Databases;

namespace RaceLab.Engine.Tests.Content;

public sealed class ContentCheckTests(TestPostgres postgres) : IAsyncLifetime
{
    private RaceDatabase? _database;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary>Line to replace, its replacement, the line of the error, and words of the reason.</summary>
    public static TheoryData<int, string, int, string> Refused => new()
    {
        { 6, "schema: |\n  CREATE TABLE t (attempt bigint, k text);\n  CREATE INDEX ON t (nothing);", 8, "\"nothing\" does not exist" },
        { 6, "schema: CREATE TABLE t (attempt bigint, k text); CREATE TABLE attempts (a int)", 6, "the table 'attempts'" },
        { 7, "rows: SELECT k AS key, attempt FROM t", 7, "attempt and key first, and it returns key, attempt" },
        { 7, "rows: DELETE FROM t", 7, "and it returns none" },
        { 11, "    query: SELECT k, 1 AS excess FROM t", 11, "must return the columns key and excess, and it returns k, excess" },
        { 11, "    query: |\n      SELECT k AS key, 1 AS excess\n      FROM tt", 13, "\"tt\" does not exist" },
        { 21, "      - check: SELECT k FROM nowhere WHERE k = @key", 21, "\"nowhere\" does not exist" },
        { 21, "      - check: |\n          SELECT k\n          FROM t\n          WHERE kk = @key", 24, "the step 'check' of 'broken' is refused by the server: column \"kk\" does not exist" },
        { 22, "        keep: { id: seen }", 21, "keeps 'id', but its columns are k" },
        { 26, "      - insert: INSERT INTO t VALUES (@attempt, @key)\n        keep: { k: made }", 26, "RETURNING is missing" },
        { 6, "schema: CREATE TABLE t (attempt bigint, k text)\nfor each key: INSERT INTO t VALUES (@key, @key)", 7, "the statement 'for each key' is refused" },
        { 21, "      - check: SELECT k FROM t WHERE attempt = @key", 21, "the step 'check' of 'broken' is rejected each time: @key is 'a1', and the server takes it for bigint (SQLSTATE 22P02" },
        { 21, "      - check: INSERT INTO t VALUES (@worker, @worker) RETURNING k", 21, "say which wherever it stands, as in @worker::bigint" },
        { 21, "      - check: SELECT pg_typeof(@key)", 21, "could not determine data type of parameter @key" },
        { 21, "      - check: SELECT k FROM t WHERE # k = @key", 21, "YAML ends the text before '# k = @key'" },
        { 32, "    promises: { duplicates: none }\n    setup: ALTER TABLE t ADD UNIQUE (missing)", 33, "the setup of 'sound' is refused" },
    };

    [Fact(Timeout = 60_000)]
    public async Task RunAsync_RepositorysContent_HasNoErrors()
    {
        using var catalogue = Catalogue.Open(SignUp.Folder, watch: false);
        Assert.Empty(catalogue.Errors);

        var report = await ContentCheck.RunAsync(catalogue.Scenarios, ConnectAsync, Stop);

        Assert.Empty(report.Errors);
        Assert.Empty(report.Skipped);
    }

    [Theory(Timeout = 60_000)]
    [MemberData(nameof(Refused))]
    public async Task RunAsync_WhatTheServerRefuses_IsReportedWithItsLine(int line, string replacement, int expectedLine, string reason)
    {
        var scenario = Read(BadFiles.With(line, replacement));

        var report = await ContentCheck.RunAsync([scenario], ConnectAsync, Stop);

        var error = Assert.Single(report.Errors);
        Assert.Equal(expectedLine, error.Line);
        Assert.Contains(reason, error.Reason, StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task RunAsync_IntegerKeys_AreAccepted()
    {
        var scenario = Read(BadFiles.With(5, "key: \"{n}\"").Replace("k text", "k int", StringComparison.Ordinal));

        Assert.Empty((await ContentCheck.RunAsync([scenario], ConnectAsync, Stop)).Errors);
    }

    [Fact(Timeout = 60_000)]
    public async Task RunAsync_ErrorOfAStepThatExpectsIt_IsAccepted()
    {
        var scenario = Read(BadFiles.With(21, "      - check: SELECT k FROM t WHERE attempt = @key\n        on error: { 22P02: continue }"));

        Assert.Empty((await ContentCheck.RunAsync([scenario], ConnectAsync, Stop)).Errors);
    }

    [Fact(Timeout = 60_000)]
    public async Task RunAsync_OperatorsAndRepeatedNames_AreAccepted()
    {
        var scenario = Read(BadFiles.With(21,
            "      - check: SELECT k FROM t WHERE k=@key AND ARRAY[k] <@ ARRAY[@key] AND ARRAY[@key] @> ARRAY[k] AND to_tsvector('simple', k) @@ to_tsquery('simple', '@x') AND $q$@key$q$ <> @key"));

        Assert.Empty((await ContentCheck.RunAsync([scenario], ConnectAsync, Stop)).Errors);
    }

    [Fact(Timeout = 60_000)]
    public async Task RunAsync_ErrorInOneStep_DoesNotHideTheNextAndLeavesNothingBehind()
    {
        var lines = BadFiles.Good.ToArray();
        lines[20] = "      - check: SELECT k FROM a";
        lines[25] = "      - insert: INSERT INTO b VALUES (@attempt, @key)";
        var scenario = Read(string.Join('\n', lines));

        var report = await ContentCheck.RunAsync([scenario, scenario], ConnectAsync, Stop);

        Assert.Equal([21, 26, 21, 26], report.Errors.Select(e => e.Line));
        await using var connection = await ConnectAsync(Stop);
        await using var count = new NpgsqlCommand("SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace", connection);
        Assert.Equal(0L, await count.ExecuteScalarAsync(Stop));
    }

    [Fact(Timeout = 60_000)]
    public async Task RunAsync_ScenarioForANewerServer_IsSkippedAndNamed()
    {
        var scenario = Read(BadFiles.With(4, "needs: { postgres: 99 }"));

        var report = await ContentCheck.RunAsync([scenario], ConnectAsync, Stop);

        Assert.Empty(report.Errors);
        Assert.Same(scenario, Assert.Single(report.Skipped));
    }

    private static Scenario Read(string yaml)
    {
        var reading = ScenarioReader.Read(yaml, "test", "scenarios/test/scenario.yaml");
        Assert.Empty(reading.Errors);
        return reading.Scenario!;
    }

    public async ValueTask InitializeAsync() => _database = await postgres.Lab.RentDatabaseAsync(Stop);

    public ValueTask DisposeAsync() => _database!.DisposeAsync();

    private async Task<NpgsqlConnection> ConnectAsync(CancellationToken cancellation)
    {
        var connection = new NpgsqlConnection(_database!.ConnectionString);
        await connection.OpenAsync(cancellation);
        return connection;
    }
}
