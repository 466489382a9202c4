using System.Collections.Concurrent;
using System.Diagnostics;
using System.IO.Pipes;
using System.Runtime.CompilerServices;

namespace RaceLab.Engine.Wire;

/// <summary>
/// One thread that waits for the sockets of many connections at once. An answer is read on it, whoever waited for it goes on there and then, sends its
/// next statement, and the loop goes on to the next socket: no other thread is woken. Whatever runs on it must not block.
/// </summary>
internal sealed class WireLoop : IAsyncDisposable
{
    private const int TickMs = 100;

    private readonly Thread _thread;
    private readonly ConcurrentQueue<ILoopWork> _posted = new();
    private readonly PriorityQueue<Pause, long> _pauses = new();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly AnonymousPipeServerStream _waker = new(PipeDirection.Out);
    private readonly AnonymousPipeClientStream _wakened;
    private LibC.Polled[] _polled = new LibC.Polled[16];
    private ILoopSocket?[] _sockets = new ILoopSocket?[16];
    private (ILoopSocket Socket, short Happened)[] _ready = new (ILoopSocket, short)[16];
    private int _count = 1;
    private int _first;
    private int _woken;
    private volatile bool _stopping;
    private volatile bool _over;

    private WireLoop()
    {
        _wakened = new AnonymousPipeClientStream(PipeDirection.In, _waker.ClientSafePipeHandle);
        _polled[0] = new LibC.Polled { Descriptor = (int)_wakened.SafePipeHandle.DangerousGetHandle(), Wanted = LibC.Readable };
        _thread = new Thread(Run) { IsBackground = true, Name = "racelab wire" };
    }

    /// <summary>Whether the caller is on its thread.</summary>
    public bool IsCurrent => Environment.CurrentManagedThreadId == _thread.ManagedThreadId;

    /// <exception cref="WireUnfitException">There is none on this system.</exception>
    public static WireLoop Start()
    {
        if (!LibC.HasPoll) throw new WireUnfitException("The wire engine needs Linux or macOS: choose the Npgsql engine.");
        var loop = new WireLoop();
        loop._thread.Start();
        return loop;
    }

    /// <summary>Does work on its thread, soon. Allocates nothing.</summary>
    public void Post(ILoopWork work)
    {
        _posted.Enqueue(work);
        if (_over) Abandon();
        else if (!IsCurrent) Wake();
    }

    /// <summary>Does work on its thread, soon; never where the loop has ended.</summary>
    public void Post(Action work) => Post(new Deed(work));

    /// <summary>Whoever waits for this goes on on the loop's thread, and nowhere else.</summary>
    /// <exception cref="ObjectDisposedException">The loop has ended.</exception>
    public Entry EnterAsync() => new(this);

    /// <summary>Waits for something at a socket; of what happens at once only one thing is said at a time. On its thread only.</summary>
    public void Watch(ILoopSocket socket, int descriptor, short wanted)
    {
        if (_count == _polled.Length)
        {
            Array.Resize(ref _polled, _count * 2);
            Array.Resize(ref _sockets, _count * 2);
            Array.Resize(ref _ready, _count * 2);
        }

        socket.Place = _count;
        _sockets[_count] = socket;
        _polled[_count++] = new LibC.Polled { Descriptor = descriptor, Wanted = wanted };
    }

    /// <summary>From now on waits for something else. On its thread only.</summary>
    public void Want(ILoopSocket socket, short wanted) => _polled[socket.Place].Wanted = wanted;

    /// <summary>Lets go of a socket. On its thread only.</summary>
    public void Forget(ILoopSocket socket)
    {
        var place = socket.Place;
        if (place == 0) return;
        socket.Place = 0;
        _count--;
        _sockets[place] = _sockets[_count];
        _polled[place] = _polled[_count];
        _sockets[_count] = null;
        if (_sockets[place] is { } moved) moved.Place = place;
    }

    /// <summary>Waits on its thread, and no longer than until it is cut short, which is no error.</summary>
    public ValueTask WaitAsync(TimeSpan wait, CancellationToken cutShort)
    {
        if (cutShort.IsCancellationRequested) return ValueTask.CompletedTask;
        var pause = new Pause(this, Stopwatch.GetTimestamp() + (long)(wait.TotalSeconds * Stopwatch.Frequency), cutShort);
        if (IsCurrent) pause.Run();
        else Post(pause);
        return pause.Ended;
    }

    /// <summary>Ends the thread. Statements that are still under way are lost.</summary>
    public async ValueTask DisposeAsync()
    {
        _stopping = true;
        Wake();
        await _ended.Task.ConfigureAwait(false);
        await _wakened.DisposeAsync().ConfigureAwait(false);
        await _waker.DisposeAsync().ConfigureAwait(false);
    }

    private void Wake()
    {
        if (Interlocked.Exchange(ref _woken, 1) == 0) _waker.WriteByte(0);
    }

