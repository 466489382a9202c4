using RaceLab.Engine.Sessions;

namespace RaceLab.Engine.Wire;

/// <summary>One request and its answer, up to the server's "ready". A connection has one at a time.</summary>
internal abstract class Exchange : ILoopWork
{
    /// <summary>Whose it is.</summary>
    public required WireConnection Connection { get; init; }

    /// <summary>Writes the request.</summary>
    public abstract void Write(MessageWriter writer);

    /// <summary>Takes one message of the answer.</summary>
    /// <returns>Whether it was the last.</returns>
    /// <exception cref="WireProtocolException">It does not belong there.</exception>
    public abstract bool Take(byte type, ReadOnlySpan<byte> body);

    /// <summary>The last message has been taken, and the connection is free for the next exchange.</summary>
    public abstract void Finish();

    /// <summary>There will be no answer.</summary>
    public abstract void Break(Exception why);

    /// <inheritdoc/>
    public void Run() => Connection.Begin(this);

    /// <inheritdoc/>
    public void Abandon() => Break(new ObjectDisposedException(nameof(WireLoop)));

    /// <summary>A message that nobody asked for.</summary>
    protected WireProtocolException Unexpected(byte type) => new($"A message of type 0x{type:x2} came where {GetType().Name} cannot have one.");
}

/// <summary>An exchange that is waited for once, away from the loop's thread.</summary>
internal abstract class OnceExchange<T> : Exchange
{
    private readonly TaskCompletionSource<T> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ServerError? _error;

    /// <summary>The answer; fails with the server's error, or with why there was none.</summary>
    public Task<T> Ended => _ended.Task;

    /// <inheritdoc/>
    public override bool Take(byte type, ReadOnlySpan<byte> body)
    {
        switch ((char)type)
        {
            case 'E':
                _error ??= ServerError.Read(body);
                return _error.IsFatal;
            case 'Z':
                return true;
            default:
                TakeAnswer(type, body);
                return false;
        }
    }

    /// <inheritdoc/>
    public override void Finish()
    {
        if (_error is not null) _ended.TrySetException(_error.ToException());
        else _ended.TrySetResult(Answer());
    }

    /// <inheritdoc/>
    public override void Break(Exception why) => _ended.TrySetException(_error is not null ? _error.ToException() : why);

    protected abstract void TakeAnswer(byte type, ReadOnlySpan<byte> body);

    protected abstract T Answer();
}

/// <summary>Logging in: by trust, or by SCRAM-SHA-256.</summary>
internal sealed class StartUpExchange(WireTarget target) : OnceExchange<bool>
{
    private const int Version = 3 << 16;
    private ScramClient? _scram;
    private bool _isServerProven = true;
    private bool _isIn;

    /// <inheritdoc/>
    public override void Write(MessageWriter writer)
    {
        writer.Begin();
        writer.Int32(Version);
        Say("user", target.User);
        Say("database", target.Database);
        Say("client_encoding", "UTF8");
        if (target.ApplicationName.Length > 0) Say("application_name", target.ApplicationName);
        if (target.Options.Length > 0) Say("options", target.Options);
        writer.Byte(0);
        writer.End();

        void Say(string name, string value)
        {
            writer.Text(name);
            writer.Text(value);
        }
    }

    protected override void TakeAnswer(byte type, ReadOnlySpan<byte> body)
    {
        var reader = new MessageReader(body);
        switch ((char)type)
        {
            case 'R' when !_isIn:
                Authenticate(ref reader);
                break;
            case 'K' when _isIn:
                Connection.ProcessId = reader.Int32();
                Connection.Secret = reader.Rest().ToArray();
                break;
            default:
                throw Unexpected(type);
        }
    }

    protected override bool Answer() => _isIn;

