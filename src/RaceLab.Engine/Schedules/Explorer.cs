using System.Diagnostics;
using System.Globalization;
using RaceLab.Engine.Content;
using RaceLab.Engine.Databases;
using RaceLab.Engine.Footprints;
using RaceLab.Engine.Programs;
using RaceLab.Engine.Races;
using RaceLab.Engine.Sessions;

namespace RaceLab.Engine.Schedules;

/// <summary>
/// Runs every distinct interleaving of two or three sessions on a real server. Orders that differ only in independent steps are run once
/// (sleep sets: Godefroid, "Partial-Order Methods for the Verification of Concurrent Systems", LNCS 1032, 1996,
/// <see href="https://doi.org/10.1007/3-540-60761-7"/>), and so are orders that differ only in which of several sessions that are alike is called the first (<see cref="Likeness"/>).
/// </summary>
public sealed class Explorer : IExplorer
{
    /// <summary>How often a block is run again at most while exploring.</summary>
    public const int RetriesAtMost = 2;

    /// <summary>The most schedules that one exploration executes.</summary>
    public const int MaximumRuns = 50_000;

    /// <summary>How many executed schedules an <see cref="Exploration"/> keeps, one by one; of the others it has only the sums.</summary>
    public const int KeptSchedules = 2_000;

    /// <summary>How a stage is opened that is explored.</summary>
    internal static readonly StageSettings Settings = new() { RetriesAtMost = RetriesAtMost, DeadlockTimeout = ScheduleRunner.DeadlockTimeout, PlaysAgain = true };

    private static readonly TimeSpan LateCheckTime = TimeSpan.FromSeconds(1);

    private readonly LabServer _server;
    private readonly TimeProvider _time;

    /// <summary>Makes an explorer.</summary>
    public Explorer(LabServer server, TimeProvider time)
    {
        _server = server;
        _time = time;
    }

    /// <inheritdoc/>
    public async Task<Exploration> ExploreAsync(Scenario scenario, Strategy strategy, int sessions, IProgress<int>? progress, CancellationToken cancellation)
    {
        try
        {
            return await ExploreAsync(scenario, strategy, sessions, Reduction.Of, progress, cancellation).ConfigureAwait(false);
        }
        catch (Exception gone) when (AdminTarget.IsServerTrouble(gone))
        {
            cancellation.ThrowIfCancellationRequested();
            throw new ServerRefusedException($"The server went away while schedules were explored, so nothing can be said about them. {gone.Message}", gone);
        }
    }

    /// <param name="scenario">Whose tables and invariants.</param>
    /// <param name="strategy">Whose program.</param>
    /// <param name="sessions">2 or 3.</param>
    /// <param name="reduce">Which orders stand for others, by what the statements do.</param>
    /// <param name="progress">Told the number of runs so far.</param>
    /// <param name="cancellation">Gives up.</param>
    internal async Task<Exploration> ExploreAsync(
        Scenario scenario, Strategy strategy, int sessions, Func<ProgramFootprint, Reduction> reduce, IProgress<int>? progress, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(sessions, 3);
        var request = ScheduleRunner.RequestFor(scenario, strategy, sessions);
        try
        {
            return await ExploreAsync(request, Settings, reduce, progress, cancellation).ConfigureAwait(false);
        }
        catch (AstrayException)
        {
            // On a busy machine a look for deadlocks may come late, and then another session is the victim. With more time for it, all goes the same way or never does.
            return await ExploreAsync(request, Settings with { DeadlockCheckTime = LateCheckTime }, reduce, progress, cancellation).ConfigureAwait(false);
        }
    }

    private async Task<Exploration> ExploreAsync(
        RaceRequest request, StageSettings settings, Func<ProgramFootprint, Reduction> reduce, IProgress<int>? progress, CancellationToken cancellation)
    {
        await using var stage = await FullServer.OutlastAsync(() => Stage.OpenAsync(_server, request, settings, _time, cancellation), null, FullServer.Patience, _time, cancellation).ConfigureAwait(false);
        return await ExploreAsync(stage, request, reduce, progress).ConfigureAwait(false) with { PostgresVersion = _server.Version.ToString() };
    }

    /// <param name="stage">Open to play again, with everything as it is at the start.</param>
    /// <param name="request">What it was opened for.</param>
    /// <param name="reduce">Which orders stand for others, by what the statements do.</param>
    /// <param name="progress">Told the number of runs so far.</param>
    internal static async Task<Exploration> ExploreAsync(Stage stage, RaceRequest request, Func<ProgramFootprint, Reduction> reduce, IProgress<int>? progress)
    {
        var started = Stopwatch.GetTimestamp();
        var (strategy, sessions) = (request.Strategy, request.Workload.Workers);
        var footprint = stage.Footprint;
        if (footprint.Refusal is { } refusal) throw new ServerRefusedException(refusal);
        var reduction = reduce(footprint);
        var likeness = Likeness.Of(strategy, sessions, reduction.Alike);
        var search = new ScheduleSearch(reduction.Independent, likeness);
        var tally = new ExplorationTally(reduction.Independent, likeness, sessions);
        while (true)
        {
            var turns = await PlayAsync(stage, search).ConfigureAwait(false);
            if (IsLost(stage)) throw Lost();
            if (turns is not null) tally.Add(turns, await stage.JudgeAsync().ConfigureAwait(false), stage.Sessions.Any(s => s.Retries >= RetriesAtMost));
            if (tally.Runs % 10 == 0) progress?.Report(tally.Runs);
            if (!search.Backtrack() || tally.Runs >= MaximumRuns) break;
            await stage.ResetAsync(reduction.AlwaysAnew).ConfigureAwait(false);
        }

        return tally.Summarize(request) with
        {
            Elapsed = Stopwatch.GetElapsedTime(started),
            Engine = stage.Engine,
            IsComplete = !search.HasMore,
            InEveryOrder = [.. footprint.Unknown],
        };
    }

