using System.Net.Sockets;

namespace RaceLab.Engine.Wire;

/// <summary>A socket that never blocks. On the loop's thread only.</summary>
internal sealed class LoopSocket : ILoopSocket, IDisposable
{
    private readonly WireLoop _loop;
    private readonly Socket _socket;
    private TaskCompletionSource? _readable;
    private TaskCompletionSource? _writable;
    private short _wanted;
    private Exception? _closedBy;

    public LoopSocket(WireLoop loop, Socket socket)
    {
        _loop = loop;
        _socket = socket;
        _socket.Blocking = false;
    }

    /// <inheritdoc/>
    public int Place { get; set; }

    /// <summary>Called whenever there is something to read, where somebody always reads.</summary>
    public Action? Reading { get; private set; }

    /// <summary>Called ten times a second.</summary>
    public Action<long>? Ticking { get; set; }

    /// <summary>Called where the loop has ended before the socket did.</summary>
    public Action<Exception>? Ending { get; set; }

    /// <summary>From now on there is somebody who always reads.</summary>
    public void ReadWith(Action reading)
    {
        ThrowIfClosed();
        Reading = reading;
        Want(LibC.Readable, true);
    }

    /// <summary>Takes what has come.</summary>
    /// <returns>How many bytes; 0: the other side has closed; -1: nothing yet.</returns>
    /// <exception cref="SocketException">The connection is broken.</exception>
    public int Receive(Span<byte> into)
    {
        ThrowIfClosed();
        var count = _socket.Receive(into, SocketFlags.None, out var error);
        return Judge(count, error);
    }

    /// <summary>Sends as much as there is room for.</summary>
    /// <returns>How many bytes; -1: none now.</returns>
    /// <exception cref="SocketException">The connection is broken.</exception>
    public int Send(ReadOnlySpan<byte> bytes)
    {
        ThrowIfClosed();
        var count = _socket.Send(bytes, SocketFlags.None, out var error);
        return Judge(count, error);
    }

    /// <summary>Until there is something to read. One waits at a time.</summary>
    public Task ReadableAsync() => Await(ref _readable, LibC.Readable);

    /// <summary>Until there is room to write. One waits at a time.</summary>
    public Task WritableAsync() => Await(ref _writable, LibC.Writable);

    /// <inheritdoc/>
    public void Happened(short what)
    {
        // Errors and hang-ups come unasked, to whoever waits: reading or writing says what they are.
        if ((what & ~LibC.Writable) != 0)
        {
            if (Reading is { } reading) reading();
            else Complete(ref _readable, LibC.Readable);
        }

        if ((what & ~LibC.Readable) != 0 && Place != 0) Complete(ref _writable, LibC.Writable);
    }

    /// <inheritdoc/>
    public void Tick(long now) => Ticking?.Invoke(now);

    /// <inheritdoc/>
    public void LoopEnded()
    {
        var why = new ObjectDisposedException(nameof(WireLoop));
        Close(why);
        _loop.Forget(this);
        Ending?.Invoke(why);
    }

    /// <summary>Closes it; whoever waits gets the reason.</summary>
    public void Close(Exception why)
    {
        if (_closedBy is not null) return;
        _closedBy = why;
        _loop.Forget(this);
        _socket.Dispose();
        _readable?.TrySetException(why);
        _writable?.TrySetException(why);
    }

    public void Dispose() => Close(new ObjectDisposedException(nameof(LoopSocket)));

    private static int Judge(int count, SocketError error) => error switch
    {
        SocketError.Success => count,
        SocketError.WouldBlock or SocketError.Interrupted => -1,
        _ => throw new SocketException((int)error),
    };

    private Task Await(ref TaskCompletionSource? waiter, short what)
    {
        ThrowIfClosed();

        // Whoever waits goes on on the loop's thread.
        waiter = new TaskCompletionSource();
        Want(what, true);
        return waiter.Task;
    }

    private void Complete(ref TaskCompletionSource? waiter, short what)
    {
        if (waiter is not { } waited)
        {
            // A hang-up that nobody waits for would be reported again at once, and again.
            if (_wanted == 0) _loop.Forget(this);
            return;
        }

        waiter = null;
        if (Reading is null || what != LibC.Readable) Want(what, false);
        waited.SetResult();
    }

    private void Want(short what, bool wanted)
    {
        _wanted = (short)(wanted ? _wanted | what : _wanted & ~what);
        if (Place == 0) _loop.Watch(this, (int)_socket.Handle, _wanted);
        else _loop.Want(this, _wanted);
    }

    private void ThrowIfClosed()
    {
        if (_closedBy is not null) throw new SocketException((int)SocketError.Shutdown);
    }
}
