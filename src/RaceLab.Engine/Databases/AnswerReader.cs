using System.Data;
using Npgsql;

namespace RaceLab.Engine.Databases;

/// <summary>Collects the rows of an answer in PostgreSQL's text form; of a long one only the first.</summary>
internal sealed class AnswerReader
{
    private readonly NpgsqlDataReader _reader;
    private readonly List<IReadOnlyList<string?>> _rows = [];
    private readonly int _most;
    private long _total;

    private AnswerReader(NpgsqlDataReader reader, int most)
    {
        _reader = reader;
        _most = most;
    }

    public static AnswerReader For(NpgsqlDataReader reader, int most) => new(reader, most);

    /// <summary>A column's text, or null for NULL. The command must have asked for text.</summary>
    public static string? TextOf(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);

    /// <summary>Sends a statement without parameters and keeps its first rows.</summary>
    /// <exception cref="NpgsqlException">The server rejected it, or the connection is gone.</exception>
    public static async Task<Answer> AskAsync(NpgsqlConnection connection, string sql, int most, CancellationToken cancellation)
    {
        RefuseClosed(connection);
        await using var command = new NpgsqlCommand(sql, connection) { AllResultTypesAreUnknown = true };
        await using var reader = await command.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
        var answer = new AnswerReader(reader, most);
        while (await reader.ReadAsync(cancellation).ConfigureAwait(false)) answer.Take();
        return answer.Finish();
    }

    /// <summary>A closed connection is a server that has gone away, and no fault of the program's.</summary>
    /// <exception cref="NpgsqlException">It is closed.</exception>
    public static void RefuseClosed(NpgsqlConnection connection)
    {
        if (connection.FullState != ConnectionState.Open) throw new NpgsqlException("The connection is closed.");
    }

    /// <summary>Takes the row at which the reader stands.</summary>
    public void Take()
    {
        if (_total++ < _most) _rows.Add([.. Enumerable.Range(0, _reader.FieldCount).Select(i => TextOf(_reader, i))]);
    }

    public Answer Finish() => new([.. Enumerable.Range(0, _reader.FieldCount).Select(_reader.GetName)], _rows, _total);
}
