using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using RaceLab.Engine.Clusters;
using RaceLab.Engine.Content;
using RaceLab.Engine.Databases;
using RaceLab.Engine.Programs;
using RaceLab.Engine.Races;
using RaceLab.Engine.Settings;

namespace RaceLab.Benchmarks.Runner;

/// <summary>The lab's race runner against pgbench, each alone on a private cluster, in turn.</summary>
internal sealed class RunnerBench
{
    private const string ScenarioId = "sign-up";
    private const string Insert = "INSERT INTO users (email, attempt) VALUES (@key, 0)";
    private const string MadeRows = "SELECT NULLIF(attempt, 0) AS attempt, email AS key, id FROM users ORDER BY id";

    private readonly LabServer _server;
    private readonly RaceRunner _runner;
    private readonly Pgbench _pgbench;
    private readonly Scenario _scenario;
    private readonly RunnerPlan _plan;
    private readonly Action<string> _say;

    private RunnerBench(LabServer server, Pgbench pgbench, Scenario scenario, RunnerPlan plan, Action<string> say)
    {
        _server = server;
        _runner = new RaceRunner(server, TimeProvider.System, NullLogger<RaceRunner>.Instance);
        _pgbench = pgbench;
        _scenario = RunnerStrategy.Numbered(scenario);
        _plan = plan;
        _say = say;
    }

    /// <summary>Starts a cluster of its own and measures.</summary>
    /// <param name="plan">What.</param>
    /// <param name="say">Told what is going on.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="LabException">It cannot be measured, with the reason.</exception>
    public static async Task<RunnerReport> RunAsync(RunnerPlan plan, Action<string> say, CancellationToken cancellation)
    {
        var settings = ReadSettings(say);
        var machine = await Machine.DescribeAsync(cancellation).ConfigureAwait(false);
        var pgbench = await Pgbench.FindAsync(await PostgresBinaries.FindAsync(settings.Servers.PostgresBin, cancellation).ConfigureAwait(false), cancellation).ConfigureAwait(false);
        var home = LabProcess.NewHome();
        try
        {
            say("starting a cluster …");
            await using var servers = await LabServers.StartAsync(new LabServersOptions { Home = home, PostgresBin = settings.Servers.PostgresBin, WithState = false }, NullLoggerFactory.Instance, cancellation).ConfigureAwait(false);
            var bench = new RunnerBench(servers.Lab, pgbench, ReadScenario(settings.Content), plan, say);
            say("warming up …");
            foreach (var engine in plan.Engines) await bench.Lab(bench._scenario, plan.Strategies[0].Id, plan.Workers[0], RunnerPlan.Keys, engine).RunAsync(plan.WarmUp, cancellation).ConfigureAwait(false);
            var results = new List<RunnerResult>();
            foreach (var strategy in plan.Strategies)
                foreach (var workers in plan.Workers) results.AddRange(await bench.CompareAsync(strategy, workers, cancellation).ConfigureAwait(false));
            var conflicts = new List<ConflictResult>();
            if (plan.Conflicts)
                foreach (var workers in plan.Workers.Where(RunnerReport.HasTarget)) conflicts.AddRange(await bench.ConflictAsync(workers, cancellation).ConfigureAwait(false));
            return new RunnerReport(machine, pgbench.Version.ToString(), plan, results, conflicts);
        }
        finally
        {
            if (Directory.Exists(home)) Directory.Delete(home, recursive: true);
        }
    }

    /// <summary>It measures a cluster of its own in a place of its own, and says which settings therefore mean nothing to it.</summary>
    /// <exception cref="SettingsException">One makes no sense.</exception>
    private static LabSettings ReadSettings(Action<string> say)
    {
        var environment = new ConfigurationBuilder().AddEnvironmentVariables().Build();
        var settings = SettingsReader.ReadWithoutPage(environment);
        if (SettingKeys.Unused(environment, "bench", [SettingKeys.PostgresBin, SettingKeys.Content]) is { } unused) say(unused);
        return settings;
    }

    private static Scenario ReadScenario(string? content)
    {
        var folder = content ?? ContentFolder.Find() ?? throw new LabException("There is no content folder here or above: run this inside a RaceLab checkout.");
        using var catalogue = Catalogue.Open(folder, watch: false);
        return catalogue.Scenarios.FirstOrDefault(s => s.Id == ScenarioId) ?? throw new LabException($"The content in {folder} has no scenario '{ScenarioId}', or it is wrong: ./racelab check tells.");
    }

