using System.Globalization;
using Npgsql;
using RaceLab.Engine.Content;
using RaceLab.Engine.Databases;
using RaceLab.Engine.Programs;
using RaceLab.Engine.Races;
using RaceLab.Engine.Schedules;

namespace RaceLab.Engine.Tests.Verdicts;

/// <summary>What came of a schedule, as far as two who played it can be compared.</summary>
/// <param name="Rows">Rows that are there.</param>
/// <param name="Violated">Names of the invariants that are broken.</param>
/// <param name="Told">What each session's caller was told.</param>
/// <param name="SqlStates">Of all statements that were refused, sorted.</param>
/// <param name="Waited">The steps that had to wait, but for those that a deadlock ended: PostgreSQL refuses some of them at once.</param>
internal sealed record PlayedOutcome(long Rows, string Violated, string Told, string SqlStates, string Waited)
{
    /// <summary>The SQLSTATE of a deadlock's victim.</summary>
    public const string Deadlock = "40P01";

    /// <summary>What the lab says.</summary>
    public static PlayedOutcome Of(ScheduleResult result) => new(
        result.Rows,
        Join(result.Invariants.Where(i => i.Violations > 0).Select(i => i.Name)),
        Join(result.Outcomes.Select(o => o.ToString())),
        Join(result.Played.Where(p => p.Error is not null).Select(p => p.Error!.Value.SqlState).Order(StringComparer.Ordinal)),
        Join(result.Played.Where(p => p.BlockedBy.Count > 0 && p.Error is not { SqlState: Deadlock }).Select(p => p.Step.ToString()).Order(StringComparer.Ordinal)));

    /// <summary>One text for all of them.</summary>
    public static string Join(IEnumerable<string> words) => string.Join(' ', words);
}

/// <summary>
/// Plays a schedule by psql alone: the tables are built by one psql, each session is another one, and who waits is read from
/// <c>pg_blocking_pids</c> over a connection of its own. Only which step is next it learns from the lab, since that is the program.
/// </summary>
internal sealed class PsqlSchedule : IAsyncDisposable
{
    /// <summary>So long that no test lives to see it.</summary>
    private static readonly TimeSpan Never = TimeSpan.FromDays(20);

    private readonly List<IAsyncDisposable> _owned = [];
    private readonly List<Player> _players = [];
    private readonly List<string> _sqlStates = [];
    private readonly SortedSet<string> _waited = new(StringComparer.Ordinal);
    private readonly RaceRequest _request;
    private readonly CancellationToken _cancellation;
    private NpgsqlConnection _watcher = null!;
    private PsqlProcess _judge = null!;

    private PsqlSchedule(RaceRequest request, CancellationToken cancellation)
    {
        _request = request;
        _cancellation = cancellation;
    }

    /// <summary>Builds the tables and starts the sessions.</summary>
    /// <param name="lab">Where.</param>
    /// <param name="request">Whose program, and how many sessions.</param>
    /// <param name="victims">
    /// The sessions that look for deadlocks. Whom a deadlock strikes, PostgreSQL leaves to who looks first; so that nobody has to sleep until others have looked, only those do whom it is to strike.
    /// </param>
    /// <param name="cancellation">Gives up.</param>
    public static async Task<PsqlSchedule> OpenAsync(LabServer lab, RaceRequest request, IReadOnlySet<int> victims, CancellationToken cancellation)
    {
        var schedule = new PsqlSchedule(request, cancellation);
        try
        {
            await schedule.OpenAsync(lab, victims);
            return schedule;
        }
        catch
        {
            await schedule.DisposeAsync();
            throw;
        }
    }

