using System.Collections.Concurrent;
using Npgsql;
using RaceLab.Engine.Content;
using RaceLab.Engine.Databases;
using RaceLab.Engine.Programs;
using RaceLab.Engine.Schedules;
using RaceLab.Engine.Sessions;

namespace RaceLab.Engine.Checks;

/// <summary>
/// Plays strategies and puzzles on a real server: a witness must show what it claims, a solution must reach its goal, and a strategy without a witness must keep its
/// promises at least while its sessions come one after another.
/// </summary>
public static class PlayCheck
{
    /// <summary>A session that meets one of these with nobody beside it meets it every time: what it sends is wrong, or not allowed.</summary>
    private static readonly string[] _alwaysWrong = ["0A", "22", "25", "26", "2D", "42"];

    /// <summary>Plays everything that can be played here, several at once.</summary>
    /// <param name="lab">Where.</param>
    /// <param name="time">Times the looks at the lock tables.</param>
    /// <param name="scenarios">Whose strategies and puzzles; the server must have accepted their statements.</param>
    /// <param name="cancellation">Stops the schedules under way.</param>
    /// <exception cref="ServerRefusedException">The server is gone.</exception>
    public static async Task<PlayReport> RunAsync(LabServer lab, TimeProvider time, IReadOnlyList<Scenario> scenarios, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(lab);
        var errors = new ConcurrentBag<ContentError>();
        var notPlayed = new ConcurrentBag<NotPlayed>();
        var played = 0;
        var options = new ParallelOptions { MaxDegreeOfParallelism = Math.Clamp(2 * Environment.ProcessorCount, 2, 8), CancellationToken = cancellation };

        // Those that need a standby come one after another, so that one standby does for all, and first, since it takes a while to start.
        var plays = scenarios.SelectMany(PlaysOf).ToLookup(p => p.Scenario.NeedsOf(p.Strategy).Services.Contains(LabService.Replica));
        IEnumerable<IEnumerable<Play>> turns = [plays[true], .. plays[false].Select(p => (Play[])[p])];
        await Parallel.ForEachAsync(turns, options, async (turn, stop) =>
        {
            foreach (var play in turn) await PlayAsync(play, stop).ConfigureAwait(false);
        }).ConfigureAwait(false);
        return new PlayReport(played, [.. errors.OrderBy(e => e.File, StringComparer.Ordinal).ThenBy(e => e.Line)], [.. notPlayed.OrderBy(n => n.Scenario, StringComparer.Ordinal)]);

        async Task PlayAsync(Play play, CancellationToken stop)
        {
            if (await lab.FindLackAsync(play.Scenario.NeedsOf(play.Strategy), stop).ConfigureAwait(false) is { } lack)
            {
                notPlayed.Add(new NotPlayed(play.Scenario.Id, play.Id, lack));
                return;
            }

            if (await FindFaultAsync(lab, time, play, stop).ConfigureAwait(false) is { } fault) errors.Add(fault);
            Interlocked.Increment(ref played);
        }
    }

    private static IEnumerable<Play> PlaysOf(Scenario scenario)
    {
        foreach (var strategy in scenario.Strategies)
        {
            yield return strategy.Witness.Count > 0
                ? new Play(scenario, strategy, strategy.Id, $"the witness of '{strategy.Id}'", strategy.Witness, WitnessVerdict.SessionsOf(strategy),
                    entry => ContentLines.Witness(strategy.Id, entry), result => WitnessVerdict.FindFault(strategy, result))
                : new Play(scenario, strategy, strategy.Id, $"'{strategy.Id}', its sessions one after another,", [], Puzzle.FewestSessions,
                    _ => ContentLines.Strategy(strategy.Id), result => FaultOneAfterAnother(strategy, result));
        }

        foreach (var puzzle in scenario.Puzzles.Where(p => p.Solution is not null))
        {
            if (scenario.FindStrategy(puzzle.Strategy) is { } strategy)
            {
                yield return new Play(scenario, strategy, puzzle.Id, $"the solution of '{puzzle.Id}'", puzzle.Solution!, puzzle.Sessions,
                    entry => ContentLines.Solution(puzzle.Id, entry), result => PuzzleVerdict.Of(puzzle.Goal, result).Missing is { } missing ? $"It does not reach the goal: {missing}" : null);
            }
        }
    }

