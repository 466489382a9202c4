using Npgsql;
using RaceLab.Engine.Content;
using RaceLab.Engine.Databases;

namespace RaceLab.Engine.Tests.Databases;

/// <summary>The three behaviours are tried, and a server that only pretends is found out: functions and triggers pretend here.</summary>
public sealed class ServerProbeTests(TestPostgres postgres)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact(Timeout = 60_000)]
    public async Task FindLackAsync_RealPostgres_LacksNothing()
    {
        var everything = new Needs(Needs.OldestPostgres, [.. Enum.GetValues<ServerBehaviour>()]);
        Assert.Null(await postgres.Lab.FindLackAsync(everything, Cancellation));
        Assert.Empty(postgres.Lab.Lacks!);
    }

    [Fact(Timeout = 60_000)]
    public async Task FindLackAsync_NewerVersion_SaysWhichIsNeeded()
    {
        var lack = await postgres.Lab.FindLackAsync(new Needs(98, []), Cancellation);
        Assert.Contains("PostgreSQL 98", lack, StringComparison.Ordinal);
        Assert.Contains(postgres.Lab.Version.ToString(), lack, StringComparison.Ordinal);
        Assert.Equal(lack, postgres.Lab.KnownLack(new Needs(98, [])));
    }

    [Fact(Timeout = 60_000)]
    public async Task FindLackAsync_ExtensionThatTheServerDoesNotHave_NamesIt() =>
        Assert.Contains("no_such_thing", await postgres.Lab.FindLackAsync(new Needs(Needs.OldestPostgres, []) { Extensions = ["no_such_thing"] }, Cancellation), StringComparison.Ordinal);

    [Fact(Timeout = 60_000)]
    public async Task FindLacksAsync_AdvisoryLockThatDoesNotBlock_IsFoundOut()
    {
        var lacks = await ProbeWithAsync("CREATE FUNCTION public.pg_advisory_xact_lock(int) RETURNS void LANGUAGE sql AS ''");
        Assert.Equal([ServerBehaviour.AdvisoryLocks], lacks.Keys);
        Assert.Contains("at once", lacks[ServerBehaviour.AdvisoryLocks], StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task FindLacksAsync_AdvisoryLockThatIsMissing_IsFoundOut()
    {
        var lacks = await ProbeWithAsync(
            "CREATE FUNCTION public.pg_advisory_xact_lock(int) RETURNS void LANGUAGE plpgsql AS $$ BEGIN RAISE feature_not_supported USING MESSAGE = 'no such locks'; END $$");
        Assert.Equal([ServerBehaviour.AdvisoryLocks], lacks.Keys);
        Assert.Contains("0A000: no such locks", lacks[ServerBehaviour.AdvisoryLocks], StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task FindLacksAsync_SerializableThatIsOnlySnapshotIsolation_IsFoundOut()
    {
        // Each session finds another table under the name, so that neither sees what the other writes: as on a server that gives less than it says.
        var lacks = await ProbeWithAsync("CREATE TABLE public.racelab_probe_skew (id int, value int); INSERT INTO racelab_probe_skew VALUES (1, 0), (2, 0)", "pg_temp,public");
        Assert.Equal([ServerBehaviour.SerializationFailures], lacks.Keys);
        Assert.Contains("both committed", lacks[ServerBehaviour.SerializationFailures], StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task FindLacksAsync_StatementsThatAreRefused_AreTheReason()
    {
        var lacks = await ProbeWithAsync("CREATE TABLE public.racelab_probe_unique (id int)");
        Assert.Equal([ServerBehaviour.UniqueViolations], lacks.Keys);
        Assert.Contains("42P07", lacks[ServerBehaviour.UniqueViolations], StringComparison.Ordinal);
    }

    // By default public comes before pg_catalog: the race's own functions stand in for the server's.
    private async Task<IReadOnlyDictionary<ServerBehaviour, string>> ProbeWithAsync(string pretence, string path = "public,pg_catalog")
    {
        await using var database = await postgres.Lab.RentDatabaseAsync(Cancellation);
        await using (var race = new NpgsqlConnection(database.ConnectionString))
        {
            await race.OpenAsync(Cancellation);
            await using var command = new NpgsqlCommand(pretence, race);
            await command.ExecuteNonQueryAsync(Cancellation);
        }

        var target = new NpgsqlConnectionStringBuilder(database.ConnectionString) { Options = $"-c search_path={path}" };
        return await ServerProbe.FindLacksAsync(target.ConnectionString, Cancellation);
    }
}
