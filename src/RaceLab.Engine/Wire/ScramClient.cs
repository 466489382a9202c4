using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using RaceLab.Engine.Sessions;

namespace RaceLab.Engine.Wire;

/// <summary>
/// The client's half of SCRAM-SHA-256 without channel binding (<see href="https://www.rfc-editor.org/rfc/rfc5802">RFC 5802</see>,
/// <see href="https://www.rfc-editor.org/rfc/rfc7677">RFC 7677</see>): both sides prove that they know the password, and neither says it.
/// </summary>
internal sealed class ScramClient
{
    public const string Mechanism = "SCRAM-SHA-256";

    // PostgreSQL's is 4,096. A server that asks for thousands of times as many would only keep the lab busy.
    private const int MostIterations = 1_000_000;
    private const string Unbound = "n,,";

    private readonly ScramKeys _keys;
    private readonly string _bare;
    private readonly string _nonce;
    private byte[] _signature = [];

    /// <param name="keys">What the password is turned into.</param>
    /// <param name="user">PostgreSQL takes the one of the start-up message and wants none here.</param>
    /// <param name="nonce">Null: by chance, as always but in tests.</param>
    public ScramClient(ScramKeys keys, string user = "", string? nonce = null)
    {
        _keys = keys;
        _nonce = nonce ?? Convert.ToBase64String(RandomNumberGenerator.GetBytes(18));
        _bare = $"n={user},r={_nonce}";
    }

    /// <summary>The first message.</summary>
    public string First => Unbound + _bare;

    /// <summary>The proof, in answer to the server's first message.</summary>
    /// <exception cref="WireProtocolException">The message is malformed, or of another log-in.</exception>
    public string Final(string serverFirst)
    {
        var fields = serverFirst.Split(',');
        if (fields.Length < 3 || !fields[0].StartsWith("r=", StringComparison.Ordinal) || !fields[1].StartsWith("s=", StringComparison.Ordinal) || !fields[2].StartsWith("i=", StringComparison.Ordinal))
            throw Malformed();
        var nonce = fields[0][2..];
        if (nonce.Length <= _nonce.Length || !nonce.StartsWith(_nonce, StringComparison.Ordinal)) throw new WireProtocolException("The server answered another log-in than this one.");
        if (!int.TryParse(fields[2].AsSpan(2), NumberStyles.None, CultureInfo.InvariantCulture, out var iterations) || iterations is < 1 or > MostIterations) throw Malformed();
        var keys = _keys.For(Base64(fields[1][2..]), iterations);
        var withoutProof = $"c={Convert.ToBase64String(Encoding.ASCII.GetBytes(Unbound))},r={nonce}";
        var said = Encoding.UTF8.GetBytes($"{_bare},{serverFirst},{withoutProof}");
        var proof = HMACSHA256.HashData(SHA256.HashData(keys.Client), said);
        for (var i = 0; i < proof.Length; i++) proof[i] ^= keys.Client[i];
        _signature = HMACSHA256.HashData(keys.Server, said);
        return $"{withoutProof},p={Convert.ToBase64String(proof)}";
    }

    /// <summary>Whether the server knows the password, too.</summary>
    /// <exception cref="WireProtocolException">It does not, or the message is malformed.</exception>
    public void Verify(string serverFinal)
    {
        if (!serverFinal.StartsWith("v=", StringComparison.Ordinal)) throw Malformed();
        if (_signature.Length == 0 || !CryptographicOperations.FixedTimeEquals(Base64(serverFinal[2..].Split(',')[0]), _signature))
            throw new WireProtocolException("The server could not prove that it knows the password: it is not the one that it should be.");
    }

    private static byte[] Base64(string text)
    {
        var bytes = new byte[text.Length];
        return Convert.TryFromBase64String(text, bytes, out var length) ? bytes[..length] : throw Malformed();
    }

    private static WireProtocolException Malformed() => new("A message of the server's log-in is malformed.");
}

/// <summary>Keys of one password. Deriving them takes thousands of hashes on purpose; workers of one race share them, which RFC 5802 allows. Thread-safe.</summary>
internal sealed class ScramKeys
{
    private readonly byte[] _password;
    private readonly Lock _lock = new();
    private (byte[] Salt, int Iterations, byte[] Client, byte[] Server)? _last;

    /// <param name="password">Of ASCII characters.</param>
    /// <exception cref="ServerRefusedException">It has others: they would have to be normalized, which is not claimed here.</exception>
    public ScramKeys(string password)
    {
        if (!Ascii.IsValid(password)) throw new ServerRefusedException("The wire engine takes passwords of ASCII characters only: use the Npgsql engine on this server.");
        _password = Encoding.ASCII.GetBytes(password);
    }

    public (byte[] Client, byte[] Server) For(byte[] salt, int iterations)
    {
        lock (_lock)
        {
            if (_last is not { } last || last.Iterations != iterations || !salt.AsSpan().SequenceEqual(last.Salt))
            {
                var salted = Rfc2898DeriveBytes.Pbkdf2(_password, salt, iterations, HashAlgorithmName.SHA256, SHA256.HashSizeInBytes);
                last = (salt, iterations, HMACSHA256.HashData(salted, "Client Key"u8), HMACSHA256.HashData(salted, "Server Key"u8));
                _last = last;
            }

            return (last.Client, last.Server);
        }
    }
}