    private void Authenticate(ref MessageReader reader)
    {
        switch (reader.Int32())
        {
            case 0:
                if (!_isServerProven) throw new WireProtocolException("The server let the client in without proving that it knows the password.");
                _isIn = true;
                break;
            case 10:
                _scram = new ScramClient(KeysFor(ref reader));
                _isServerProven = false;
                var first = System.Text.Encoding.UTF8.GetByteCount(_scram.First);
                Answer(ScramClient.Mechanism, first, _scram.First);
                return;
            case 11 when _scram is not null:
                Answer(null, 0, _scram.Final(System.Text.Encoding.UTF8.GetString(reader.Rest())));
                return;
            case 12 when _scram is not null:
                _scram.Verify(System.Text.Encoding.UTF8.GetString(reader.Rest()));
                _isServerProven = true;
                return;
            default:
                throw new WireUnfitException("The server asks for a way to log in that the wire engine does not know; it knows trust and SCRAM-SHA-256. Choose the Npgsql engine.");
        }

        reader.End();
    }

    private ScramKeys KeysFor(ref MessageReader reader)
    {
        var offered = false;
        while (reader.Terminated() is { IsEmpty: false } mechanism) offered |= mechanism.SequenceEqual("SCRAM-SHA-256"u8);
        reader.End();
        if (!offered) throw new WireUnfitException("The server offers no SCRAM-SHA-256, the one way to log in with a password that the wire engine knows. Choose the Npgsql engine.");
        return target.Keys ?? throw new ServerRefusedException($"The server at {target.Place} asks for a password, and the connection string has none.");
    }

    private void Answer(string? mechanism, int length, string text) => Connection.Reply(writer =>
    {
        writer.Begin((byte)'p');
        if (mechanism is not null)
        {
            writer.Text(mechanism);
            writer.Int32(length);
        }

        writer.Bytes(System.Text.Encoding.UTF8.GetBytes(text));
        writer.End();
    });
}

/// <summary>Prepares statements, all in one round trip.</summary>
internal sealed class PrepareExchange(IReadOnlyList<WireStatement> statements) : OnceExchange<bool>
{
    private int _described;

    /// <summary>For a preparation that the server has refused: the statement that is to blame, which is the first without a description; the server passes over those behind it.</summary>
    public WireStatement Refused => statements[_described];

    /// <inheritdoc/>
    public override void Write(MessageWriter writer)
    {
        foreach (var statement in statements)
        {
            statement.WriteParse(writer);
            statement.WriteDescribe(writer);
        }

        writer.Bare((byte)'S');
    }

    protected override void TakeAnswer(byte type, ReadOnlySpan<byte> body)
    {
        switch ((char)type)
        {
            case '1' or 't':
                break;
            case 'T' or 'n' when _described < statements.Count:
                statements[_described++].TakeColumns(type, body);
                break;
            default:
                throw Unexpected(type);
        }
    }

    protected override bool Answer() => true;
}

/// <summary>SQL of any number of statements, without parameters, by the simple query protocol.</summary>
/// <param name="sql">The statements.</param>
/// <param name="most">How many rows of each answer are kept.</param>
internal sealed class QueryExchange(string sql, int most) : OnceExchange<IReadOnlyList<QueryAnswer>>
{
    private readonly List<QueryAnswer> _answers = [];
    private RowKeeper? _rows;

    /// <inheritdoc/>
    public override void Write(MessageWriter writer)
    {
        writer.Begin((byte)'Q');
        writer.Text(sql);
        writer.End();
    }

    protected override void TakeAnswer(byte type, ReadOnlySpan<byte> body)
    {
        switch ((char)type)
        {
            case 'T':
                _rows = new RowKeeper(RowColumns.Read(body), most);
                break;
            case 'D' when _rows is not null:
                _rows.Take(body);
                break;
            case 'C':
                _answers.Add(new QueryAnswer(_rows?.Finish(), CommandTag.RowsChanged(body)));
                _rows = null;
                break;
            case 'I':
                break;
            default:
                throw Unexpected(type);
        }
    }

    protected override IReadOnlyList<QueryAnswer> Answer() => _answers;
}

/// <summary>What one statement of a simple query answered.</summary>
/// <param name="Rows">Null for one that returns none.</param>
/// <param name="Changed">How many rows it changed.</param>
internal readonly record struct QueryAnswer(Answer? Rows, long Changed);