    private static async Task<ContentError?> FindFaultAsync(LabServer lab, TimeProvider time, Play play, CancellationToken cancellation)
    {
        try
        {
            var result = await new ScheduleRunner(lab, time).RunAsync(play.Scenario, play.Strategy, play.Schedule, play.Sessions, cancellation).ConfigureAwait(false);
            return play.Judge(result) is { } fault ? Error(null, $"{play.What} was played. {fault}") : null;
        }
        catch (InfeasibleScheduleException infeasible)
        {
            var entry = play.Schedule.ToList().IndexOf(infeasible.At);
            return Error(entry < 0 ? null : entry, $"{play.What} was played as far as it goes. {infeasible.Message}");
        }
        catch (StatementRefusedException refused) when (refused.Refused is { IsOfContent: true } or { Limit: not null })
        {
            return Error(null, $"{play.What} was played. {refused.Message} It was well before: a step has changed what the schema made, taken a right away, or made more rows than can be looked at");
        }
        catch (NpgsqlException gone) when (!cancellation.IsCancellationRequested)
        {
            if (play.Strategy.Program.Steps.FirstOrDefault(s => s.Sql is { EndsSessions: true }) is { } ending)
            {
                await lab.PingAsync(cancellation).ConfigureAwait(false);
                return new ContentError(play.Scenario.File, play.Scenario.Lines.Of(ContentLines.Statement(play.Strategy.Id, ending.Name)),
                    $"{play.What} was played, and the step '{ending.Name}' ended the session with which the lab asks the tables, too: it may end only sessions that hold or wait for what it names");
            }

            throw new ServerRefusedException($"The server did not answer while {play.What} of '{play.Scenario.Id}' was played. {gone.Message}", gone);
        }

        ContentError Error(int? entry, string reason) => new(play.Scenario.File, play.Scenario.Lines.Of(play.Place(entry)), reason);
    }

    private static string? FaultOneAfterAnother(Strategy strategy, ScheduleResult result)
    {
        if (result.Outcomes.All(o => o is Outcome.Rejected or Outcome.Failed)
            && result.Played.LastOrDefault(p => p.Error is { } e && _alwaysWrong.Contains(e.SqlState[..2])) is { Error: { } error } wrong
            && !(strategy.Program.FindStep(wrong.Step.Step) is { } step && strategy.Program.HandlesAt(step, error.SqlState)))
        {
            return $"Nobody gets further than '{wrong.Step.Step}': {error.Message} (SQLSTATE {error.SqlState}).";
        }

        return result.Invariants.FirstOrDefault(i => i is { Promise: Promise.None, Violations: > 0 }) is { } broken
            ? $"It breaks '{broken.Name}' though nobody is beside anybody, and promises no violation."
            : null;
    }

    private sealed record Play(
        Scenario Scenario, Strategy Strategy, string Id, string What, IReadOnlyList<ScheduledStep> Schedule, int Sessions, Func<int?, string> Place, Func<ScheduleResult, string?> Judge);
}

/// <summary>What playing content showed.</summary>
/// <param name="Played">How many witnesses, solutions and strategies without a witness were played.</param>
/// <param name="Errors">What does not show what it says, with its line.</param>
/// <param name="NotPlayed">What this server lacks something for.</param>
public sealed record PlayReport(int Played, IReadOnlyList<ContentError> Errors, IReadOnlyList<NotPlayed> NotPlayed);

/// <summary>A witness or a solution that was not played.</summary>
/// <param name="Scenario">The scenario's id.</param>
/// <param name="Id">The id of the strategy or of the puzzle.</param>
/// <param name="Reason">What the server lacks, in a sentence.</param>
public sealed record NotPlayed(string Scenario, string Id, string Reason);