    private void Run()
    {
        var nextTick = Stopwatch.GetTimestamp();
        while (!_stopping)
        {
            LibC.Wait(_polled.AsSpan(0, _count), Patience());
            if (_polled[0].Happened != 0)
            {
                _wakened.ReadByte();

                // A full fence: whoever finds it still set does not wake, and what he posted before must be seen below.
                Interlocked.Exchange(ref _woken, 0);
            }

            ServeReady();
            for (var left = _posted.Count; left > 0 && _posted.TryDequeue(out var work); left--) work.Run();
            var now = Stopwatch.GetTimestamp();
            while (_pauses.TryPeek(out var pause, out var until) && until <= now)
            {
                _pauses.Dequeue();
                pause.End();
            }

            if (now < nextTick) continue;
            nextTick = now + (Stopwatch.Frequency * TickMs / 1000);
            for (var i = _count - 1; i > 0; i--) _sockets[i]?.Tick(now);
        }

        while (_count > 1) _sockets[_count - 1]!.LoopEnded();
        while (_pauses.TryDequeue(out var pause, out _)) pause.End();
        _over = true;

        // Whoever did not see it has posted before, and his work must be seen here.
        Interlocked.MemoryBarrier();
        Abandon();
        _ended.SetResult();
    }

    /// <summary>
    /// Everybody with something to read gets one turn, whatever others do meanwhile: nobody starves. Each round begins with another one: who is served first has its next answer first, and would be
    /// ahead for good.
    /// </summary>
    private void ServeReady()
    {
        var ready = 0;
        if (++_first >= _count) _first = 1;
        Collect(_first, _count);
        Collect(1, _first);
        var served = _ready;
        for (var i = 0; i < ready; i++)
        {
            var (socket, happened) = served[i];
            if (socket.Place != 0) socket.Happened(happened);
        }

        void Collect(int from, int to)
        {
            for (var i = from; i < to; i++)
                if (_polled[i].Happened != 0) _ready[ready++] = (_sockets[i]!, _polled[i].Happened);
        }
    }

    private int Patience()
    {
        if (!_posted.IsEmpty) return 0;
        var most = _count > 1 ? TickMs : -1;
        if (!_pauses.TryPeek(out _, out var until)) return most;

        // Rounded up: poll counts in milliseconds, and a pause is never shorter than it was to be.
        var left = (int)Math.Clamp(Math.Ceiling((until - Stopwatch.GetTimestamp()) * 1000d / Stopwatch.Frequency), 0, int.MaxValue);
        return most < 0 ? left : Math.Min(left, most);
    }

    private void Abandon()
    {
        while (_posted.TryDequeue(out var work)) work.Abandon();
    }

    /// <summary>A wait that ends on the loop's thread.</summary>
    private sealed class Pause(WireLoop loop, long until, CancellationToken cutShort) : ILoopWork
    {
        private readonly TaskCompletionSource _ended = new();
        private CancellationTokenRegistration _cutting;

        public ValueTask Ended => new(_ended.Task);

        public void Run()
        {
            loop._pauses.Enqueue(this, until);
            _cutting = cutShort.UnsafeRegister(static state => ((Pause)state!).CutShort(), this);
        }

        public void Abandon() => _ended.TrySetResult();

        public void End()
        {
            _cutting.Unregister();
            _ended.TrySetResult();
        }

        private void CutShort() => loop.Post(new Deed(() => _ended.TrySetResult()));
    }

    private sealed class Deed(Action work) : ILoopWork
    {
        public void Run() => work();

        public void Abandon()
        {
        }
    }

    /// <summary>The way onto the loop's thread. Not a task: one that is complete before it is awaited would leave the caller where it is.</summary>
    public sealed class Entry(WireLoop loop) : INotifyCompletion, ILoopWork
    {
        private Action _goOn = static () => { };

        public bool IsCompleted => loop.IsCurrent;

        public Entry GetAwaiter() => this;

        public void OnCompleted(Action continuation)
        {
            _goOn = continuation;
            loop.Post(this);
        }

        public void GetResult() => ObjectDisposedException.ThrowIf(!loop.IsCurrent, loop);

        public void Run() => _goOn();

        public void Abandon() => _goOn();
    }
}

/// <summary>Something to be done on the loop's thread.</summary>
internal interface ILoopWork
{
    /// <summary>Does it.</summary>
    void Run();

    /// <summary>The loop has ended: nobody will do it.</summary>
    void Abandon();
}

/// <summary>A socket that a loop waits for.</summary>
internal interface ILoopSocket
{
    /// <summary>The loop's own note; 0: it does not wait for it.</summary>
    int Place { get; set; }

    /// <summary>Something that was wanted has happened, or the other side is gone.</summary>
    void Happened(short what);

    /// <summary>Some time has passed.</summary>
    /// <param name="now">As <see cref="Stopwatch.GetTimestamp"/> has it.</param>
    void Tick(long now);

    /// <summary>Nobody will wait any more: it closes.</summary>
    void LoopEnded();
}
