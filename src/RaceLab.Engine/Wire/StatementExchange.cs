using System.Threading.Tasks.Sources;
using Npgsql;
using RaceLab.Engine.Programs;
using RaceLab.Engine.Sessions;

namespace RaceLab.Engine.Wire;

/// <summary>
/// One statement of a program, again and again: it allocates nothing, an error of the server is a value and no exception, and whoever waits goes on
/// on the loop's thread while it takes the answer.
/// </summary>
/// <param name="keptRows">How many rows of an answer to keep; 0: none.</param>
internal sealed class StatementExchange(int keptRows) : Exchange, IValueTaskSource<StatementResult>
{
    private static readonly Action<object?> _cut = static state => ((StatementExchange)state!).CutShort();

    private ManualResetValueTaskSourceCore<StatementResult> _result;
    private RepeatedError _errors;
    private WireStatement _statement = null!;
    private string?[] _values = [];
    private CancellationToken _watched;
    private CancellationTokenRegistration _watching;
    private RowKeeper? _keeper;
    private SqlError? _error;
    private bool _isFatal;
    private long _rows;
    private long _changed;

    /// <summary>Runs a statement.</summary>
    public ValueTask<StatementResult> RunAsync(WireStatement statement, string?[] values, CancellationToken cancellation)
    {
        _result.Reset();
        _statement = statement;
        _values = values;
        _keeper = null;
        _error = null;
        _isFatal = false;
        _rows = _changed = 0;
        if (cancellation != _watched)
        {
            // A worker gives the same token each time: watching it once is enough.
            _watching.Unregister();
            _watched = cancellation;
            _watching = cancellation.UnsafeRegister(_cut, this);
        }

        if (cancellation.IsCancellationRequested) _result.SetResult(new StatementResult(StatementEnd.Lost, 0));
        else Connection.Send(this);
        return new ValueTask<StatementResult>(this, _result.Version);
    }

    /// <summary>There will be no other statement.</summary>
    public void Retire() => _watching.Unregister();

    /// <inheritdoc/>
    public override void Write(MessageWriter writer) => _statement.WriteRun(writer, _values);

    /// <inheritdoc/>
    public override bool Take(byte type, ReadOnlySpan<byte> body)
    {
        switch ((char)type)
        {
            case 'D':
                TakeRow(body);
                return false;
            case 'C':
                _changed = CommandTag.RowsChanged(body);
                Answered();
                return false;
            case 'Z':
                return true;
            case 'E':
                TakeError(body);
                return _isFatal;
            case 'T' or 'n':
                _statement.TakeColumns(type, body);
                return false;
            case '1' or '2' or 't' or 'I':
                return false;
            default:
                throw Unexpected(type);
        }
    }

    /// <inheritdoc/>
    public override void Finish() => _result.SetResult(
        _error is { SqlState: PostgresErrorCodes.QueryCanceled } && Connection.WasCancelled ? new StatementResult(StatementEnd.Lost, 0)
        : _error is { } error ? new StatementResult(_isFatal ? StatementEnd.Lost : StatementEnd.Rejected, 0, error)
        : _statement.Columns.Length > 0 ? new StatementResult(StatementEnd.Answered, _rows, null, _keeper?.Finish())
        : new StatementResult(StatementEnd.Answered, _changed));

    /// <inheritdoc/>
    public override void Break(Exception why) => _result.SetResult(new StatementResult(
        StatementEnd.Lost, 0, why is AnswerTooLargeException ? AnswerLimit.Error : (_isFatal ? _error : null) ?? (Connection.LastWords is { } last ? new SqlError(last.SqlState, last.Constraint, last.Message) : null)));

    /// <inheritdoc/>
    public StatementResult GetResult(short token) => _result.GetResult(token);

    /// <inheritdoc/>
    public ValueTaskSourceStatus GetStatus(short token) => _result.GetStatus(token);

    /// <inheritdoc/>
    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _result.OnCompleted(continuation, state, token, flags);

    /// <summary>A session that is over has the last word, whatever was said of the statement before: nobody can go on from that.</summary>
    private void TakeError(ReadOnlySpan<byte> body)
    {
        var error = _errors.Read(body, out _isFatal);
        if (_error is null || _isFatal) _error = error;
    }

    private void TakeRow(ReadOnlySpan<byte> body)
    {
        // A row of no columns is what SELECT without a list returns: it counts for nothing, as Npgsql has it.
        if (_statement.Columns.Length == 0) return;
        if (keptRows > 0) (_keeper ??= new RowKeeper(_statement.Columns, keptRows)).Take(body);
        if (_rows++ == 0) _statement.Keep(body, _values);
    }

    /// <summary>No row came: there is nothing to keep, and nobody has said so yet.</summary>
    private void Answered()
    {
        if (_rows > 0 || _statement.Columns.Length == 0) return;
        _statement.Forget(_values);
        if (keptRows > 0) _keeper = new RowKeeper(_statement.Columns, keptRows);
    }

    private void CutShort() => Connection.Loop.Post(() =>
    {
        if (_watched.IsCancellationRequested) Connection.Cancel(this);
    });
}
