using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Npgsql;
using RaceLab.Engine.Sessions;

namespace RaceLab.Engine.Tests.Verdicts;

/// <summary>How a seed ended.</summary>
internal enum SeedEnd
{
    /// <summary>The reader refuses the scenario, or it has too many orders: it says nothing.</summary>
    Discarded,

    /// <summary>The server refuses it, or the explorer gives a reason why it does not explore it.</summary>
    Refused,

    /// <summary>Of some statement nothing is known, so the explorer plays every order itself: there is nothing to hold it to.</summary>
    Unreduced,

    /// <summary>All judges say the same.</summary>
    Agreed,

    /// <summary>They do not.</summary>
    Disagreed,
}

/// <summary>What became of a seed.</summary>
/// <param name="Seed">Which.</param>
/// <param name="End">How it ended.</param>
/// <param name="Words">Why it was discarded or refused, or who says what.</param>
internal readonly record struct SeedResult(long Seed, SeedEnd End, string Words);

/// <summary>
/// Holds the explorer to brute force, and both to orders that are played one by one, each on a new database. Brute force uses the explorer's own way back to the start, so
/// that it is quick; new databases take many times as long, so that only some programs with few orders are judged by them.
/// </summary>
internal sealed class VerdictComparison(TestPostgres postgres, CancellationToken cancellation)
{
    /// <summary>So many programs of a hundred are judged on new databases, where they have few orders.</summary>
    private const int AfreshOfHundred = 5;

    private const int MostOrdersAfresh = 20;
    private const int AtOnce = 6;

    /// <summary>The one reason that is never true here: the tests' server stays.</summary>
    private const string Gone = "server went away";

    private readonly Judges _judges = new(postgres, cancellation);
    private readonly ConcurrentDictionary<string, (int Runs, TimeSpan Took)> _efforts = [];

    /// <summary>How many schedules each judge has played, and how long it took.</summary>
    public IEnumerable<string> Efforts => _efforts.OrderBy(e => e.Key, StringComparer.Ordinal).Select(e => string.Create(CultureInfo.InvariantCulture,
        $"{e.Key}: {e.Value.Runs} schedules, {e.Value.Took.TotalSeconds:0.0} s, {e.Value.Took.TotalMilliseconds / Math.Max(1, e.Value.Runs):0.0} ms each"));

    /// <summary>Compares the judges on every seed of a range.</summary>
    /// <param name="first">The first seed.</param>
    /// <param name="count">How many there are.</param>
    /// <param name="told">Told of each as soon as it is known, by several threads at once.</param>
    public async Task<IReadOnlyList<SeedResult>> CompareAsync(long first, int count, Action<SeedResult> told)
    {
        var results = new ConcurrentBag<SeedResult>();
        var options = new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellation };
        var seeds = Enumerable.Range(0, count).Select(i => first + i);
        await Parallel.ForEachAsync(seeds, options, async (seed, _) =>
        {
            var result = ProgramGenerator.Make(seed) is { } program
                ? await CompareAsync(program)
                : new SeedResult(seed, SeedEnd.Discarded, "the reader refuses it, or it has too many orders");
            results.Add(result);
            told(result);
        });
        return [.. results.OrderBy(r => r.Seed)];
    }

    /// <summary>Compares the judges on one program.</summary>
    public async Task<SeedResult> CompareAsync(GeneratedProgram program)
    {
        var isSampled = program.Orders <= MostOrdersAfresh && program.Seed % 100 < AfreshOfHundred;
        try
        {
            if (!isSampled && await AgreeAtOnceAsync(program)) return new SeedResult(program.Seed, SeedEnd.Agreed, "");
            var reduced = await TryAsync("reduced", _judges.ReducedAsync, program);
            if (reduced.Refusal is { } refusal && !refusal.Contains(Gone, StringComparison.Ordinal)) return new SeedResult(program.Seed, SeedEnd.Refused, refusal);
            var brute = await TryAsync("brute force", _judges.BruteForceAsync, program);
            var agree = reduced.Said is not null && brute.Said is not null && reduced.Said.Agrees(brute.Said);
            if (agree && !isSampled) return new SeedResult(program.Seed, SeedEnd.Agreed, "");
            var afresh = await TryAsync("afresh", program.Orders <= MostOrdersAfresh ? _judges.AfreshAsync : _judges.OneAfreshAsync, program);
            if (agree && afresh.Said is not null && afresh.Said.Agrees(brute.Said!)) return new SeedResult(program.Seed, SeedEnd.Agreed, "afresh");

            // What nobody can play, because it ends the same way on a new database, is no verdict of the explorer's.
            if (reduced.Refusal is not null && afresh.Refusal is not null) return new SeedResult(program.Seed, SeedEnd.Refused, reduced.Refusal);
            return new SeedResult(program.Seed, SeedEnd.Disagreed, string.Create(CultureInfo.InvariantCulture,
                $"=== seed {program.Seed}, {program.Sessions} sessions\nreduced: {reduced}\nbrute force: {brute}\nafresh: {afresh}\n{program.Yaml}"));
        }
        catch (NothingReducedException)
        {
            return new SeedResult(program.Seed, SeedEnd.Unreduced, "");
        }
        catch (TooManyOrdersException few)
        {
            return new SeedResult(program.Seed, SeedEnd.Discarded, few.Message);
        }
    }

    /// <summary>The quick way, on one stage. Where it does not end in agreement, each judge is asked by itself.</summary>
    private async Task<bool> AgreeAtOnceAsync(GeneratedProgram program)
    {
        var began = Stopwatch.GetTimestamp();
        try
        {
            var (reduced, brute) = await _judges.BothAsync(program);
            Note("both", reduced.Runs + brute.Runs, began);
            return reduced.Agrees(brute);
        }
        catch (Exception refused) when (refused is ServerRefusedException or NpgsqlException)
        {
            return false;
        }
    }

    private void Note(string who, int runs, long began)
    {
        var took = Stopwatch.GetElapsedTime(began);
        _efforts.AddOrUpdate(who, (runs, took), (_, before) => (before.Runs + runs, before.Took + took));
    }

    private async Task<Opinion> TryAsync(string who, Func<GeneratedProgram, Task<JudgedOrders>> judge, GeneratedProgram program)
    {
        var began = Stopwatch.GetTimestamp();
        try
        {
            var said = await judge(program);
            Note(who, said.Runs, began);
            return new Opinion(said, null);
        }
        catch (Exception refused) when (refused is ServerRefusedException or NpgsqlException)
        {
            return new Opinion(null, refused.Message);
        }
    }

    private readonly record struct Opinion(JudgedOrders? Said, string? Refusal)
    {
        public override string ToString() => Said?.ToString() ?? $"refused: {Refusal}";
    }
}
