using Npgsql;
using NpgsqlTypes;

namespace RaceLab.Engine.Checks;

/// <summary>What the server takes the parameters of prepared statements for, and whether it would take a value for that.</summary>
internal sealed class ParameterTypes(NpgsqlConnection connection)
{
    /// <summary>Types that take any text.</summary>
    private static readonly string[] _texts = ["text", "character varying", "character", "name"];

    private readonly Dictionary<string, string[]> _types = [];

    private readonly Dictionary<(string Type, string Value), TypeRefusal?> _tried = [];

    /// <summary>Learns the types of all statements that the connection has prepared.</summary>
    public async Task<ParameterTypes> ReadAsync(CancellationToken cancellation)
    {
        var command = new NpgsqlCommand("SELECT statement, parameter_types::text[] FROM pg_catalog.pg_prepared_statements WHERE parameter_types <> '{}'", connection);
        await using (command.ConfigureAwait(false))
        {
            var reader = await command.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
            await using (reader.ConfigureAwait(false))
            {
                while (await reader.ReadAsync(cancellation).ConfigureAwait(false)) _types[reader.GetString(0)] = reader.GetFieldValue<string[]>(1);
            }
        }

        return this;
    }

    /// <summary>Why the server would not take a value, or null where it would. Needs the savepoint <c>checked</c>.</summary>
    public async Task<TypeRefusal?> RefusalAsync(string statement, int parameter, string value, CancellationToken cancellation)
    {
        if (!_types.TryGetValue(statement, out var types) || parameter >= types.Length || _texts.Contains(types[parameter])) return null;
        var tried = (types[parameter], value);
        if (!_tried.TryGetValue(tried, out var refusal)) _tried[tried] = refusal = await TryAsync(types[parameter], value, cancellation).ConfigureAwait(false);
        return refusal;
    }

    /// <summary>Has the server read the value as a statement of a race would: as a parameter of that type.</summary>
    private async Task<TypeRefusal?> TryAsync(string type, string value, CancellationToken cancellation)
    {
        try
        {
            var command = new NpgsqlCommand($"SELECT $1::{type}", connection);
            await using (command.ConfigureAwait(false))
            {
                command.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.Unknown, Value = value });
                await command.ExecuteNonQueryAsync(cancellation).ConfigureAwait(false);
            }

            return null;
        }
        catch (PostgresException e) when (connection.State == System.Data.ConnectionState.Open)
        {
            var back = new NpgsqlCommand("ROLLBACK TO checked", connection);
            await using (back.ConfigureAwait(false))
            {
                await back.ExecuteNonQueryAsync(cancellation).ConfigureAwait(false);
            }

            // Class 22 is about the value; anything else is about this question, and says nothing.
            return e.SqlState.StartsWith("22", StringComparison.Ordinal) ? new TypeRefusal(type, e.SqlState, e.MessageText) : null;
        }
    }
}

/// <summary>The server does not take a value for a type.</summary>
/// <param name="Type">As the server calls it.</param>
/// <param name="SqlState">What it answers.</param>
/// <param name="Message">In its own words.</param>
internal sealed record TypeRefusal(string Type, string SqlState, string Message);
