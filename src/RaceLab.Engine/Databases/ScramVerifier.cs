using System.Security.Cryptography;
using System.Text;

namespace RaceLab.Engine.Databases;

/// <summary>
/// What PostgreSQL stores of a password, made here, so that the password itself is in no statement and in no log of the server. Described in
/// <see href="https://www.postgresql.org/docs/current/catalog-pg-authid.html">pg_authid</see> and RFC 5803.
/// </summary>
internal static class ScramVerifier
{
    private const int Iterations = 4096;
    private const int SaltBytes = 16;

    /// <param name="password">Letters and digits only: others would have to be normalized first.</param>
    public static string Make(string password)
    {
        var salt = RandomNumberGenerator.GetBytes(SaltBytes);
        var salted = Rfc2898DeriveBytes.Pbkdf2(password, salt, Iterations, HashAlgorithmName.SHA256, SHA256.HashSizeInBytes);
        var stored = SHA256.HashData(HMACSHA256.HashData(salted, Encoding.ASCII.GetBytes("Client Key")));
        var server = HMACSHA256.HashData(salted, Encoding.ASCII.GetBytes("Server Key"));
        return $"SCRAM-SHA-256${Iterations}:{Convert.ToBase64String(salt)}${Convert.ToBase64String(stored)}:{Convert.ToBase64String(server)}";
    }
}
