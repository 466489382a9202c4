using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Npgsql;

namespace RaceLab.Engine.Wire;

/// <summary>Makes connections, with TLS where the target asks for it. On the loop's thread only.</summary>
internal static class Dialing
{
    private const int AskForTls = 80877103;

    /// <summary>Connects.</summary>
    /// <param name="loop">Waits.</param>
    /// <param name="target">Whereto.</param>
    /// <param name="dialled">Told of each socket before it waits, so that somebody can close it.</param>
    /// <exception cref="SocketException">Nobody answers there.</exception>
    public static async Task<LoopSocket> ConnectAsync(WireLoop loop, WireTarget target, Action<LoopSocket> dialled)
    {
        if (target.IsUnixSocket)
        {
            // Does not wait: the server's queue is longer than the lab has workers.
            var local = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            try
            {
                local.Connect(new UnixDomainSocketEndPoint(target.Place));
            }
            catch
            {
                local.Dispose();
                throw;
            }

            var open = new LoopSocket(loop, local);
            dialled(open);
            return open;
        }

        var addresses = IPAddress.TryParse(target.Host, out var address) ? [address] : await Dns.GetHostAddressesAsync(target.Host).ConfigureAwait(false);
        await loop.EnterAsync();
        for (var i = 0; ; i++)
        {
            try
            {
                return await ConnectAsync(loop, new IPEndPoint(addresses[i], target.Port), dialled).ConfigureAwait(false);
            }
            catch (SocketException) when (i + 1 < addresses.Length)
            {
                // A name may have an address at which nobody listens: the next one is tried, and the last one's failure is told.
            }
        }
    }

    /// <summary>Asks the server for TLS, and lays it over the socket.</summary>
    /// <returns>Null: the server has none, and the target does not insist.</returns>
    /// <exception cref="NpgsqlException">It does insist.</exception>
    /// <exception cref="System.Security.Authentication.AuthenticationException">The certificate is not trusted.</exception>
    public static async Task<SslStream?> SecureAsync(LoopSocket socket, WireTarget target)
    {
        var insists = target.SslMode is SslMode.Require or SslMode.VerifyCA or SslMode.VerifyFull;
        if (target.SslMode == SslMode.Disable || (target.IsUnixSocket && !insists)) return null;
        var stream = new LoopStream(socket);
        var ask = new MessageWriter();
        ask.Begin();
        ask.Int32(AskForTls);
        ask.End();
        await stream.WriteAsync(ask.WrittenMemory).ConfigureAwait(false);

        // One byte and no more: what came behind it in the clear would be taken for the server's own words.
        var said = new byte[1];
        if (await stream.ReadAsync(said).ConfigureAwait(false) == 0) throw new NpgsqlException($"The server at {target.Place} closed the connection when it was asked for TLS.");
        switch (said[0])
        {
            case (byte)'S':
                break;
            case (byte)'N' when !insists:
                return null;
            case (byte)'N':
                throw new NpgsqlException($"The server at {target.Place} has no TLS, and SSL Mode={target.SslMode} insists on it.");
            default:
                throw new WireProtocolException("The server answered neither yes nor no when it was asked for TLS.");
        }

        var secure = new SslStream(stream);
        try
        {
            await secure.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
            {
                TargetHost = target.Host,
                CertificateRevocationCheckMode = target.ChecksRevocation ? X509RevocationMode.Online : X509RevocationMode.NoCheck,
                RemoteCertificateValidationCallback = (_, certificate, chain, errors) => IsTrusted(target, certificate, chain, errors),
            }).ConfigureAwait(false);
            return secure;
        }
        catch
        {
            await secure.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>As Npgsql has it: Prefer and Require encrypt and ask nobody; VerifyCA asks who signed; VerifyFull for which host as well.</summary>
    internal static bool IsTrusted(WireTarget target, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (target.SslMode is not (SslMode.VerifyCA or SslMode.VerifyFull)) return true;
        if (certificate is not X509Certificate2 shown || chain is null || errors.HasFlag(SslPolicyErrors.RemoteCertificateNotAvailable)) return false;
        if (target.SslMode == SslMode.VerifyFull && errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch)) return false;
        if (target.RootCertificate is null) return !errors.HasFlag(SslPolicyErrors.RemoteCertificateChainErrors);
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.ImportFromPemFile(target.RootCertificate);
        return chain.Build(shown);
    }

    private static async Task<LoopSocket> ConnectAsync(WireLoop loop, IPEndPoint place, Action<LoopSocket> dialled)
    {
        var remote = new Socket(place.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        var socket = new LoopSocket(loop, remote);
        dialled(socket);
        try
        {
            try
            {
                remote.Connect(place);
            }
            catch (SocketException waits) when (waits.SocketErrorCode is SocketError.WouldBlock or SocketError.InProgress)
            {
                await socket.WritableAsync().ConfigureAwait(false);
                if (remote.GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.Error) is int and not 0 and var error) throw new SocketException(error);
            }

            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
