using Microsoft.Extensions.Configuration;
using RaceLab.Engine.Checks;
using RaceLab.Engine.Content;
using RaceLab.Engine.Programs;
using RaceLab.Engine.Races;
using RaceLab.Engine.Schedules;
using RaceLab.Engine.Sessions;
using RaceLab.Engine.Statistics;

namespace RaceLab.Cli.Tests;

/// <summary>A lab without a server: it races nothing, and ends as it is told.</summary>
internal sealed class FakeLab : IOpenLab, IRaceRunner
{
    private readonly List<IRaceProgress> _progress = [];

    public string PostgresVersion => "15.18";

    public IRaceRunner Runner => this;

    /// <summary>Turns a finished race's result into the one to give.</summary>
    public Func<RaceResult, RaceResult> End { get; set; } = result => result;

    /// <summary>What the server says instead of opening; null: it opens.</summary>
    public string? Refusal { get; set; }

    /// <summary>Whether a race goes on until it is stopped.</summary>
    public bool RunsUntilStopped { get; set; }

    public IReadOnlyList<ContentError> FileErrors { get; set; } = [];

    public IReadOnlyList<ContentError> StatementErrors { get; set; } = [];

    public IReadOnlyList<Scenario> Scenarios { get; set; } = [SignUp()];

    /// <summary>What playing shows.</summary>
    public PlayReport Report { get; set; } = new(3, [], []);

    /// <summary>The scenarios that were played; null: it was not asked for.</summary>
    public IReadOnlyList<string>? Checked { get; private set; }

    /// <summary>Why a strategy cannot be raced, by id.</summary>
    public Dictionary<string, string> Lacks { get; } = [];

    /// <summary>What the environment says, by key.</summary>
    public Dictionary<string, string?> Settings { get; } = [];

    public RaceRequest? Request { get; private set; }

    /// <summary>The content folder that was read.</summary>
    public string? Folder { get; private set; }

    /// <summary>What was asked to be played.</summary>
    public (IReadOnlyList<ScheduledStep> Schedule, int Sessions)? Played { get; private set; }

    /// <summary>What comes of a schedule.</summary>
    public Func<ScheduleResult> Stepped { get; set; } = () => throw new InvalidOperationException("no test has said what comes of a schedule");

    public string? ConnectionString { get; private set; }

    public bool Opened { get; private set; }

    public bool Disposed { get; private set; }

    public Exploration Explored { get; set; } = new()
    {
        Scenario = "",
        Strategy = "",
        Sessions = 2,
        Orders = 6,
        Infeasible = 1,
        Runs = 3,
        Outcomes =
        [
            new ExploredOutcome(2, new Dictionary<string, long> { ["duplicates"] = 1 }, ["created", "created"], [], false, 4, 2,
                [new ScheduledStep(1, "check"), new ScheduledStep(2, "check"), new ScheduledStep(1, "insert"), new ScheduledStep(2, "insert")]),
            new ExploredOutcome(1, new Dictionary<string, long> { ["duplicates"] = 0 }, ["created", "found"], ["23505"], true, 1, 1, [new ScheduledStep(1, "check")]),
        ],
        Schedules = [],
        Invariants = [new ExploredInvariant("duplicates", "one row per email", Promise.Some, Verdict.Kept, 4)],
        Elapsed = TimeSpan.FromMilliseconds(12.5),
        PostgresVersion = "15.18",
        Engine = RaceEngine.Wire,
        RetriesAtMost = 2,
        RetriesCut = false,
        IsComplete = true,
    };

    public TaskCompletionSource Started { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public async Task<(int Code, string Out, string Error)> RunAsync(string arguments, CancellationToken stop = default)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var lab = new LabAccess(Read, (_, _) => new ReadContent(Scenarios, FileErrors), OpenAsync) { Environment = new LabEnvironment(new ConfigurationBuilder().AddInMemoryCollection(Settings).Build()) };
        var words = arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        IReadOnlyList<string> all = words is ["race" or "step" or "explore" or "check", ..] && !arguments.Contains("--content") && !arguments.Contains("--file") && !Settings.ContainsKey("RaceLab:Content") ? [.. words, "--content", "."] : words;
        var code = await CommandLine.RunAsync(all, lab, new Terminal(output, error, false), stop);
        return (code, output.ToString(), error.ToString());
    }

