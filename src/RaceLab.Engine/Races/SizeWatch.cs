using System.Diagnostics;
using Npgsql;

namespace RaceLab.Engine.Races;

/// <summary>Looks now and then how large a race's database is, and has the race ended when it is too large: the disk is everybody's.</summary>
/// <param name="mostMegabytes">How large it may be, in MB of a million bytes, with its tables, indexes and catalogues.</param>
/// <param name="endRace">Called once, when it is larger.</param>
internal sealed class SizeWatch(int mostMegabytes, Func<Task> endRace)
{
    /// <summary>The time between two looks, at least.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private const long Megabyte = 1_000_000;
    private const string Size = "SELECT pg_catalog.pg_database_size(pg_catalog.current_database())";

    private long? _lookedAt;

    /// <summary>Why the race was ended; null: not for this.</summary>
    public string? Problem { get; private set; }

    /// <summary>Looks, unless it has done so within the last <see cref="Interval"/>.</summary>
    /// <exception cref="NpgsqlException">The server does not say.</exception>
    public async Task LookAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        if (Problem is not null || (_lookedAt is { } before && Stopwatch.GetElapsedTime(before) < Interval)) return;
        _lookedAt = Stopwatch.GetTimestamp();
        await using var command = new NpgsqlCommand(Size, connection);
        var size = (long)(await command.ExecuteScalarAsync(cancellation).ConfigureAwait(false))!;
        if (size <= mostMegabytes * Megabyte) return;
        Problem = $"It was ended because its database had grown to {size / Megabyte:N0} MB, and {mostMegabytes:N0} MB are the most that a race's may have; "
            + "the verdict is about the attempts that ran until then. Let attempts make fewer or smaller rows.";
        await endRace().ConfigureAwait(false);
    }
}
