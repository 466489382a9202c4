using System.Net.Security;

namespace RaceLab.Engine.Wire;

/// <summary>Bytes on their way to the server. What the kernel has no room for goes when it has. On the loop's thread only.</summary>
/// <param name="failed">Told why nothing can be sent any more, where that shows only later.</param>
internal sealed class Outbox(Action<Exception> failed)
{
    private int _sent;

    /// <summary>Where messages are written; <see cref="Flush"/> sends them.</summary>
    public MessageWriter Messages { get; } = new();

    /// <summary>Whether something still waits for room.</summary>
    public bool IsSending { get; private set; }

    /// <summary>Sends what has been written. Nothing may be written while it <see cref="IsSending"/>.</summary>
    /// <param name="socket">To where.</param>
    /// <param name="secure">What encrypts it; null: nothing does.</param>
    /// <exception cref="System.Net.Sockets.SocketException">The connection is broken.</exception>
    public void Flush(LoopSocket socket, SslStream? secure)
    {
        if (IsSending) return;
        if (secure is not null)
        {
            _ = SendAsync(secure);
            return;
        }

        var count = socket.Send(Messages.Written);
        if (count == Messages.Written.Length)
        {
            Messages.Clear();
            return;
        }

        _sent = Math.Max(0, count);
        _ = SendRestAsync(socket);
    }

    private async Task SendRestAsync(LoopSocket socket)
    {
        IsSending = true;
        try
        {
            while (_sent < Messages.Written.Length)
            {
                await socket.WritableAsync().ConfigureAwait(false);
                _sent += Math.Max(0, socket.Send(Messages.Written[_sent..]));
            }

            Messages.Clear();
        }
        catch (Exception failure)
        {
            failed(failure);
        }
        finally
        {
            IsSending = false;
        }
    }

    private async Task SendAsync(SslStream secure)
    {
        IsSending = true;
        try
        {
            await secure.WriteAsync(Messages.WrittenMemory).ConfigureAwait(false);
            Messages.Clear();
        }
        catch (Exception failure)
        {
            failed(failure);
        }
        finally
        {
            IsSending = false;
        }
    }
}
