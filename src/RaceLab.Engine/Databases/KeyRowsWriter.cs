using Npgsql;
using NpgsqlTypes;
using RaceLab.Engine.Content;
using RaceLab.Engine.Programs;

namespace RaceLab.Engine.Databases;

/// <summary>Runs the statement of <see cref="KeyRows"/> for each key of a race.</summary>
public static class KeyRowsWriter
{
    private const int KeysAtOnce = 1000;

    /// <summary>Runs the statement for the keys 1 to <paramref name="keys"/>.</summary>
    /// <exception cref="PostgresException">The server refuses the statement.</exception>
    public static async Task WriteAsync(NpgsqlConnection connection, KeyRows rows, KeyTemplate template, int keys, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(connection);
        ArgumentNullException.ThrowIfNull(rows);
        for (var first = 1; first <= keys; first += KeysAtOnce)
        {
            var batch = new NpgsqlBatch(connection);
            await using (batch.ConfigureAwait(false))
            {
                for (var key = first; key < first + KeysAtOnce && key <= keys; key++) batch.BatchCommands.Add(CommandFor(rows.Statement, template.For(key)));
                await batch.ExecuteNonQueryAsync(cancellation).ConfigureAwait(false);
            }
        }
    }

    private static NpgsqlBatchCommand CommandFor(SqlText statement, string key)
    {
        var command = new NpgsqlBatchCommand(statement.Numbered);
        if (statement.Parameters.Count > 0) command.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.Unknown, Value = key });
        return command;
    }
}