    /// <summary>One strategy, with so many workers, on each engine and by pgbench.</summary>
    private async Task<IReadOnlyList<RunnerResult>> CompareAsync(RunnerStrategy strategy, int workers, CancellationToken cancellation)
    {
        List<IContender> contenders =
        [
            .. _plan.Engines.Select(engine => Lab(_scenario, strategy.Id, workers, RunnerPlan.Keys, engine)),
            new PgbenchContender(_pgbench, _server, Request(_scenario, strategy.Pgbench, workers, RunnerPlan.Keys, default)),
        ];
        var pairs = Enumerable.Range(0, _plan.Engines.Count).Select(engine => (engine, contenders.Count - 1)).ToList();
        var rounds = await TakeTurnsAsync($"{strategy.Mark}, {workers} workers", contenders, pairs, cancellation).ConfigureAwait(false);
        return [.. _plan.Engines.Select((engine, i) => new RunnerResult(strategy, workers, engine, rounds[i], rounds[^1]))];
    }

    /// <summary>S2 against S3 where every attempt meets a row that is there.</summary>
    private async Task<IReadOnlyList<ConflictResult>> ConflictAsync(int workers, CancellationToken cancellation)
    {
        var full = _scenario with { KeyRows = new KeyRows(SqlText.Parse(Insert)), Rows = MadeRows };
        var (caught, avoided) = (RunnerPlan.All[1], RunnerPlan.All[2]);
        List<IContender> contenders = [.. _plan.Engines.SelectMany(engine => new[] { caught, avoided }.Select(s => Lab(full, s.Id, workers, RunnerPlan.TakenKeys, engine)))];
        var pairs = Enumerable.Range(0, _plan.Engines.Count).Select(engine => (2 * engine, (2 * engine) + 1)).ToList();
        var rounds = await TakeTurnsAsync($"S2 against S3, all keys taken, {workers} workers", contenders, pairs, cancellation).ConfigureAwait(false);
        return [.. _plan.Engines.Select((engine, i) => new ConflictResult(workers, engine, rounds[2 * i], rounds[(2 * i) + 1]))];
    }

    /// <summary>Everybody in turn, there and back, until every ratio is known well enough or has been measured often enough.</summary>
    /// <param name="what">In words.</param>
    /// <param name="contenders">Who.</param>
    /// <param name="pairs">Who is compared with whom.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>For each of them, the rounds in the order of turns.</returns>
    private async Task<IReadOnlyList<IReadOnlyList<Round>>> TakeTurnsAsync(string what, List<IContender> contenders, List<(int Way, int Against)> pairs, CancellationToken cancellation)
    {
        var rounds = contenders.Select(_ => new List<Round>()).ToList();
        for (var turn = 0; turn < _plan.MostTurns; turn++)
        {
            // Only after as many turns in one direction as in the other.
            if (turn >= _plan.LeastTurns && turn % 2 == 0 && pairs.All(p => RunnerResult.Ratio(rounds[p.Way], rounds[p.Against]).Interval(RunnerPlan.Coverage).Width <= RunnerPlan.Narrow)) break;
            foreach (var way in Turns.Order(contenders.Count, turn)) rounds[way].Add(await contenders[way].RunAsync(_plan.Round, cancellation).ConfigureAwait(false));
            _say($"{what}: {string.Join(", ", contenders.Zip(rounds, (c, r) => $"{c.Name} {r[^1].PerSecond:F0}/s"))}");
        }

        return rounds;
    }

    private LabContender Lab(Scenario scenario, string strategy, int workers, int keys, RaceEngine engine) => new(_runner, Request(scenario, strategy, workers, keys, engine));

    /// <summary>A commit does not wait for the disk, which would wait for both alike and hide what the client costs.</summary>
    private static RaceRequest Request(Scenario scenario, string strategy, int workers, int keys, RaceEngine engine) => new(
        scenario,
        scenario.FindStrategy(strategy) ?? throw new LabException($"The scenario '{scenario.Id}' has no strategy '{strategy}'."),
        new Workload { Workers = workers, Keys = keys, Distribution = KeyDistribution.Uniform, SynchronousCommit = false, Engine = engine });
}
