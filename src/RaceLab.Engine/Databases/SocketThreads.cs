using System.Globalization;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Npgsql;
using Npgsql.Internal;

namespace RaceLab.Engine.Databases;

/// <summary>
/// The threads on which .NET waits for the sockets of a process. Usually they wake another thread for whoever awaits an answer; a connection can be told to go on there and then instead,
/// which saves that. Nothing that runs there may block: all other sockets of such a thread, the page's among them, would wait for it.
/// </summary>
public sealed class SocketThreads
{
    private const string Count = "DOTNET_SYSTEM_NET_SOCKETS_THREAD_COUNT";

    private readonly int _most;
    private readonly HashSet<SafeSocketHandle> _sockets = [];

    /// <param name="most">How many connections may go on there at once. Where there are more none does: the page's own sockets would wait for too many others.</param>
    internal SocketThreads(int most) => _most = most;

    /// <summary>Those of the lab: for eight workers on each processor.</summary>
    internal static SocketThreads Shared { get; } = new(8 * Environment.ProcessorCount);

    /// <summary>
    /// Has .NET start one for each processor, as it does where all sockets go on there; otherwise it would be one for every thirty, and that one shares a processor with dozens of backends. To be called
    /// before the first socket is made; what the environment says already stays.
    /// </summary>
    public static void OnePerProcessor()
    {
        if (Environment.GetEnvironmentVariable(Count) is null)
            Environment.SetEnvironmentVariable(Count, Environment.ProcessorCount.ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>
    /// Lets whoever awaits an answer on an open connection go on on the thread that its socket belongs to, as long as not too many do. From then on no token may cancel its statements: Npgsql would send the
    /// request with calls that block until these threads have served them, and hold a lock meanwhile that whoever takes the answer on such a thread waits for.
    /// </summary>
    /// <returns>To be disposed with the connection; null where this .NET or this Npgsql cannot do so, and everything stays as it was.</returns>
    internal IDisposable? TryJoin(NpgsqlConnection connection)
    {
        try
        {
            if (ConnectorOf(connection) is not { } connector) return null;
            var socket = SocketOf(connector).SafeHandle;
            lock (_sockets)
            {
                // First, since this is what may be missing.
                PreferInline(socket, _sockets.Count < _most);
                if (_sockets.Count == _most) Prefer(false);
                _sockets.Add(socket);
            }

            return new Membership(this, socket);
        }
        catch (MissingMemberException)
        {
            return null;
        }
    }

    private void Leave(SafeSocketHandle socket)
    {
        lock (_sockets)
        {
            if (_sockets.Remove(socket) && _sockets.Count == _most) Prefer(true);
        }
    }

    private void Prefer(bool inline)
    {
        foreach (var socket in _sockets) PreferInline(socket, inline);
    }

    // Neither Npgsql nor .NET offers this to the outside for a single connection; SocketThreadsTests finds out when a new version has it no more.
#pragma warning disable NPG9001 // For evaluation purposes only: that is what the catch is for.
    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "get_Connector")]
    private static extern NpgsqlConnector? ConnectorOf(NpgsqlConnection connection);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_socket")]
    private static extern ref Socket SocketOf(NpgsqlConnector connector);
#pragma warning restore NPG9001

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "set_PreferInlineCompletions")]
    private static extern void PreferInline(SafeSocketHandle handle, bool inline);

    private sealed class Membership(SocketThreads threads, SafeSocketHandle socket) : IDisposable
    {
        public void Dispose() => threads.Leave(socket);
    }
}
