using Npgsql;
using RaceLab.Engine.Databases;
using RaceLab.Engine.Races;
using RaceLab.Engine.Sessions;
using RaceLab.Engine.Settings;
using RaceLab.Engine.Tests.Contract;
using RaceLab.Engine.Tests.Databases;

namespace RaceLab.Engine.Tests.Containers;

/// <summary>What holds on a private cluster holds on a server as others run it: the image that everybody takes, over TCP, with a password.</summary>
[Collection(InContainers.Name)]
public sealed class ContainerTests(TestContainers containers)
{
    private static readonly string[] Scenarios = ["sign-up", "soft-delete", "distributed-lock"];

    public static TheoryData<string, string, int, RaceEngine> Broken => StrategyContract.Sized(StrategyContract.Strategies(sound: false, Scenarios));

    public static TheoryData<string, string, int, RaceEngine> Sound => StrategyContract.Sized(StrategyContract.Strategies(sound: true, Scenarios));

    public static TheoryData<string, string, RaceEngine> SoundInTurn => StrategyContract.InTurn(StrategyContract.Strategies(sound: true, Scenarios));

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory(Timeout = 300_000)]
    [MemberData(nameof(Broken))]
    public async Task Race_BrokenStrategyWithARaceWindow_ShowsItsFlaw(string scenarioId, string strategyId, int workers, RaceEngine engine) =>
        await (await ContractAsync()).ShowsItsFlawAsync(scenarioId, strategyId, workers, engine);

    [Theory(Timeout = 300_000)]
    [MemberData(nameof(Sound))]
    public async Task Race_SoundStrategy_KeepsEveryPromise(string scenarioId, string strategyId, int workers, RaceEngine engine) =>
        await (await ContractAsync()).KeepsEveryPromiseAsync(scenarioId, strategyId, workers, engine);

    [Theory(Timeout = 300_000)]
    [MemberData(nameof(SoundInTurn))]
    public async Task Race_SoundStrategyWhoseConnectionsAreCut_KeepsEveryPromise(string scenarioId, string strategyId, RaceEngine engine) =>
        await (await ContractAsync()).SurvivesCutsAsync(scenarioId, strategyId, engine);

    [Fact(Timeout = 300_000)]
    public async Task Race_ByAnAdministratorWhoIsNoSuperuser_IsRacedAndKeptAndNoPasswordIsWrittenAnywhere()
    {
        await containers.LabAsync(Cancellation);
        const string password = "hunter2-Correct-Horse";
        var name = $"workshop_{Guid.NewGuid():N}";
        await using (var source = NpgsqlDataSource.Create(containers.ConnectionString))
        {
            await using var role = source.CreateCommand($"CREATE ROLE {name} LOGIN CREATEDB CREATEROLE PASSWORD '{password}'");
            await role.ExecuteNonQueryAsync(Cancellation);
            await using var state = source.CreateCommand($"CREATE DATABASE {name} OWNER {name}");
            await state.ExecuteNonQueryAsync(Cancellation);
        }

        var administrator = new NpgsqlConnectionStringBuilder(containers.ConnectionString) { Username = name, Password = password, Database = "postgres" };
        var options = new LabServersOptions
        {
            Lab = administrator.ConnectionString,
            State = new NpgsqlConnectionStringBuilder(administrator.ConnectionString) { Database = name }.ConnectionString,
        };
        using var log = new CollectedLog();
        await ForeignServerTests.RaceAndKeepAsync(options, log, [password], Cancellation);
    }

    [Fact(Timeout = 300_000)]
    public async Task OpenAsync_WrongWaysIn_AreRefusedInWordsWithoutThePassword()
    {
        await containers.LabAsync(Cancellation);
        foreach (var (wrong, expected) in (IEnumerable<(Action<NpgsqlConnectionStringBuilder>, string)>)
        [
            (target => target.Password = "hunter2-wrong", "Correct the user or the password"),
            (target => target.Database = "nowhere", "no such database"),
            (target => target.Port = 1, "cannot be reached"),
        ])
        {
            var target = new NpgsqlConnectionStringBuilder(containers.ConnectionString);
            wrong(target);
            using var log = new CollectedLog();
            var refusal = await Assert.ThrowsAsync<ServerRefusedException>(() => LabServer.OpenAsync(target.ConnectionString, log, Cancellation));
            Assert.Contains(expected, refusal.Message, StringComparison.Ordinal);
            Assert.DoesNotContain("hunter2", refusal + log.Text, StringComparison.Ordinal);
        }
    }

    private async Task<StrategyContract> ContractAsync() => new(await containers.LabAsync(Cancellation), containers.ConnectionString);
}
