using System.Buffers;
using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;

namespace RaceLab.Benchmarks.Circuits;

/// <summary>
/// One browser tab as a page's server sees it: asks for the page, opens its circuit over a WebSocket, says that it has drawn whatever it is told to draw, and answers calls to its scripts.
/// It draws nothing, so that fifty of them measure the server and not fifty browsers. Its answers to scripts are <see cref="IPageScripts"/>'s.
/// </summary>
internal sealed class Circuit : IAsyncDisposable
{
    /// <summary>How long anything may take that a server is waited for.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan SignOfLife = TimeSpan.FromSeconds(15);

    private readonly CancellationTokenSource _over = new();
    private readonly SemaphoreSlim _sending = new(1);
    private readonly ConcurrentDictionary<string, TaskCompletionSource<object?>> _calls = new();
    private readonly ConcurrentDictionary<long, byte[]> _bytes = new();
    private readonly TaskCompletionSource _reading = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ClientWebSocket _socket = new();
    private TaskCompletionSource<long> _rendered = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly HttpClient _http;
    private readonly SocketsHttpHandler _handler;
    private readonly IPageScripts _scripts;
    private CountingStream? _line;
    private Task _received = Task.CompletedTask;
    private Task _alive = Task.CompletedTask;
    private string? _id;
    private int _lastCall;
    private volatile Silence _silence;

    private Circuit(Uri page, IPageScripts scripts)
    {
        _scripts = scripts;
        _handler = new SocketsHttpHandler { CookieContainer = new CookieContainer(), ConnectCallback = ConnectAsync };
        _http = new HttpClient(_handler) { BaseAddress = new Uri(page.GetLeftPart(UriPartial.Authority)), Timeout = Patience };
    }

    /// <summary>Bytes that came over the WebSocket's line, whatever came over it before included.</summary>
    public long BytesReceived => _line?.BytesRead ?? 0;

    /// <summary>Bytes that went.</summary>
    public long BytesSent => _line?.BytesWritten ?? 0;

    /// <summary>How often the page was told to draw something anew.</summary>
    public int Renders { get; private set; }

    /// <summary>Why the circuit ended though nobody ended it; null: it lives, or was ended by its own side.</summary>
    public Exception? Failure { get; private set; }