    /// <summary>Plays the entries, then whatever is left, session by session, and asks the tables.</summary>
    public async Task<PlayedOutcome> PlayAsync(IReadOnlyList<ScheduledStep> entries)
    {
        foreach (var entry in entries)
        {
            var player = _players[entry.Session - 1];
            if (player.Pending is not null)
            {
                // Only the deadlock detector can let it go: the schedule says that it goes on, and nobody else takes a turn.
                await player.Pending;
                await SettleAsync();
            }

            while (player is { Pending: null, Machine.Next: { IsRecovery: true } recovery } && recovery.Name != entry.Step) await TakeTurnAsync(player);
            Assert.Equal((entry.Step, true), (player.Machine.Next?.Name, player.Pending is null));
            await TakeTurnAsync(player);
        }

        while (true)
        {
            if (_players.FirstOrDefault(p => p is { Pending: null, Machine.Next: not null }) is { } ready)
            {
                await TakeTurnAsync(ready);
            }
            else
            {
                var waiting = _players.Select(p => p.Pending).OfType<Task>().ToList();
                if (waiting.Count == 0) return await JudgeAsync();
                await Task.WhenAny(waiting);
                await SettleAsync();
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        for (var i = _owned.Count - 1; i >= 0; i--) await _owned[i].DisposeAsync();
    }

    private async Task OpenAsync(LabServer lab, IReadOnlySet<int> victims)
    {
        var database = await lab.RentDatabaseAsync(_cancellation);
        _owned.Add(database);
        _watcher = new NpgsqlConnection(database.WatcherConnectionString);
        _owned.Add(_watcher);
        await _watcher.OpenAsync(_cancellation);
        _judge = await StartAsync(database);
        var (scenario, strategy) = (_request.Scenario, _request.Strategy);
        await _judge.RunAsync(scenario.Schema);
        await _judge.RunAsync(AttemptsTable.Sql);
        if (scenario.KeyRows is { } rows)
        {
            await _judge.RunAsync($"PREPARE key_rows AS {rows.Statement.Numbered}");
            await _judge.RunAsync($"EXECUTE key_rows ({PsqlProcess.Quoted(scenario.Key.For(1))})");
        }

        if (!string.IsNullOrWhiteSpace(strategy.Setup)) await _judge.RunAsync(strategy.Setup);
        var inputs = InputSource.ForSchedule(_request);
        for (var number = 1; number <= _request.Workload.Workers; number++)
        {
            await database.LookForDeadlocksAfterAsync(victims.Contains(number) ? ScheduleRunner.DeadlockTimeout : Never, _cancellation);
            var machine = new AttemptMachine(strategy.Program, number, null, scenario.Deliveries, inputs);
            var player = new Player(number, machine, await StartAsync(database));
            _players.Add(player);
            foreach (var step in strategy.Program.Steps.Where(s => s.Role == strategy.Program.RoleOf(number).Name && s.Sql is { Parameters.Count: > 0 }))
                await player.Psql.RunAsync($"PREPARE step_{step.Index.ToString(CultureInfo.InvariantCulture)} AS {step.Sql!.Numbered}");
            var name = number.ToString(CultureInfo.InvariantCulture);
            machine.Start(scenario.Key.For(1), name, name);
            player.PassPauses();
        }
    }

    private async Task<PsqlProcess> StartAsync(RaceDatabase database)
    {
        var psql = await PsqlProcess.StartAsync(database.ConnectionString, _cancellation);
        _owned.Add(psql);
        return psql;
    }

    private async Task TakeTurnAsync(Player player)
    {
        var step = player.Machine.Next!;
        var values = step.ValueSlots.Select(slot => PsqlProcess.Quoted(player.Machine.Values[slot]));
        player.Pending = player.Psql.SendAsync(step.Sql!.Parameters.Count == 0 ? step.Sql.Numbered : $"EXECUTE step_{step.Index.ToString(CultureInfo.InvariantCulture)} ({string.Join(", ", values)})");
        await SettleAsync();
    }

    /// <summary>Until everybody has an answer or is seen to wait for another session.</summary>
    private async Task SettleAsync()
    {
        bool changed;
        do
        {
            changed = false;
            foreach (var player in _players.Where(p => p.Pending is not null).ToList())
            {
                var step = player.Machine.Next!;
                if (!await HasReturnedAsync(player, step)) continue;
                var limited = player.EndsByItself;
                player.Take(await player.Pending!);
                if (player.Refused is { } state) _sqlStates.Add(state);

                // A short wait may be over before anybody has looked.
                if (limited && player.Refused is "55P03") _waited.Add(NameOf(player, step));
                if (player.Refused is PlayedOutcome.Deadlock) _waited.Remove(NameOf(player, step));
                changed = true;
            }
        }
        while (changed && _players.Any(p => p.Pending is not null));
    }

    private static string NameOf(Player player, ProgramStep step) => ScheduledStep.For(player.Number, step).ToString();

    private async Task<bool> HasReturnedAsync(Player player, ProgramStep step)
    {
        await using var command = new NpgsqlCommand("SELECT pg_blocking_pids($1)", _watcher);
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = player.Psql.ProcessId });
        while (!player.Pending!.IsCompleted)
        {
            var blockers = (int[])(await command.ExecuteScalarAsync(_cancellation))!;
            if (!blockers.Any(b => _players.Any(p => p.Psql.ProcessId == b))) continue;
            _waited.Add(NameOf(player, step));

            // Whoever waits only until a deadlock or a short time-out ends it is not left alone.
            if (!player.EndsByItself) return false;
            await player.Pending;
        }

        return true;
    }

