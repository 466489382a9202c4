using System.Net.Sockets;
using System.Security.Authentication;
using Npgsql;

namespace RaceLab.Engine.Sessions;

/// <summary>Puts what a server, or the way to it, complains about into sentences for the person who meets them. Never with a password.</summary>
internal static class ServerWords
{
    /// <summary>Where a connection string leads: "host:port", or the socket's directory.</summary>
    public static string Place(NpgsqlConnectionStringBuilder target)
    {
        var host = string.IsNullOrEmpty(target.Host) ? "localhost" : target.Host;
        return host.StartsWith('/') ? $"the socket in {host}" : $"{host}:{target.Port}";
    }

    /// <summary>The first complaint in the output of a program, which is the cause of those after it, without time stamp and severity.</summary>
    public static string FirstError(string output)
    {
        var lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        string[] marks = ["PANIC:", "FATAL:", "error:", "ERROR:"];
        var line = lines.FirstOrDefault(l => marks.Any(m => l.Contains(m, StringComparison.Ordinal))) ?? lines.LastOrDefault() ?? "it gave no reason";
        foreach (var mark in marks)
        {
            var at = line.IndexOf(mark, StringComparison.Ordinal);
            if (at >= 0) line = line[(at + mark.Length)..].Trim();
        }

        return line.EndsWith('.') ? line : line + ".";
    }

    /// <summary>What a failed connection or statement means.</summary>
    public static string Describe(Exception failure, NpgsqlConnectionStringBuilder target)
    {
        var place = Place(target);
        for (var cause = failure; cause is not null; cause = cause.InnerException)
        {
            switch (cause)
            {
                case PostgresException { SqlState: PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidAuthorizationSpecification } refused:
                    return $"PostgreSQL at {place} refused the log-in: {Sentence(refused.MessageText)} Correct the user or the password in the connection string.";
                case PostgresException { SqlState: PostgresErrorCodes.InvalidCatalogName } refused:
                    return $"PostgreSQL at {place} has no such database: {Sentence(refused.MessageText)} Correct the connection string.";
                case PostgresException { SqlState: PostgresErrorCodes.TooManyConnections }:
                    return $"PostgreSQL at {place} has no connection left. Close other programs that use it, or raise max_connections.";
                case PostgresException { SqlState: PostgresErrorCodes.CannotConnectNow or PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown }:
                    return $"PostgreSQL at {place} is starting or stopping. Try again in a moment.";
                case PostgresException { SqlState: PostgresErrorCodes.DiskFull }:
                    return $"PostgreSQL at {place} has no disk space left. Free some, then try again.";
                case PostgresException { SqlState: PostgresErrorCodes.InsufficientPrivilege } refused:
                    return $"PostgreSQL at {place} does not allow it: {Sentence(refused.MessageText)}";
                case PostgresException other:
                    return $"PostgreSQL at {place} refused: {Sentence(other.MessageText)}";
                case SocketException { SocketErrorCode: SocketError.HostNotFound or SocketError.TryAgain or SocketError.NoData }:
                    return $"There is no machine of that name for PostgreSQL at {place}. Correct the connection string.";
                case SocketException socket:
                    return $"PostgreSQL at {place} cannot be reached: {Sentence(socket.Message)} Start it, or correct the connection string.";
                case AuthenticationException:
                    return $"The certificate of PostgreSQL at {place} is not trusted: {Sentence(cause.Message)} Name the authority that signed it with Root Certificate=… in the connection string, and the host as the certificate has it.";
                case TimeoutException:
                    return $"PostgreSQL at {place} did not answer in time. See whether it runs and is not overloaded.";
            }
        }

        return $"The connection to PostgreSQL at {place} failed: {Sentence(failure.Message)}";
    }

    private static string Sentence(string text)
    {
        text = text.Trim();
        if (text.Length == 0) return text;
        text = char.ToUpperInvariant(text[0]) + text[1..];
        return text.EndsWith('.') ? text : text + ".";
    }
}
