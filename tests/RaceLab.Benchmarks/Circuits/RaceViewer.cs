using System.Buffers.Binary;
using System.Diagnostics;
using System.Text.Json;
using RaceLab.Engine.Races;

namespace RaceLab.Benchmarks.Circuits;

/// <summary>Somebody at the race page, without a browser: presses Run, and takes the frames of a race.</summary>
internal sealed class RaceViewer : IPageScripts, IAsyncDisposable
{
    private readonly Lock _gate = new();
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Circuit? _circuit;
    private long _keys;
    private int _objects;
    private int _frames;
    private long _firstAt;
    private Exception? _failure;

    private RaceViewer()
    {
    }

    /// <summary>How many frames it was given.</summary>
    public int Frames => Volatile.Read(ref _frames);

    /// <summary>The newest of them.</summary>
    public FrameHead? Newest { get; private set; }

    /// <summary>Where the page is.</summary>
    public Uri Address { get; private set; } = new("about:blank");

    /// <summary>Its circuit.</summary>
    public Circuit Circuit => _circuit!;

    /// <summary>Opens the race page, or the page of one race.</summary>
    public static async Task<RaceViewer> OpenAsync(Uri page, CancellationToken cancellation)
    {
        var viewer = new RaceViewer { Address = page };
        viewer._circuit = await Circuit.OpenAsync(page, viewer, cancellation).ConfigureAwait(false);
        return viewer;
    }

    /// <summary>Presses the key that means Run, and waits until the page is that of the race.</summary>
    /// <returns>The race's address.</returns>
    public async Task<Uri> RunAsync(CancellationToken cancellation)
    {
        await UntilAliveAsync(cancellation).ConfigureAwait(false);
        await Circuit.CallAsync(_keys, "RunByKey", cancellation).ConfigureAwait(false);
        await UntilAsync(() => Address.AbsolutePath.StartsWith("/races/", StringComparison.Ordinal), "the race has an address", cancellation).ConfigureAwait(false);
        return Address;
    }

    /// <summary>Presses the key that means Run and waits for the first frame of that race.</summary>
    /// <returns>From the key to the frame's arrival. Painting it, a browser's affair, comes on top.</returns>
    public async Task<TimeSpan> RunToFirstFrameAsync(CancellationToken cancellation)
    {
        await UntilAliveAsync(cancellation).ConfigureAwait(false);
        var pressed = Stopwatch.GetTimestamp();
        await Circuit.CallAsync(_keys, "RunByKey", cancellation).ConfigureAwait(false);
        await UntilAsync(() => Frames > 0, "it has the race's first frame", cancellation).ConfigureAwait(false);
        return Stopwatch.GetElapsedTime(pressed, Interlocked.Read(ref _firstAt));
    }

    /// <summary>Waits until the page listens to its keys, which is when Run can be pressed.</summary>
    public Task UntilAliveAsync(CancellationToken cancellation) => UntilAsync(() => _keys > 0, "the page listens to its keys", cancellation);

    /// <summary>Goes to another address without leaving the circuit, as the browser's way back does, and waits until it is drawn.</summary>
    /// <param name="address">Relative to the lab's.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>From going to the arrival of what is to be drawn.</returns>
    public async Task<TimeSpan> GoAsync(string address, CancellationToken cancellation)
    {
        var to = new Uri(Address, address);
        var drawn = Circuit.NextRender();
        var went = Stopwatch.GetTimestamp();
        await Circuit.MoveAsync(to, cancellation).ConfigureAwait(false);
        try
        {
            var arrived = await drawn.WaitAsync(Circuit.Patience, cancellation).ConfigureAwait(false);
            Change(() => Address = to);
            return Stopwatch.GetElapsedTime(went, arrived);
        }
        catch (TimeoutException)
        {
            throw new CircuitException($"After {Circuit.Patience.TotalSeconds:F0} s the page still has not drawn {address}.");
        }
    }

    /// <summary>Presses the key that means Run where a race is under way, so that the page looks at it, draws itself anew and answers.</summary>
    public async Task<TimeSpan> PressAsync(CancellationToken cancellation)
    {
        var pressed = Stopwatch.GetTimestamp();
        await Circuit.AskAsync(_keys, "RunByKey", cancellation).ConfigureAwait(false);
        return Stopwatch.GetElapsedTime(pressed);
    }

    /// <summary>Presses the key that means Stop, and waits until no worker races any more.</summary>
    public async Task StopAsync(CancellationToken cancellation)
    {
        await Circuit.CallAsync(_keys, "StopByKey", cancellation).ConfigureAwait(false);
        await UntilFrameAsync(f => f.State >= RaceState.Counting, "the race has stopped", cancellation).ConfigureAwait(false);
    }

