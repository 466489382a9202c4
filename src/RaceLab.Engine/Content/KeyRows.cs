using Npgsql;
using NpgsqlTypes;
using RaceLab.Engine.Programs;

namespace RaceLab.Engine.Content;

/// <summary>What is there for a key before anybody comes: a statement that is run once for each key of a race, behind the schema and before a strategy's setup.</summary>
/// <param name="Statement">Its only parameter is <c>@key</c>.</param>
public sealed record KeyRows(SqlText Statement)
{
    /// <summary>The parameter that stands for the key.</summary>
    public const string Parameter = "key";

    private const int KeysAtOnce = 1000;

    /// <summary>Runs the statement for the keys 1 to <paramref name="keys"/>.</summary>
    /// <exception cref="PostgresException">The server refuses the statement.</exception>
    public async Task MakeAsync(NpgsqlConnection connection, KeyTemplate template, int keys, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(connection);
        for (var first = 1; first <= keys; first += KeysAtOnce)
        {
            var batch = new NpgsqlBatch(connection);
            await using (batch.ConfigureAwait(false))
            {
                for (var key = first; key < first + KeysAtOnce && key <= keys; key++) batch.BatchCommands.Add(CommandFor(template.For(key)));
                await batch.ExecuteNonQueryAsync(cancellation).ConfigureAwait(false);
            }
        }
    }

    private NpgsqlBatchCommand CommandFor(string key)
    {
        var command = new NpgsqlBatchCommand(Statement.Numbered);
        if (Statement.Parameters.Count > 0) command.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.Unknown, Value = key });
        return command;
    }
}
