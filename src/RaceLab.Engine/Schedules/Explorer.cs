using System.Diagnostics;
using System.Text.RegularExpressions;
using RaceLab.Engine.Content;
using RaceLab.Engine.Databases;
using RaceLab.Engine.Programs;

namespace RaceLab.Engine.Schedules;

/// <summary>
/// Runs every distinct interleaving of two or three sessions on a real server. Orders that differ only in independent steps are run once
/// (sleep sets: Godefroid, "Partial-Order Methods for the Verification of Concurrent Systems", LNCS 1032, 1996,
/// <see href="https://doi.org/10.1007/3-540-60761-7"/>), and so are orders that differ only in which of several sessions that are alike is called the first.
/// </summary>
public sealed partial class Explorer
{
    /// <summary>How often a block is run again at most while exploring.</summary>
    public const int RetriesAtMost = 2;

    /// <summary>The most schedules that one exploration executes.</summary>
    public const int MaximumRuns = 50_000;

    private readonly LabServer _server;
    private readonly TimeProvider _time;

    /// <summary>Makes an explorer.</summary>
    public Explorer(LabServer server, TimeProvider time)
    {
        _server = server;
        _time = time;
    }

    /// <summary>Explores a strategy.</summary>
    /// <param name="scenario">Whose tables and invariants.</param>
    /// <param name="strategy">Whose program.</param>
    /// <param name="sessions">2 or 3.</param>
    /// <param name="progress">Told the number of runs so far, now and then; may be null.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="ServerRefusedException">The server will not have it, or went away.</exception>
    public Task<Exploration> ExploreAsync(Scenario scenario, Strategy strategy, int sessions, IProgress<int>? progress, CancellationToken cancellation)
    {
        // What a trigger does stands in no statement, so nothing can be said about its independence.
        var triggers = Trigger().IsMatch(scenario.Schema) || (strategy.Setup is { } setup && Trigger().IsMatch(setup));
        return ExploreAsync(scenario, strategy, sessions, triggers ? static (_, _) => false : Independence.Holds, AreAlike(strategy.Program), progress, cancellation);
    }

    /// <param name="scenario">Whose tables and invariants.</param>
    /// <param name="strategy">Whose program.</param>
    /// <param name="sessions">2 or 3.</param>
    /// <param name="independent">Whether steps of two sessions may change places; always false: brute force.</param>
    /// <param name="alike">Whether sessions may change their names.</param>
    /// <param name="progress">Told the number of runs so far.</param>
    /// <param name="cancellation">Gives up.</param>
    internal async Task<Exploration> ExploreAsync(
        Scenario scenario,
        Strategy strategy,
        int sessions,
        Func<ProgramStep, ProgramStep, bool> independent,
        bool alike,
        IProgress<int>? progress,
        CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(sessions, 3);
        var started = Stopwatch.GetTimestamp();
        var request = ScheduleRunner.RequestFor(scenario, strategy, sessions);
        await using var stage = await Stage.OpenAsync(_server, request, RetriesAtMost, _time, cancellation).ConfigureAwait(false);
        var search = new ScheduleSearch(independent, alike);
        var tally = new ExplorationTally(independent, alike, sessions);
        do
        {
            var turns = await PlayAsync(stage, search).ConfigureAwait(false);
            if (turns is not null) tally.Add(turns, await stage.JudgeAsync().ConfigureAwait(false), stage.Sessions.Any(s => s.Retries >= RetriesAtMost));
            await stage.ResetAsync().ConfigureAwait(false);
            if (tally.Runs % 10 == 0) progress?.Report(tally.Runs);
        }
        while (search.Backtrack() && tally.Runs < MaximumRuns);

        return tally.Summarize(request) with
        {
            Elapsed = Stopwatch.GetElapsedTime(started),
            PostgresVersion = _server.Version.ToString(),
            IsComplete = !search.HasMore,
        };
    }

    /// <summary>
    /// Whether it makes no difference which of two sessions is which: the worker's number is not used, and the attempt's only to be stored or
    /// compared for equality.
    /// </summary>
    internal static bool AreAlike(StepProgram program) =>
        program.Steps.All(s => s.Sql is null || (!s.Sql.Parameters.Contains("worker") && !ComputesWithAttempt().IsMatch(s.Sql.Written)));

    /// <summary>Plays one schedule to its end. Null where it turned out to be equivalent to one that was played before.</summary>
    private static async Task<List<Turn>?> PlayAsync(Stage stage, ScheduleSearch search)
    {
        var turns = new List<Turn>();
        var releasedBy = Enumerable.Repeat(Turn.NotReleased, stage.Sessions.Count + 1).ToArray();
        while (true)
        {
            var ready = stage.Sessions.Where(s => s.IsReady).Select(s => new Turn(s.Number, s.Next!, releasedBy[s.Number])).ToList();
            if (ready.Count == 0)
            {
                var stuck = Waiting();
                if (!await stage.AwaitReleaseAsync().ConfigureAwait(false)) return turns;
                NoteReleased(stuck);
                continue;
            }

            if (search.Choose(ready) is not { } turn)
            {
                await stage.FinishAsync().ConfigureAwait(false);
                return null;
            }

            turns.Add(turn);
            releasedBy[turn.Session] = Turn.NotReleased;
            var waiting = Waiting();
            await stage.SendAsync(stage.Sessions[turn.Session - 1]).ConfigureAwait(false);
            NoteReleased(waiting);
        }

        List<SteppedSession> Waiting() => [.. stage.Sessions.Where(s => s.IsWaiting)];

        void NoteReleased(List<SteppedSession> waited)
        {
            foreach (var session in waited)
                if (!session.IsWaiting) releasedBy[session.Number] = turns.Count - 1;
        }
    }

    [GeneratedRegex(@"\btrigger\b", RegexOptions.IgnoreCase)]
    private static partial Regex Trigger();

    [GeneratedRegex(@"(?<![(,=]\s*)@attempt\b|@attempt\b(?!\s*(?:[),]|$|\bAS\b))", RegexOptions.IgnoreCase)]
    private static partial Regex ComputesWithAttempt();
}

/// <summary>A session takes its next step.</summary>
/// <param name="Session">From 1.</param>
/// <param name="Step">What it sends.</param>
/// <param name="ReleasedBy">
/// Where the session's step before had to wait: the turn, counted from 0, that let it go, without which this one could not be taken.
/// </param>
internal readonly record struct Turn(int Session, ProgramStep Step, int ReleasedBy = Turn.NotReleased)
{
    public const int NotReleased = -1;
}
