using System.Globalization;
using System.Text;
using Npgsql;

namespace RaceLab.Engine.Wire;

/// <summary>
/// An error or a notice of the server with every field that it may have
/// (<see href="https://www.postgresql.org/docs/current/protocol-error-fields.html">error and notice fields</see>).
/// </summary>
internal sealed record ServerError
{
    /// <summary>In the server's language.</summary>
    public string Severity { get; init; } = "";

    /// <summary>ERROR, FATAL, PANIC, WARNING, NOTICE …, in no language.</summary>
    public string InvariantSeverity { get; init; } = "";

    /// <summary>Five characters.</summary>
    public string SqlState { get; init; } = "";

    public string Message { get; init; } = "";

    public string? Detail { get; init; }

    public string? Hint { get; init; }

    /// <summary>Where in the statement, in characters from 1; 0: nowhere.</summary>
    public int Position { get; init; }

    public int InternalPosition { get; init; }

    public string? InternalQuery { get; init; }

    /// <summary>The call stack of functions.</summary>
    public string? Where { get; init; }

    public string? Schema { get; init; }

    public string? Table { get; init; }

    public string? Column { get; init; }

    public string? DataType { get; init; }

    public string? Constraint { get; init; }

    public string? File { get; init; }

    public string? Line { get; init; }

    public string? Routine { get; init; }

    /// <summary>Whether the session is over with it.</summary>
    public bool IsFatal => InvariantSeverity is "FATAL" or "PANIC";

    /// <exception cref="WireProtocolException">It is malformed.</exception>
    public static ServerError Read(ReadOnlySpan<byte> body)
    {
        var reader = new MessageReader(body);
        var error = new ServerError();
        while (reader.Byte() is var field && field != 0)
        {
            var text = reader.Text();
            error = (char)field switch
            {
                'S' => error with { Severity = text },
                'V' => error with { InvariantSeverity = text },
                'C' => error with { SqlState = text },
                'M' => error with { Message = text },
                'D' => error with { Detail = text },
                'H' => error with { Hint = text },
                'P' => error with { Position = Number(text) },
                'p' => error with { InternalPosition = Number(text) },
                'q' => error with { InternalQuery = text },
                'W' => error with { Where = text },
                's' => error with { Schema = text },
                't' => error with { Table = text },
                'c' => error with { Column = text },
                'd' => error with { DataType = text },
                'n' => error with { Constraint = text },
                'F' => error with { File = text },
                'L' => error with { Line = text },
                'R' => error with { Routine = text },

                // Servers to come may have more, and clients are asked to pass over them.
                _ => error,
            };
        }

        reader.End();
        return error;
    }

    /// <summary>The same as what Npgsql throws for it.</summary>
    public PostgresException ToException() => new(
        Message, Severity, InvariantSeverity, SqlState, Detail, Hint, Position, InternalPosition, InternalQuery, Where, Schema, Table, Column, DataType, Constraint, File, Line, Routine);

    private static int Number(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;
}

/// <summary>What of an error a program's own rules ask for, read without an object where it is the same as the last one.</summary>
internal struct RepeatedError
{
    private byte[]? _state;
    private byte[]? _constraint;
    private byte[]? _message;
    private Programs.SqlError _error;

    /// <summary>Reads an error.</summary>
    /// <param name="body">The message.</param>
    /// <param name="fatal">Whether the session is over with it.</param>
    /// <exception cref="WireProtocolException">It is malformed.</exception>
    public Programs.SqlError Read(ReadOnlySpan<byte> body, out bool fatal)
    {
        ReadOnlySpan<byte> state = default, constraint = default, message = default;
        fatal = false;
        var reader = new MessageReader(body);
        while (reader.Byte() is var field && field != 0)
        {
            var text = reader.Terminated();
            switch ((char)field)
            {
                case 'C': state = text; break;
                case 'n': constraint = text; break;
                case 'M': message = text; break;
                case 'V': fatal = text.SequenceEqual("FATAL"u8) || text.SequenceEqual("PANIC"u8); break;
            }
        }

        reader.End();
        if (_state is not null && state.SequenceEqual(_state) && constraint.SequenceEqual(_constraint) && message.SequenceEqual(_message)) return _error;
        _state = state.ToArray();
        _constraint = constraint.ToArray();
        _message = message.ToArray();
        return _error = new Programs.SqlError(
            Encoding.UTF8.GetString(state), constraint.IsEmpty ? null : Encoding.UTF8.GetString(constraint), Encoding.UTF8.GetString(message));
    }
}
