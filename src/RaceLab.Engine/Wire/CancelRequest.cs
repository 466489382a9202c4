using System.Net.Sockets;
using Npgsql;

namespace RaceLab.Engine.Wire;

/// <summary>A cancel request, which travels on a connection of its own and has no answer (<see href="https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-CANCELING-REQUESTS">protocol flow</see>).</summary>
internal static class CancelRequest
{
    private const int Code = 80877102;

    /// <summary>Asks the server to end what a session is doing. Where it does not get there, the statement's own deadline does its work.</summary>
    /// <param name="loop">On which it runs.</param>
    /// <param name="target">The server.</param>
    /// <param name="processId">The session's process.</param>
    /// <param name="secret">What the server told the session's client when it let it in.</param>
    public static async Task SendAsync(WireLoop loop, WireTarget target, int processId, byte[] secret)
    {
        LoopSocket? socket = null;
        try
        {
            socket = await Dialing.ConnectAsync(loop, target, dialled => socket = dialled).ConfigureAwait(false);
            var secure = await Dialing.SecureAsync(socket, target).ConfigureAwait(false);
            var stream = secure ?? (Stream)new LoopStream(socket);
            await using var closing = stream.ConfigureAwait(false);
            var request = new MessageWriter();
            request.Begin();
            request.Int32(Code);
            request.Int32(processId);
            request.Bytes(secret);
            request.End();
            await stream.WriteAsync(request.WrittenMemory).ConfigureAwait(false);

            // The server closes when it has passed the request on.
            await stream.ReadAsync(new byte[1]).ConfigureAwait(false);
        }
        catch (Exception unreachable) when (unreachable is SocketException or IOException or NpgsqlException or System.Security.Authentication.AuthenticationException or ObjectDisposedException)
        {
            // The statement's own deadline is running.
        }
        finally
        {
            socket?.Dispose();
        }
    }
}
