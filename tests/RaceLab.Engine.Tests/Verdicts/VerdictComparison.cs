using System.Collections.Concurrent;
using System.Globalization;
using Npgsql;
using RaceLab.Engine.Checks;
using RaceLab.Engine.Databases;
using RaceLab.Engine.Sessions;

namespace RaceLab.Engine.Tests.Verdicts;

/// <summary>How a seed ended.</summary>
internal enum SeedEnd
{
    /// <summary>The reader or the server refuses the scenario, or it has too many orders: it says nothing.</summary>
    Discarded,

    /// <summary>The explorer gives a reason why it does not explore it.</summary>
    Refused,

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

/// <summary>Holds the explorer to brute force, and both to orders that are played one by one, each on a new database.</summary>
internal sealed class VerdictComparison(TestPostgres postgres, CancellationToken cancellation)
{
    /// <summary>So many programs of a hundred are judged a third time, order by order, where they have few orders.</summary>
    private const int AfreshOfHundred = 20;

    private const int MostOrdersAfresh = 40;
    private const int AtOnce = 3;

    /// <summary>The one reason that is never true here: the tests' server stays.</summary>
    private const string Gone = "server went away";

    private readonly Judges _judges = new(postgres, cancellation);

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
            var result = await CompareAsync(seed);
            results.Add(result);
            told(result);
        });
        return [.. results.OrderBy(r => r.Seed)];
    }

    /// <summary>A seed's program; null, with the reason, where nobody would accept its file.</summary>
    public async Task<(GeneratedProgram? Program, string Why)> MakeAsync(long seed)
    {
        if (ProgramGenerator.Make(seed) is not { } program) return (null, "the reader refuses it, or it has too many orders");
        return await RefusalAsync(program) is { } refusal ? (null, refusal) : (program, "");
    }

    /// <summary>Compares the judges on one program.</summary>
    public async Task<SeedResult> CompareAsync(GeneratedProgram program)
    {
        try
        {
            var reduced = await TryAsync(_judges.ReducedAsync, program);
            if (reduced.Refusal is { } refusal && !refusal.Contains(Gone, StringComparison.Ordinal)) return new SeedResult(program.Seed, SeedEnd.Refused, refusal);
            var brute = await TryAsync(_judges.BruteForceAsync, program);
            var agree = reduced.Said is not null && brute.Said is not null && reduced.Said.Agrees(brute.Said);
            var isSampled = program.Orders <= MostOrdersAfresh && program.Seed % 100 < AfreshOfHundred;
            if (agree && !isSampled) return new SeedResult(program.Seed, SeedEnd.Agreed, "");
            var afresh = await TryAsync(program.Orders <= MostOrdersAfresh ? _judges.AfreshAsync : _judges.OneAfreshAsync, program);
            if (agree && afresh.Said is not null && afresh.Said.Agrees(brute.Said!)) return new SeedResult(program.Seed, SeedEnd.Agreed, "afresh");

            // What nobody can play, because it ends the same way on a new database, is no verdict of the explorer's.
            if (reduced.Refusal is not null && afresh.Refusal is not null) return new SeedResult(program.Seed, SeedEnd.Refused, reduced.Refusal);
            return new SeedResult(program.Seed, SeedEnd.Disagreed, string.Create(CultureInfo.InvariantCulture,
                $"=== seed {program.Seed}, {program.Sessions} sessions\nreduced: {reduced}\nbrute force: {brute}\nafresh: {afresh}\n{program.Yaml}"));
        }
        catch (TooManyOrdersException few)
        {
            return new SeedResult(program.Seed, SeedEnd.Discarded, few.Message);
        }
    }

    private async Task<SeedResult> CompareAsync(long seed)
    {
        var (program, why) = await MakeAsync(seed);
        return program is null ? new SeedResult(seed, SeedEnd.Discarded, why) : await CompareAsync(program);
    }

    private static async Task<Opinion> TryAsync(Func<GeneratedProgram, Task<JudgedOrders>> judge, GeneratedProgram program)
    {
        try
        {
            return new Opinion(await judge(program), null);
        }
        catch (Exception refused) when (refused is ServerRefusedException or NpgsqlException)
        {
            return new Opinion(null, refused.Message);
        }
    }

    /// <summary>Why <c>racelab check</c> would refuse a scenario; null where it would not.</summary>
    private async Task<string?> RefusalAsync(GeneratedProgram program)
    {
        await using var database = await FullServer.OutlastAsync(() => postgres.Lab.RentDatabaseAsync(cancellation), null, FullServer.Patience, TimeProvider.System, cancellation);
        var report = await ContentCheck.RunAsync([program.Scenario], async stop =>
        {
            var connection = new NpgsqlConnection(database.ConnectionString);
            await connection.OpenAsync(stop);
            return connection;
        }, cancellation);
        return report.Errors.Count > 0 ? report.Errors[0].Reason : null;
    }

    private readonly record struct Opinion(JudgedOrders? Said, string? Refusal)
    {
        public override string ToString() => Said?.ToString() ?? $"refused: {Refusal}";
    }
}
