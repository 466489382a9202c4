using System.Net.Sockets;
using System.Security.Authentication;
using RaceLab.Engine.Sessions;
using StackExchange.Redis;

namespace RaceLab.Engine.Clusters;

/// <summary>A connection to a Redis, which many may use at once, and its failures in words.</summary>
internal sealed class RedisConnection : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly RedisAddress _address;
    private readonly ConnectionMultiplexer _redis;

    private RedisConnection(RedisAddress address, ConnectionMultiplexer redis)
    {
        _address = address;
        _redis = redis;
    }

    /// <summary>Connects and logs in.</summary>
    /// <exception cref="ServerRefusedException">It cannot be reached, or refuses the log-in.</exception>
    public static async Task<RedisConnection> OpenAsync(RedisAddress address, CancellationToken cancellation)
    {
        await KnockAsync(address, cancellation).ConfigureAwait(false);
        var connecting = ConnectionMultiplexer.ConnectAsync(OptionsFor(address));
        try
        {
            return new RedisConnection(address, await connecting.WaitAsync(cancellation).ConfigureAwait(false));
        }
        catch (OperationCanceledException)
        {
            // Nobody waits for it any more: whenever it is there, it goes.
            _ = connecting.ContinueWith(static late => late.Result.Dispose(), CancellationToken.None, TaskContinuationOptions.OnlyOnRanToCompletion, TaskScheduler.Default);
            throw;
        }
        catch (Exception failure) when (failure is RedisException or TimeoutException or IOException)
        {
            throw new ServerRefusedException(DescribeOpening(address, failure), failure);
        }
    }

    /// <summary>Sends a command and waits for its answer. It is never given up in the middle: whoever sent it has to know what became of it.</summary>
    /// <exception cref="ServerRefusedException">The connection is gone, no answer came in time, or Redis refused.</exception>
    public async Task<T> AskAsync<T>(Func<IDatabaseAsync, Task<T>> command)
    {
        try
        {
            return await command(_redis.GetDatabase()).ConfigureAwait(false);
        }
        catch (RedisServerException refused)
        {
            throw new ServerRefusedException($"Redis at {_address.Place} refused a command: {refused.Message}", refused);
        }
        catch (TimeoutException silent)
        {
            throw new ServerRefusedException($"Redis at {_address.Place} did not answer within {Patience.TotalSeconds} s. See whether it runs.", silent);
        }
        catch (Exception gone) when (gone is RedisException or ObjectDisposedException)
        {
            throw new ServerRefusedException($"Redis at {_address.Place} went away. {gone.GetBaseException().Message}", gone);
        }
    }

    public ValueTask DisposeAsync() => _redis.DisposeAsync();

    /// <summary>Where nobody listens, the library tries for as long as it may; a socket says so at once, and why.</summary>
    private static async Task KnockAsync(RedisAddress address, CancellationToken cancellation)
    {
        using var socket = address.EndPoint is UnixDomainSocketEndPoint
            ? new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified)
            : new Socket(SocketType.Stream, ProtocolType.Tcp);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(Patience);
        try
        {
            await socket.ConnectAsync(address.EndPoint, patience.Token).ConfigureAwait(false);
        }
        catch (SocketException nobody)
        {
            throw new ServerRefusedException($"Redis at {address.Place} cannot be reached: {nobody.Message}. Start it, or correct its address.", nobody);
        }
        catch (OperationCanceledException silent) when (!cancellation.IsCancellationRequested)
        {
            throw new ServerRefusedException($"Redis at {address.Place} did not answer within {Patience.TotalSeconds} s. See whether it runs.", silent);
        }
    }

    private static ConfigurationOptions OptionsFor(RedisAddress address)
    {
        var options = new ConfigurationOptions
        {
            EndPoints = { address.EndPoint },
            User = address.User,
            Password = address.Password,
            DefaultDatabase = address.Database,
            Ssl = address.IsEncrypted,
            ClientName = "racelab",
            ConnectRetry = 1,
            ConnectTimeout = (int)Patience.TotalMilliseconds,
            AsyncTimeout = (int)Patience.TotalMilliseconds,

            // A lease that is asked for later than its worker believes would be another experiment: what cannot be sent now fails.
            BacklogPolicy = BacklogPolicy.FailFast,

            // There is one server, and nothing to be told about others.
            ConfigurationChannel = "",
            TieBreaker = "",
        };
        if (address.RootCertificate is { } issuer) options.TrustIssuer(issuer);
        return options;
    }

    // What the library says of itself is about its own settings; what lies beneath is about the server.
    private static string DescribeOpening(RedisAddress address, Exception failure) => failure.GetBaseException() switch
    {
        AuthenticationException untrusted => $"Redis at {address.Place} shows a certificate that is not trusted: {untrusted.Message.TrimEnd('.')}. Name its authority, or correct the address.",
        var cause when failure is RedisConnectionException { FailureType: ConnectionFailureType.AuthenticationFailure } =>
            $"Redis at {address.Place} refused the log-in: {cause.Message.TrimEnd('.')}. Correct the user or the password.",
        _ => $"What answers at {address.Place} does not speak as a Redis does. Correct the address: one that is spoken to by TLS begins with rediss://.",
    };
}