    private async Task<PlayedOutcome> JudgeAsync()
    {
        foreach (var player in _players)
        {
            var (machine, number) = (player.Machine, player.Number.ToString(CultureInfo.InvariantCulture));
            await _judge.RunAsync(
                $"INSERT INTO attempts VALUES ({number}, {number}, {machine.Delivery}, {PsqlProcess.Quoted(_request.Scenario.Key.For(1))}, '{machine.Outcome.ToString().ToLowerInvariant()}', {machine.Retries}, "
                + $"{PsqlProcess.Quoted(machine.EndedBy?.SqlState)}, {PsqlProcess.Quoted(machine.EndedBy?.Constraint)}, 0, 0)");
        }

        var violated = new List<string>();
        foreach (var invariant in _request.Scenario.Invariants)
            if (await CountAsync(invariant.Query) > 0) violated.Add(invariant.Name);
        return new PlayedOutcome(
            await CountAsync(_request.Scenario.Rows),
            PlayedOutcome.Join(violated),
            PlayedOutcome.Join(_players.Select(p => p.Machine.Outcome.ToString())),
            PlayedOutcome.Join(_sqlStates.Order(StringComparer.Ordinal)),
            PlayedOutcome.Join(_waited));
    }

    private async Task<long> CountAsync(string query)
    {
        var answer = await _judge.SendAsync($"SELECT count(*) FROM (\n{query}\n) AS counted");
        Assert.True(answer.Error is null, $"psql was refused {answer.Error?.SqlState} by: {query}");
        return long.Parse(answer.Rows[0][0]!, CultureInfo.InvariantCulture);
    }

    private sealed class Player(int number, AttemptMachine machine, PsqlProcess psql)
    {
        private bool _limitsWaits;

        public int Number => number;

        public AttemptMachine Machine => machine;

        public PsqlProcess Psql => psql;

        public Task<PsqlAnswer>? Pending { get; set; }

        /// <summary>The SQLSTATE of the last answer; null where it was none.</summary>
        public string? Refused { get; private set; }

        /// <summary>Whether its transaction has said how long it waits.</summary>
        public bool EndsByItself => _limitsWaits;

        public void Take(PsqlAnswer answer)
        {
            Pending = null;
            var step = machine.Next!;
            Refused = answer.Error?.SqlState;
            if (answer.Error is { } error)
            {
                machine.Rejected(error);
            }
            else
            {
                foreach (var (column, slot) in step.Keep) machine.Values[slot] = answer.Rows.Count == 0 ? null : answer.Rows[0][Array.IndexOf(answer.Columns, column)];
                machine.Completed(answer.Count);
            }

            _limitsWaits = machine.Next is { InTransaction: true } && (_limitsWaits || step.Sql is { LimitsWaits: true });
            PassPauses();
        }

        public void PassPauses()
        {
            while (machine.Next is { IsWait: true }) machine.Completed();
        }
    }
}