    /// <summary>Waits for a frame of a kind.</summary>
    public async Task<FrameHead> UntilFrameAsync(Func<FrameHead, bool> wanted, string what, CancellationToken cancellation)
    {
        await UntilAsync(() => Newest is { } newest && wanted(newest), what, cancellation).ConfigureAwait(false);
        return Newest!;
    }

    /// <inheritdoc/>
    public async Task<string> CallAsync(Circuit circuit, ScriptCall call, CancellationToken cancellation)
    {
        switch (call.Name)
        {
            case "import" or "create":
                return NewObject();
            case "listen":
                var self = call.Arguments[0];
                if (self.ValueKind == JsonValueKind.Object && self.TryGetProperty("__dotNetObject", out var id)) Change(() => _keys = id.GetInt64());
                return NewObject();
            case "draw" when call.Bytes is [var frame]:
                if (Interlocked.Increment(ref _frames) == 1) Interlocked.Exchange(ref _firstAt, Stopwatch.GetTimestamp());
                Change(() => Newest = FrameHead.Read(frame));
                return "null";
            case "Blazor._internal.navigationManager.navigateTo":
                var address = new Uri(Address, call.Arguments[0].GetString());
                await circuit.MoveAsync(address, cancellation).ConfigureAwait(false);
                Change(() => Address = address);
                return "null";
            default:
                return "null";
        }
    }

    /// <inheritdoc/>
    public void Ended(Exception failure) => Change(() => _failure = failure);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => Circuit.DisposeAsync();

    private string NewObject() => $$"""{"__jsObjectId":{{Interlocked.Increment(ref _objects)}}}""";

    private async Task UntilAsync(Func<bool> holds, string what, CancellationToken cancellation)
    {
        var waited = Stopwatch.StartNew();
        while (true)
        {
            Task changed;
            lock (_gate)
            {
                if (holds()) return;
                if (_failure is { } failure) throw new CircuitException($"The circuit ended before {what}: {failure.Message}");
                changed = _changed.Task;
            }

            var left = Circuit.Patience - waited.Elapsed;
            try
            {
                await changed.WaitAsync(left > TimeSpan.Zero ? left : TimeSpan.Zero, cancellation).ConfigureAwait(false);
            }
            catch (TimeoutException)
            {
                throw new CircuitException($"After {Circuit.Patience.TotalSeconds:F0} s the page still waits until {what}.");
            }
        }
    }

    private void Change(Action change)
    {
        TaskCompletionSource changed;
        lock (_gate)
        {
            change();
            changed = _changed;
            _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        changed.SetResult();
    }
}

/// <summary>What a frame says of the race (<see cref="RaceFrame"/>).</summary>
/// <param name="State">Where the race is in its life.</param>
/// <param name="Number">The frame's number.</param>
/// <param name="ElapsedMs">Since the start barrier.</param>
/// <param name="Attempts">How many have ended.</param>
/// <param name="Chart">Of a snapshot: how many had ended at each moment until then; empty in a delta.</param>
internal sealed record FrameHead(RaceState State, uint Number, uint ElapsedMs, long Attempts, IReadOnlyList<(uint ElapsedMs, uint Attempts)> Chart)
{
    private const int HeaderBytes = 68;
    private const int PointBytes = 28;
    private const int Outcomes = 6;

    /// <summary>Reads a frame.</summary>
    /// <exception cref="CircuitException">These bytes are none.</exception>
    public static FrameHead Read(ReadOnlySpan<byte> frame)
    {
        if (frame.Length < HeaderBytes) throw new CircuitException($"A frame has {frame.Length} bytes, which are too few.");
        long attempts = 0;
        for (var i = 0; i < Outcomes; i++) attempts += Whole(frame, 16 + (4 * i));
        var chart = new List<(uint, uint)>();
        if (frame[0] == 1)
        {
            var at = HeaderBytes + BinaryPrimitives.ReadUInt16LittleEndian(frame[2..]);
            for (var count = Whole(frame, at); count > 0; count--, at += PointBytes) chart.Add((Whole(frame, at + 4), Whole(frame, at + 4 + 24)));
        }

        return new FrameHead((RaceState)frame[1], Whole(frame, 4), Whole(frame, 8), attempts, chart);
    }

    private static uint Whole(ReadOnlySpan<byte> frame, int at) => at + 4 <= frame.Length
        ? BinaryPrimitives.ReadUInt32LittleEndian(frame[at..])
        : throw new CircuitException("A frame ends too early.");
}
