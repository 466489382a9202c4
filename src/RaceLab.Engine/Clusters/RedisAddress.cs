using System.Globalization;
using System.Net;
using System.Net.Sockets;
using RaceLab.Engine.Sessions;

namespace RaceLab.Engine.Clusters;

/// <summary>Where a Redis is, and how to log in.</summary>
/// <param name="EndPoint">A Unix socket, or a host with its port.</param>
/// <param name="User">Null: the default user.</param>
/// <param name="Password">Null: none is asked for. Never shown.</param>
/// <param name="Database">0 or more.</param>
/// <param name="IsEncrypted">Whether it is spoken to by TLS.</param>
/// <param name="RootCertificate">With TLS: the file of an authority to trust; null: those that this machine trusts.</param>
internal sealed record RedisAddress(
    EndPoint EndPoint, string? User = null, string? Password = null, int Database = 0, bool IsEncrypted = false, string? RootCertificate = null)
{
    private const int DefaultPort = 6379;
    private const string Authority = "?root-certificate=";

    /// <summary>How it is called in sentences: without user and password.</summary>
    public string Place => EndPoint switch
    {
        UnixDomainSocketEndPoint socket => socket.ToString(),
        DnsEndPoint host => string.Create(CultureInfo.InvariantCulture, $"{host.Host}:{host.Port}"),
        _ => EndPoint.ToString() ?? "",
    };

    /// <summary>Reads an address such as <c>redis://user:password@host:6379/0</c>, or <c>rediss://…</c> for TLS, with <c>?root-certificate=…</c> where need be.</summary>
    /// <exception cref="ServerRefusedException">It is none; the message does not quote it.</exception>
    public static RedisAddress Parse(string text)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri) || uri.Scheme is not ("redis" or "rediss") || uri.Host.Length == 0)
            throw new ServerRefusedException("The address of Redis cannot be read: write it as redis://host:6379 or redis://user:password@host:6379/0, with rediss:// for TLS.");
        var encrypted = uri.Scheme == "rediss";
        if (uri.Query.Length > 0 && !(encrypted && uri.Query.StartsWith(Authority, StringComparison.Ordinal)))
            throw new ServerRefusedException("After its database the address of Redis has nothing, or with rediss:// the file of an authority to trust: rediss://host:6379/0?root-certificate=/path/ca.crt.");
        var authority = uri.Query.Length == 0 ? null : Uri.UnescapeDataString(uri.Query[Authority.Length..]);
        if (authority is not null && !File.Exists(authority)) throw new ServerRefusedException("The root certificate that the address of Redis names is no file that the lab can see.");

        var path = uri.AbsolutePath.Trim('/');
        if (!int.TryParse(path.Length == 0 ? "0" : path, NumberStyles.None, CultureInfo.InvariantCulture, out var database))
            throw new ServerRefusedException("The address of Redis ends in the number of a database, such as redis://host:6379/0, or in nothing.");
        var login = uri.UserInfo.Split(':', 2);
        return new RedisAddress(
            new DnsEndPoint(uri.DnsSafeHost, uri.Port < 0 ? DefaultPort : uri.Port),
            login[0].Length == 0 ? null : Uri.UnescapeDataString(login[0]),
            login.Length < 2 ? null : Uri.UnescapeDataString(login[1]),
            database,
            encrypted,
            authority);
    }

    /// <summary>Nothing that could end up in a log.</summary>
    public override string ToString() => $"Redis at {Place}";
}