    /// <summary>Opens a page and its circuit. When it returns, the components are on their way.</summary>
    /// <param name="page">The page's full address.</param>
    /// <param name="scripts">Answers what the server asks of the page's scripts.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="HttpRequestException">The page cannot be had.</exception>
    /// <exception cref="CircuitException">There is a page, and it opens no circuit.</exception>
    public static async Task<Circuit> OpenAsync(Uri page, IPageScripts scripts, CancellationToken cancellation)
    {
        var circuit = new Circuit(page, scripts);
        try
        {
            await circuit.OpenAsync(page, cancellation).ConfigureAwait(false);
            return circuit;
        }
        catch
        {
            await circuit.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Calls a method of an object that the server has handed to a script, and does not wait for its end.</summary>
    public Task CallAsync(long objectId, string method, CancellationToken cancellation) =>
        SendAsync(HubMessage.Call(null, "BeginInvokeDotNetFromJS", NextCall(), null, method, objectId, "[]"), cancellation);

    /// <summary>Calls such a method and waits until it has ended, and whatever it had drawn has come.</summary>
    /// <exception cref="CircuitException">It failed, or the circuit ended before.</exception>
    public async Task AskAsync(long objectId, string method, CancellationToken cancellation)
    {
        var id = NextCall();
        await AnsweredAsync(id, HubMessage.Call(null, "BeginInvokeDotNetFromJS", id, null, method, objectId, "[]"), cancellation).ConfigureAwait(false);
    }

    /// <summary>The next time that the page is told to draw something anew: when that came, by the clock of <see cref="Stopwatch"/>.</summary>
    public Task<long> NextRender() => Volatile.Read(ref _rendered).Task;

    /// <summary>Tells the server that the page's address has changed, as browsers do.</summary>
    public Task MoveAsync(Uri address, CancellationToken cancellation) =>
        SendAsync(HubMessage.Call(null, "OnLocationChanged", address.AbsoluteUri, null, false), cancellation);

    /// <summary>From now on this page is a bad one.</summary>
    public void Fall(Silence silence) => _silence = silence;

    /// <summary>Closes the tab, as a browser does: the server may forget the circuit at once.</summary>
    public async ValueTask DisposeAsync()
    {
        await _over.CancelAsync().ConfigureAwait(false);
        _reading.TrySetResult();
        await Task.WhenAll(_received, _alive).ConfigureAwait(false);
        if (_id is not null && _silence != Silence.ReadsNothing)
        {
            try
            {
                using var form = new MultipartFormDataContent { { new StringContent(_id), "circuitId" } };
                using var response = await _http.PostAsync("_blazor/disconnect", form).ConfigureAwait(false);
            }
            catch (Exception gone) when (gone is HttpRequestException or TaskCanceledException)
            {
                // The server has gone first.
            }
        }

        _socket.Dispose();
        _http.Dispose();
        _sending.Dispose();
        _over.Dispose();
    }

    private async Task OpenAsync(Uri page, CancellationToken cancellation)
    {
        var html = await _http.GetStringAsync(page, cancellation).ConfigureAwait(false);
        var markers = PageMarkers.Read(html);
        using var negotiated = await _http.PostAsync("_blazor/negotiate?negotiateVersion=1", null, cancellation).ConfigureAwait(false);
        negotiated.EnsureSuccessStatusCode();
        using var answer = JsonDocument.Parse(await negotiated.Content.ReadAsStringAsync(cancellation).ConfigureAwait(false));
        var token = answer.RootElement.GetProperty("connectionToken").GetString()!;

        // As Chromium asks: whether it is compressed is the server's choice.
        _socket.Options.DangerousDeflateOptions = new WebSocketDeflateOptions();
        _socket.Options.KeepAliveInterval = TimeSpan.Zero;
        using var line = new HttpMessageInvoker(_handler, disposeHandler: false);
        var address = new UriBuilder(new Uri(_http.BaseAddress!, $"_blazor?id={Uri.EscapeDataString(token)}")) { Scheme = "ws" }.Uri;
        await _socket.ConnectAsync(address, line, cancellation).ConfigureAwait(false);
        await _socket.SendAsync(Encoding.UTF8.GetBytes("{\"protocol\":\"blazorpack\",\"version\":1}\u001e"), WebSocketMessageType.Text, true, cancellation).ConfigureAwait(false);
        _received = ReceiveAsync();
        _alive = StayAliveAsync();

        _id = await AskAsync("StartCircuit", cancellation, _http.BaseAddress!.AbsoluteUri, page.AbsoluteUri, "[]", "").ConfigureAwait(false) as string
            ?? throw new CircuitException("The server opened no circuit.");
        await SendAsync(HubMessage.Call(null, "UpdateRootComponents", markers.Operations, markers.State), cancellation).ConfigureAwait(false);
    }

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellation)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(context.DnsEndPoint, cancellation).ConfigureAwait(false);
        }
        catch
        {
            socket.Dispose();
            throw;
        }

