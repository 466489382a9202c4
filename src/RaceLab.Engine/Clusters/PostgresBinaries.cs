using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using RaceLab.Engine.Sessions;

namespace RaceLab.Engine.Clusters;

/// <summary>PostgreSQL's server programs on this machine: the directory that holds <c>initdb</c> and <c>postgres</c>.</summary>
/// <param name="Directory">Absolute path.</param>
/// <param name="Version">Such as 15.18.</param>
public sealed partial record PostgresBinaries(string Directory, Version Version)
{
    /// <summary>Names the directory where it is in no usual place.</summary>
    public const string EnvironmentVariable = "RACELAB_POSTGRES_BIN";

    /// <summary>The lowest major version of a server that the lab works with.</summary>
    public const int MinimumMajor = 13;

    private static string Suffix => OperatingSystem.IsWindows() ? ".exe" : "";

    internal string Initdb => Path.Combine(Directory, "initdb" + Suffix);

    internal string Postgres => Path.Combine(Directory, "postgres" + Suffix);

    private bool AreThere => File.Exists(Initdb) && File.Exists(Postgres);

    /// <summary>Whether a directory has both programs, of whatever version.</summary>
    public static bool AreIn(string directory) => new PostgresBinaries(Path.GetFullPath(directory), new Version(0, 0)).AreThere;

    /// <summary>
    /// Looks in <paramref name="configured"/> or, where that is null, in <see cref="EnvironmentVariable"/>; where neither is set, in PATH and in
    /// the usual places, newest version first.
    /// </summary>
    /// <exception cref="ServerRefusedException">There are none, or only too old ones, or the configured directory has none.</exception>
    public static Task<PostgresBinaries> FindAsync(string? configured, CancellationToken cancellation)
    {
        configured ??= Environment.GetEnvironmentVariable(EnvironmentVariable);
        if (string.IsNullOrWhiteSpace(configured)) configured = null;
        return FindAsync(configured, configured is null ? [.. PathDirectories(), .. UsualPlaces()] : [configured], cancellation);
    }

    internal static async Task<PostgresBinaries> FindAsync(string? configured, IEnumerable<string> places, CancellationToken cancellation)
    {
        PostgresBinaries? tooOld = null;
        foreach (var place in places)
        {
            if (await TryReadAsync(place, cancellation).ConfigureAwait(false) is not { } found) continue;
            if (found.Version.Major >= MinimumMajor) return found;
            tooOld ??= found;
        }

        if (tooOld is not null)
            throw new ServerRefusedException($"PostgreSQL {tooOld.Version} in {tooOld.Directory} is too old: the lab needs {MinimumMajor} or newer.");
        throw new ServerRefusedException(configured is null
            ? $"PostgreSQL's server programs (initdb, postgres) were not found: install them (Debian: apt-get install postgresql), or set {EnvironmentVariable} to their directory."
            : $"There are no PostgreSQL server programs (initdb, postgres) in {configured}: correct {EnvironmentVariable}, or unset it to search the usual places.");
    }

    private static async Task<PostgresBinaries?> TryReadAsync(string directory, CancellationToken cancellation)
    {
        var found = new PostgresBinaries(Path.GetFullPath(directory), new Version(0, 0));
        if (!found.AreThere) return null;
        try
        {
            using var process = Process.Start(new ProcessStartInfo(found.Postgres, "--version") { RedirectStandardOutput = true, RedirectStandardError = true });
            if (process is null) return null;
            var text = await process.StandardOutput.ReadToEndAsync(cancellation).ConfigureAwait(false);
            await process.WaitForExitAsync(cancellation).ConfigureAwait(false);
            return ParseVersion(text) is { } version ? found with { Version = version } : null;
        }
        catch (Win32Exception)
        {
            // A file of that name which this machine cannot execute is not a server: the search goes on.
            return null;
        }
    }

    internal static Version? ParseVersion(string text) => VersionPattern().Match(text) is { Success: true } match
        ? new Version(
            int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture),
            match.Groups[2].Success ? int.Parse(match.Groups[2].ValueSpan, CultureInfo.InvariantCulture) : 0)
        : null;

    // "postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)", "postgres (PostgreSQL) 18beta1".
    [GeneratedRegex(@"\(PostgreSQL\)\s+(\d+)(?:\.(\d+))?")]
    private static partial Regex VersionPattern();

    private static string[] PathDirectories() =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private static IEnumerable<string> UsualPlaces()
    {
        string[] families = OperatingSystem.IsWindows()
            ? [Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.ProgramFiles), "PostgreSQL", "*", "bin")]
            :
            [
                "/usr/lib/postgresql/*/bin",                            // Debian, Ubuntu
                "/usr/pgsql-*/bin",                                     // PGDG on Red Hat
                "/usr/libexec/postgresql*",                             // Alpine
                "/opt/homebrew/opt/postgresql*/bin", "/usr/local/opt/postgresql*/bin",
                "/Applications/Postgres.app/Contents/Versions/*/bin",
                "/usr/local/pgsql/bin", "/usr/local/bin", "/opt/local/lib/postgresql*/bin",
            ];
        return families.SelectMany(Expand);
    }

    private static IEnumerable<string> Expand(string pattern)
    {
        var star = pattern.IndexOf('*', StringComparison.Ordinal);
        if (star < 0) return [pattern];
        var parentEnd = pattern.LastIndexOf(Path.DirectorySeparatorChar, star);
        var nameEnd = pattern.IndexOf(Path.DirectorySeparatorChar, star);
        var (parent, name) = (pattern[..parentEnd], nameEnd < 0 ? pattern[(parentEnd + 1)..] : pattern[(parentEnd + 1)..nameEnd]);
        var rest = nameEnd < 0 ? "" : pattern[(nameEnd + 1)..];
        if (!System.IO.Directory.Exists(parent)) return [];
        return System.IO.Directory.EnumerateDirectories(parent, name)
            .OrderByDescending(directory => LeadingNumber(Path.GetFileName(directory)))
            .Select(directory => Path.Combine(directory, rest));
    }

    private static int LeadingNumber(string name) =>
        NumberPattern().Match(name) is { Success: true } match && int.TryParse(match.ValueSpan, CultureInfo.InvariantCulture, out var number) ? number : -1;

    [GeneratedRegex(@"\d+")]
    private static partial Regex NumberPattern();
}