    /// <summary>Plays one schedule to its end. Null where it turned out to be equivalent to one that was played before.</summary>
    private static async Task<List<Turn>?> PlayAsync(Stage stage, ScheduleSearch search)
    {
        var turns = new List<Turn>();
        var releasedBy = Enumerable.Repeat(Turn.NotReleased, stage.Sessions.Count + 1).ToArray();
        while (true)
        {
            List<Turn> ready =
            [
                .. stage.Sessions.Where(s => s.MayTakeTurn).Select(s => new Turn(s.Number, s.Next ?? ProgramStep.Delivery, releasedBy[s.Number])),
                .. stage.Environment.Select(turn => new Turn(stage.Sessions.Count + turn.Actor, turn.Step)),
            ];
            if (ready.Count == 0)
            {
                var stuck = Waiting();
                if (!await stage.AwaitReleaseAsync().ConfigureAwait(false)) return turns;
                NoteReleased(stuck);
                continue;
            }

            if (!search.Confirms(Seen())) throw Astray(stage, turns[^1]);
            if (search.Choose(ready) is not { } turn)
            {
                await stage.FinishAsync().ConfigureAwait(false);
                return null;
            }

            if (!ready.Any(t => t.Session == turn.Session && t.Step == turn.Step)) throw Astray(stage, turn);
            turns.Add(turn);
            var waiting = Waiting();
            if (turn.Session > stage.Sessions.Count)
            {
                await stage.TakeTurnAsync(turn.Step).ConfigureAwait(false);
            }
            else
            {
                releasedBy[turn.Session] = Turn.NotReleased;
                await stage.TakeTurnAsync(stage.Sessions[turn.Session - 1]).ConfigureAwait(false);
            }

            NoteReleased(waiting);
        }

        // What has come back so far, whatever values it had: those may differ where nobody looks at them.
        string Seen() => string.Join(' ', stage.Played.Select(p => $"{p.Step}:{p.Rows.ToString(CultureInfo.InvariantCulture)}:{p.Error?.SqlState}"));

        List<SteppedSession> Waiting() => [.. stage.Sessions.Where(s => s.IsWaiting)];

        void NoteReleased(List<SteppedSession> waited)
        {
            foreach (var session in waited.Where(s => !s.IsWaiting))
            {
                var waiting = turns.FindLastIndex(t => t.Session == session.Number);
                turns[waiting] = turns[waiting] with { LetGoBy = turns.Count - 1 };
                releasedBy[session.Number] = turns.Count - 1;
            }
        }
    }

    private static bool IsLost(Stage stage) => stage.Sessions.Any(s => s.HasLostConnection);

    private static ServerRefusedException Lost() =>
        new("A session lost its connection to the server while schedules were explored, so nothing can be said about them. Try again when the server is well.");

    /// <summary>Schedules are replayed from the start: that works only where the same statements in the same order go the same way every time.</summary>
    private static ServerRefusedException Astray(Stage stage, Turn turn) => IsLost(stage)
        ? Lost()
        : new AstrayException($"The same statements, played again in the same order, went another way at {ScheduledStep.For(turn.Session, turn.Step)}. "
            + "A strategy whose statements depend on time or chance cannot be explored.");

    private sealed class AstrayException(string message) : ServerRefusedException(message);
}

/// <summary>Which orders one executed schedule stands for.</summary>
/// <param name="Independent">Whether steps of two sessions may change places.</param>
/// <param name="Alike">Whether sessions of one role may change their names.</param>
internal sealed record Reduction(Func<ProgramStep, ProgramStep, bool> Independent, bool Alike)
{
    /// <summary>Every order by itself.</summary>
    public static Reduction None { get; } = new(static (_, _) => false, false);

    /// <summary>Whether every schedule has a new database and new sessions, be it needed or not.</summary>
    public bool AlwaysAnew { get; init; }

    /// <summary>As far as what is known of the statements allows.</summary>
    public static Reduction Of(ProgramFootprint footprint) => new(new Independence(footprint).Holds, footprint.WhyNotAlike is null);
}

/// <summary>A session, or the environment, takes its next turn.</summary>
/// <param name="Session">From 1. Behind the sessions come the actors of the environment, of which each has one turn that it could take: the standby is the first.</param>
/// <param name="Step">What it sends, or its crash; <see cref="ProgramStep.Delivery"/> where its attempt arrives again; <see cref="ProgramStep.Replay"/>.</param>
/// <param name="ReleasedBy">
/// Where the session's step before had to wait: the turn, counted from 0, that let it go, without which this one could not be taken.
/// </param>
/// <param name="LetGoBy">Where this step had to wait: the turn that let it go, known only afterwards.</param>
internal readonly record struct Turn(int Session, ProgramStep Step, int ReleasedBy = Turn.NotReleased, int LetGoBy = Turn.NotReleased)
{
    public const int NotReleased = -1;
}

/// <summary>Explores strategies.</summary>
public interface IExplorer
{
    /// <summary>Explores a strategy.</summary>
    /// <param name="scenario">Whose tables and invariants.</param>
    /// <param name="strategy">Whose program.</param>
    /// <param name="sessions">2 or 3.</param>
    /// <param name="progress">Told the number of runs so far, now and then; may be null.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="ServerRefusedException">The server will not have it, lacks what the strategy needs, or went away.</exception>
    Task<Exploration> ExploreAsync(Scenario scenario, Strategy strategy, int sessions, IProgress<int>? progress, CancellationToken cancellation);
}
