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
public static class SocketThreads
{
    private const string Count = "DOTNET_SYSTEM_NET_SOCKETS_THREAD_COUNT";

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
    /// Lets whoever awaits an answer on an open connection go on on the thread that its socket belongs to. From then on no token may cancel its statements: Npgsql would send the request with calls that
    /// block until these threads have served them, and hold a lock meanwhile that whoever takes the answer on such a thread waits for.
    /// </summary>
    /// <returns>False where this .NET or this Npgsql cannot do so; everything stays as it was.</returns>
    internal static bool TryAnswerOn(NpgsqlConnection connection)
    {
        try
        {
            if (ConnectorOf(connection) is not { } connector) return false;
            PreferInline(SocketOf(connector).SafeHandle, true);
            return true;
        }
        catch (MissingMemberException)
        {
            return false;
        }
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
}