    public async Task<RaceResult> RunAsync(RaceRequest request, IRaceProgress progress, CancellationToken stop)
    {
        Request = request;
        _progress.Add(progress);
        Started.TrySetResult();
        if (!RunsUntilStopped) return End(Result(request));
        var stopped = new TaskCompletionSource();
        await using var registration = stop.Register(() => stopped.TrySetResult());
        await stopped.Task.WaitAsync(TestContext.Current.CancellationToken);
        return End(Result(request) with { End = RaceEnd.Stopped, Problem = "Somebody stopped the race." });
    }

    public Task<Exploration> ExploreAsync(Scenario scenario, Strategy strategy, int sessions, IProgress<int> progress, CancellationToken cancellation) =>
        Task.FromResult(Explored with { Scenario = scenario.Id, Strategy = strategy.Id, Sessions = sessions });

    public Task<ScheduleResult> PlayAsync(Scenario scenario, Strategy strategy, IReadOnlyList<ScheduledStep> schedule, int sessions, CancellationToken cancellation)
    {
        Played = (schedule, sessions);
        cancellation.ThrowIfCancellationRequested();
        return Task.FromResult(Stepped());
    }

    public Task<IReadOnlyList<ContentError>> CheckStatementsAsync(IReadOnlyList<Scenario> scenarios, CancellationToken cancellation) =>
        Task.FromResult(StatementErrors);

    public Task<PlayReport> PlayAsync(IReadOnlyList<Scenario> scenarios, CancellationToken cancellation)
    {
        Checked = [.. scenarios.Select(s => s.Id)];
        return Task.FromResult(Report);
    }

    public Task<string?> FindLackAsync(Scenario scenario, Strategy strategy, CancellationToken cancellation) => Task.FromResult(Lacks.GetValueOrDefault(strategy.Id));

    public ValueTask DisposeAsync()
    {
        Disposed = true;
        return ValueTask.CompletedTask;
    }

    private ReadContent Read(string folder)
    {
        Folder = folder;
        return new ReadContent(Scenarios, FileErrors);
    }

    private static RaceResult Result(RaceRequest request) => RaceResults.Refused(request, DateTimeOffset.UnixEpoch, "") with
    {
        End = RaceEnd.Finished,
        Problem = null,
        PostgresVersion = "15.18",
        Attempts = new AttemptCounts(7, 4003, 11, 13, 17, 19),
        Retries = 23,
        Rejections = [new("23505", "users_email_key", 29, "duplicate key"), new("40001", null, 31, "could not serialize"), new("23505", "other_key", 37, "duplicate key")],
        Invariants = [new("duplicates", "one row per email", Promise.Some, Verdict.Kept, 41, 43, 43, new OffendingRows([], [], 0))],
        Reconciliation = new Reconciliation(7, 7, 19, 0, 0, 0),
        Latency = new LatencySummary(4070, 1.2344, 2.5, 47.125, 53),
        Steps = [new StepLatency("check", new LatencySummary(4070, 0.5, 0.6, 0.7, 0.8))],
        Elapsed = TimeSpan.FromMilliseconds(5003.25),
        AttemptsPerSecond = 813.4711,
        PerWorker = new WorkerSpread(59, 61),
    };

    private static Scenario SignUp() => new(
        "sign-up", "Sign-up stampede", "", "", 13, new KeyTemplate("learner-{n}@example.com"), "", "", [new("duplicates", "one row per email", "", LiveCount.ExtraCreations)],
        [Strategy("check-then-insert", Promise.Some), Strategy("on-conflict-do-nothing", Promise.None)], "scenarios/sign-up/scenario.yaml")
    {
        Puzzles =
        [
            new("two-accounts", "Two accounts", "", "check-then-insert", 3, new PuzzleGoal { Rows = 2 }, [new ScheduledStep(1, "check"), new ScheduledStep(2, "check")], ["Look."]),
            new("unbreakable", "Unbreakable", "", "on-conflict-do-nothing", 2, new PuzzleGoal { Rows = 2 }, null, ["Look."]),
        ],
    };

    private static Strategy Strategy(string id, Promise promise) => new(
        id, id, "", "", new Dictionary<string, Promise> { ["duplicates"] = promise }, [], null, ProgramCompiler.Compile([Sql("check", "SELECT id FROM users WHERE email = @key"), Sql("insert", "INSERT INTO users (email) VALUES (@key)"), new SayStep(Outcome.Created, null, 1)], 1));

    private static SqlStep Sql(string name, string sql) => new(name, SqlText.Parse(sql), [], null, ErrorRules.None, 1);

    private Task<IOpenLab> OpenAsync(string? connectionString, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        if (Refusal is not null) throw new ServerRefusedException(Refusal);
        ConnectionString = connectionString;
        Opened = true;
        return Task.FromResult<IOpenLab>(this);
    }
}
