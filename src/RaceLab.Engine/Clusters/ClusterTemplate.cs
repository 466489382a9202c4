using System.Security.Cryptography;
using System.Text;
using RaceLab.Engine.Sessions;

namespace RaceLab.Engine.Clusters;

/// <summary>
/// A data directory fresh from <c>initdb</c>, kept to be copied: a copy takes a fraction of the second that <c>initdb</c> takes. One for each
/// build of PostgreSQL.
/// </summary>
internal static class ClusterTemplate
{
    /// <summary>The template's path; made first where it is missing.</summary>
    public static async Task<string> EnsureAsync(ClusterHome home, PostgresBinaries binaries, ServerUser user, CancellationToken cancellation)
    {
        var template = Path.Combine(home.Templates, Name(binaries, user));
        if (Directory.Exists(template)) return template;

        await using var held = await home.LockTemplatesAsync(cancellation).ConfigureAwait(false);
        if (Directory.Exists(template)) return template;

        // It gets its name only when it is complete, so that whoever sees it may copy it.
        var unfinished = template + ".new";
        try
        {
            try
            {
                await InitializeAsync(unfinished, "C.UTF-8", binaries, user, cancellation).ConfigureAwait(false);
            }
            catch (ServerRefusedException)
            {
                // Not every system has C.UTF-8; every one has C. What else is wrong, the second try says again.
                await InitializeAsync(unfinished, "C", binaries, user, cancellation).ConfigureAwait(false);
            }

            Directory.Move(unfinished, template);
        }
        finally
        {
            if (Directory.Exists(unfinished)) Directory.Delete(unfinished, recursive: true);
        }

        return template;
    }

    private static async Task InitializeAsync(string data, string locale, PostgresBinaries binaries, ServerUser user, CancellationToken cancellation)
    {
        if (Directory.Exists(data)) Directory.Delete(data, recursive: true);
        await user.MakeDirectoryAsync(data, cancellation).ConfigureAwait(false);

        // Trust is for a socket in a directory that only the server's user can enter; there is no other way in.
        await ServerUser.RunAsync(
            user.Command(binaries.Initdb,
            [
                "-D", data, "-U", EmbeddedCluster.Superuser, "-E", "UTF8", $"--locale={locale}",
                "--auth-local=trust", "--auth-host=reject", "--no-sync",
            ]),
            cancellation).ConfigureAwait(false);
    }

    // Two builds of one version may differ in block size and the like: their path tells them apart.
    private static string Name(PostgresBinaries binaries, ServerUser user)
    {
        var build = SHA256.HashData(Encoding.UTF8.GetBytes($"{binaries.Directory}\n{user.Name}"));
        return $"{binaries.Version}-{Convert.ToHexStringLower(build.AsSpan(0, 4))}";
    }
}