        // Requests come one after another, so that the last line is the WebSocket's, be it a new one or not.
        return _line = new CountingStream(new NetworkStream(socket, ownsSocket: true));
    }

    private Task<object?> AskAsync(string target, CancellationToken cancellation, params object?[] arguments)
    {
        var id = NextCall();
        return AnsweredAsync(id, HubMessage.Call(id, target, arguments), cancellation);
    }

    private async Task<object?> AnsweredAsync(string id, HubMessage call, CancellationToken cancellation)
    {
        var answered = _calls[id] = new TaskCompletionSource<object?>(TaskCreationOptions.RunContinuationsAsynchronously);
        if (Failure is { } failure) answered.TrySetException(failure);
        await SendAsync(call, cancellation).ConfigureAwait(false);
        try
        {
            return await answered.Task.WaitAsync(Patience, cancellation).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            throw new CircuitException($"The server has not answered within {Patience.TotalSeconds:F0} s.");
        }
    }

    private async Task SendAsync(HubMessage message, CancellationToken cancellation)
    {
        await _sending.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            await _socket.SendAsync(message.ToBytes(), WebSocketMessageType.Binary, true, cancellation).ConfigureAwait(false);
        }
        finally
        {
            _sending.Release();
        }
    }

    private async Task StayAliveAsync()
    {
        try
        {
            using var ticks = new PeriodicTimer(SignOfLife);
            while (await ticks.WaitForNextTickAsync(_over.Token).ConfigureAwait(false)) await SendAsync(HubMessage.Ping, _over.Token).ConfigureAwait(false);
        }
        catch (Exception ended) when (ended is OperationCanceledException or WebSocketException)
        {
            // The receiving side says why, where there is something to say.
        }
    }

    private async Task ReceiveAsync()
    {
        try
        {
            var room = new byte[16 * 1024];
            var arrived = new ArrayBufferWriter<byte>();
            var shaken = false;
            while (true)
            {
                if (_silence == Silence.ReadsNothing) await _reading.Task.ConfigureAwait(false);
                var received = await _socket.ReceiveAsync(room.AsMemory(), _over.Token).ConfigureAwait(false);
                if (received.MessageType == WebSocketMessageType.Close) throw new CircuitException("The server closed the circuit.");
                arrived.Write(room.AsSpan(0, received.Count));
                if (!received.EndOfMessage) continue;
                var rest = arrived.WrittenMemory;
                if (!shaken)
                {
                    // The first calls may come in one piece with the greeting.
                    if (!rest.Span.StartsWith(Greeting)) throw new CircuitException($"The server does not speak blazorpack: {Encoding.UTF8.GetString(rest.Span)}");
                    rest = rest[Greeting.Length..];
                    shaken = true;
                }

                rest = await TakeAsync(rest).ConfigureAwait(false);
                var left = rest.ToArray();
                arrived.ResetWrittenCount();
                arrived.Write(left);
            }
        }
        catch (OperationCanceledException) when (_over.IsCancellationRequested)
        {
            // The tab is closed.
        }
        catch (Exception failure) when (failure is WebSocketException or CircuitException or FormatException or IOException)
        {
            if (!_over.IsCancellationRequested) Failure = failure;
            foreach (var call in _calls.Values) call.TrySetException(failure);
            Volatile.Read(ref _rendered).TrySetException(failure);
            _scripts.Ended(failure);
        }
    }

    /// <returns>What has not arrived whole.</returns>
    private async Task<ReadOnlyMemory<byte>> TakeAsync(ReadOnlyMemory<byte> bytes)
    {
        while (Next(ref bytes) is { } message)
        {
            switch (message.Kind)
            {
                case HubMessageKind.Invocation: await AnswerAsync(message.Target!, message.Arguments!).ConfigureAwait(false); break;
                case HubMessageKind.Completion when message.CallId is { } id && _calls.TryRemove(id, out var call):
                    if (message.Error is { } error) call.TrySetException(new CircuitException(error));
                    else call.TrySetResult(message.Arguments?[0]);
                    break;
                case HubMessageKind.Close: throw new CircuitException($"The server closed the circuit: {message.Error}");
            }
        }

        return bytes;

        static HubMessage? Next(ref ReadOnlyMemory<byte> rest)
        {
            var span = rest.Span;
            var message = HubMessage.TryTake(ref span);
            rest = rest[^span.Length..];
            return message;
        }
    }

    private async Task AnswerAsync(string target, object?[] arguments)
    {
        switch (target)
        {
            case "JS.RenderBatch":
                Renders++;
                Interlocked.Exchange(ref _rendered, new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult(Stopwatch.GetTimestamp());
                if (_silence == Silence.None) await SendAsync(HubMessage.Call(null, "OnRenderCompleted", arguments[0], null), _over.Token).ConfigureAwait(false);
                break;
            case "JS.ReceiveByteArray":
                _bytes[(long)arguments[0]!] = (byte[])arguments[1]!;
                break;
            case "JS.BeginInvokeJS":
                await RunScriptAsync((long)arguments[0]!, (string)arguments[1]!, (string?)arguments[2], (long)arguments[4]!).ConfigureAwait(false);
                break;
            case "JS.EndInvokeDotNet" when _calls.TryRemove((string)arguments[0]!, out var ended):
                if (arguments[1] is true) ended.TrySetResult(null);
                else ended.TrySetException(new CircuitException($"The page's own method failed: {arguments[2]}"));
                break;
            case "JS.Error": throw new CircuitException($"The server gave the circuit up: {arguments.FirstOrDefault()}");
        }
    }

    private async Task RunScriptAsync(long handle, string name, string? arguments, long target)
    {
        using var read = JsonDocument.Parse(arguments ?? "[]");
        var byteArrays = new List<byte[]>();
        foreach (var argument in read.RootElement.EnumerateArray())
            if (argument.ValueKind == JsonValueKind.Object && argument.TryGetProperty("__byte[]", out var id) && _bytes.TryRemove(id.GetInt64(), out var bytes)) byteArrays.Add(bytes);
        if (_silence != Silence.None) return;
        var result = await _scripts.CallAsync(this, new ScriptCall(target, name, read.RootElement, byteArrays), _over.Token).ConfigureAwait(false);
        if (handle == 0) return;
        await SendAsync(HubMessage.Call(null, "EndInvokeJSFromDotNet", handle, true, $"[{handle.ToString(CultureInfo.InvariantCulture)},true,{result}]"), _over.Token).ConfigureAwait(false);
    }

    private static ReadOnlySpan<byte> Greeting => "{}\u001e"u8;

    private string NextCall() => Interlocked.Increment(ref _lastCall).ToString(CultureInfo.InvariantCulture);
}
