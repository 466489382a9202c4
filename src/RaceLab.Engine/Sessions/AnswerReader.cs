using System.Data;
using Npgsql;

namespace RaceLab.Engine.Sessions;

/// <summary>
/// Collects the rows of an answer in PostgreSQL's text form; of a long one only the first. A row is read column by column (<see cref="CommandBehavior.SequentialAccess"/>), so that none
/// takes more memory than <see cref="AnswerLimit.LargestRow"/>.
/// </summary>
internal sealed class AnswerReader
{
    private readonly NpgsqlDataReader _reader;
    private readonly List<IReadOnlyList<string?>> _rows = [];
    private readonly int _most;

    private AnswerReader(NpgsqlDataReader reader, int most)
    {
        _reader = reader;
        _most = most;
    }

    /// <summary>How many rows there were.</summary>
    public long Total { get; private set; }

    /// <summary>The first row; null where there was none, or none is kept.</summary>
    public IReadOnlyList<string?>? First => _rows.Count > 0 ? _rows[0] : null;

    /// <param name="reader">Sequential; its command must have asked for text where rows are kept.</param>
    /// <param name="most">How many rows are kept.</param>
    public static AnswerReader For(NpgsqlDataReader reader, int most) => new(reader, most);

    /// <summary>Sends a statement without parameters and keeps its first rows.</summary>
    /// <exception cref="NpgsqlException">The server rejected it, a row is too large, or the connection is gone.</exception>
    public static async Task<Answer> AskAsync(NpgsqlConnection connection, string sql, int most, CancellationToken cancellation)
    {
        RefuseClosed(connection);
        await using var command = new NpgsqlCommand(sql, connection) { AllResultTypesAreUnknown = true };
        await using var reader = await command.ExecuteReaderAsync(CommandBehavior.SequentialAccess, cancellation).ConfigureAwait(false);
        var answer = new AnswerReader(reader, most);
        while (await reader.ReadAsync(cancellation).ConfigureAwait(false)) await answer.TakeAsync(cancellation).ConfigureAwait(false);
        return answer.Finish();
    }

    /// <summary>A closed connection is a server that has gone away, and no fault of the program's.</summary>
    /// <exception cref="NpgsqlException">It is closed.</exception>
    public static void RefuseClosed(NpgsqlConnection connection)
    {
        if (connection.FullState != ConnectionState.Open) throw new NpgsqlException("The connection is closed.");
    }

    /// <summary>A column's text, or null for NULL; of a long one only the beginning. The reader must be sequential and stand before it, and the command have asked for text.</summary>
    /// <param name="reader">At a row.</param>
    /// <param name="column">Which one.</param>
    /// <param name="most">After how many bytes a text counts as long; then as many characters are read.</param>
    /// <param name="cancellation">Gives up.</param>
    public static async Task<string?> TextAsync(NpgsqlDataReader reader, int column, int most, CancellationToken cancellation)
    {
        var length = await AnswerLimit.LengthAsync(reader, column, cancellation).ConfigureAwait(false);
        if (length < 0) return null;
        if (length <= most) return await reader.GetFieldValueAsync<string>(column, cancellation).ConfigureAwait(false);
        var beginning = new char[most];
        var count = (int)reader.GetChars(column, 0, beginning, 0, most);
        if (char.IsHighSurrogate(beginning[count - 1])) count--;
        return $"{new string(beginning, 0, count)}…";
    }

    /// <summary>Takes the row at which the reader stands.</summary>
    /// <exception cref="AnswerTooLargeException">It is larger than may be; the rest of the answer is still to come.</exception>
    public async ValueTask TakeAsync(CancellationToken cancellation)
    {
        var row = Total++ < _most ? new string?[_reader.FieldCount] : null;
        long size = 0;
        for (var i = 0; i < _reader.FieldCount; i++)
        {
            var length = await AnswerLimit.LengthAsync(_reader, i, cancellation).ConfigureAwait(false);
            size += Math.Max(0, length);
            if (size > AnswerLimit.LargestRow) throw new AnswerTooLargeException();
            if (row is not null && length >= 0) row[i] = await _reader.GetFieldValueAsync<string>(i, cancellation).ConfigureAwait(false);
        }

        if (row is not null) _rows.Add(row);
    }

    public Answer Finish() => new([.. Enumerable.Range(0, _reader.FieldCount).Select(_reader.GetName)], _rows, Total);
}
