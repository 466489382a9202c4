using System.Globalization;
using Npgsql;
using RaceLab.Engine.Programs;

namespace RaceLab.Engine.Sessions;

/// <summary>How large a row of an answer may be. A larger one is not taken: the connection is closed, and the program is told why.</summary>
internal static class AnswerLimit
{
    /// <summary>In bytes, on both engines: a row of content is never near it.</summary>
    public const int LargestRow = 16 * 1024 * 1024;

    private const string ConnectionFailure = "08006";

    /// <summary>What the program is told of a larger one. The server has said nothing, so the SQLSTATE is PostgreSQL's own for a connection that fails.</summary>
    public static SqlError Error => new(ConnectionFailure, null, string.Create(
        CultureInfo.InvariantCulture, $"A row of the answer is larger than {LargestRow / (1024 * 1024)} MB, which is the most that the lab takes; it has closed the connection."));

    /// <summary>The length of a column of the row at which a sequential reader stands, without reading it: -1 for NULL.</summary>
    public static async ValueTask<long> LengthAsync(NpgsqlDataReader reader, int column, CancellationToken cancellation) =>
        await reader.IsDBNullAsync(column, cancellation).ConfigureAwait(false) ? -1 : reader.GetBytes(column, 0, null, 0, 0);
}

/// <summary>A row of an answer is larger than <see cref="AnswerLimit.LargestRow"/>.</summary>
internal sealed class AnswerTooLargeException() : NpgsqlException(AnswerLimit.Error.Message);
