using Dapper;
using Npgsql;

namespace RaceLab.Engine.Clusters;

/// <summary>
/// A private cluster's data directory, copied while it runs, so that a standby can start from it
/// (<see href="https://www.postgresql.org/docs/current/continuous-archiving.html#BACKUP-LOWLEVEL-BASE-BACKUP">making a base backup with the low-level API</see>):
/// pg_basebackup is not among the programs that every PostgreSQL comes with.
/// </summary>
internal static class StandbyCopy
{
    // The manual leaves out the files, or empties the directories, that mean something to the running server only, and the log, which is streamed.
    private static readonly string[] LeftOut = ["postmaster.pid", "postmaster.opts"];

    private static readonly string[] Emptied = ["pg_wal", "pg_replslot", "pg_dynshmem", "pg_notify", "pg_serial", "pg_snapshots", "pg_stat_tmp", "pg_subtrans"];

    /// <summary>Makes the copy.</summary>
    /// <param name="primary">Whose.</param>
    /// <param name="data">Where; must not exist.</param>
    /// <param name="user">Whose it is to be.</param>
    /// <param name="cancellation">Gives up.</param>
    public static async Task MakeAsync(EmbeddedCluster primary, string data, ServerUser user, CancellationToken cancellation)
    {
        await user.MakeDirectoryAsync(data, cancellation).ConfigureAwait(false);
        var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(primary.ConnectionString) { Pooling = false }.ConnectionString);
        await using var closing = connection.ConfigureAwait(false);
        await connection.OpenAsync(cancellation).ConfigureAwait(false);

        // Renamed in 15. The session must stay open in between.
        var renamed = primary.Version.Major >= 15;
        await connection.ExecuteAsync(new CommandDefinition(
            renamed ? "SELECT pg_backup_start('racelab standby', true)" : "SELECT pg_start_backup('racelab standby', true, false)", cancellationToken: cancellation)).ConfigureAwait(false);
        var entries = Directory.EnumerateFileSystemEntries(primary.DataDirectory).Where(e => !LeftOut.Contains(Path.GetFileName(e)) && !Emptied.Contains(Path.GetFileName(e)));
        await ServerUser.CopyLiveAsync(entries, data, cancellation).ConfigureAwait(false);
        foreach (var directory in (string[])[.. Emptied, "pg_wal/archive_status"])
            await user.MakeDirectoryAsync(Path.Combine(data, directory), cancellation).ConfigureAwait(false);
        var label = await connection.ExecuteScalarAsync<string>(new CommandDefinition(
            renamed ? "SELECT labelfile FROM pg_backup_stop(false)" : "SELECT labelfile FROM pg_stop_backup(false, false)", cancellationToken: cancellation)).ConfigureAwait(false);
        await WriteAsync("backup_label", label!).ConfigureAwait(false);
        await WriteAsync("standby.signal", "").ConfigureAwait(false);

        // The server must be able to write both, whoever the lab is; nobody else can enter the directory.
        async Task WriteAsync(string name, string text)
        {
            var path = Path.Combine(data, name);
            await File.WriteAllTextAsync(path, text, cancellation).ConfigureAwait(false);
            const UnixFileMode Everybody = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;
            if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(path, Everybody);
        }
    }
}
