using Npgsql;
using NpgsqlTypes;
using RaceLab.Engine.Programs;

namespace RaceLab.Engine.Footprints;

/// <summary>
/// Has the server parse and rewrite statements, and reads what it made of them: views, policies and defaults are expanded in it, and every function and operator is
/// named by its number (<see href="https://www.postgresql.org/docs/current/runtime-config-logging.html#GUC-DEBUG-PRINT-PARSE">debug_print_rewritten</see>). Nothing is executed.
/// </summary>
internal sealed class ParseTrees : IAsyncDisposable
{
    private readonly NpgsqlConnection _connection;
    private readonly List<string> _told = [];

    private ParseTrees(NpgsqlConnection connection)
    {
        _connection = connection;
        _connection.Notice += Hear;
    }

    /// <summary>Begins to ask.</summary>
    /// <param name="connection">Open, with <c>Include Error Detail</c>: the tree is a message's detail.</param>
    /// <param name="cancellation">Gives up.</param>
    public static async Task<ParseTrees> OnAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        var trees = new ParseTrees(connection);
        await trees.RunAsync("SET client_min_messages = log; SET debug_pretty_print = off; SET debug_print_rewritten = on", cancellation).ConfigureAwait(false);
        return trees;
    }

    /// <summary>The tree of a statement: a list of queries, since rules may make several of one.</summary>
    /// <param name="sql">With parameters as they are sent.</param>
    /// <param name="parameters">How many there are.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>Null where the server refuses the statement as things are now, or tells nothing that can be read.</returns>
    public async Task<ParseNode?> AskAsync(string sql, int parameters, CancellationToken cancellation)
    {
        _told.Clear();
        var command = new NpgsqlCommand(sql, _connection);
        await using var disposing = command.ConfigureAwait(false);
        for (var i = 0; i < parameters; i++) command.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.Unknown, Value = DBNull.Value });
        try
        {
            await command.PrepareAsync(cancellation).ConfigureAwait(false);
            var tree = _told.Count == 1 ? ParseNode.Read(_told[0]) : null;
            await command.UnprepareAsync(cancellation).ConfigureAwait(false);
            return tree;
        }
        catch (PostgresException refused) when (refused.Severity is "ERROR")
        {
            return null;
        }
        catch (FormatException)
        {
            return null;
        }
    }

    /// <inheritdoc cref="AskAsync(string, int, CancellationToken)"/>
    public Task<ParseNode?> AskAsync(SqlText sql, CancellationToken cancellation) => AskAsync(sql.Numbered, sql.Parameters.Count, cancellation);

    /// <summary>The server says no more than usual again.</summary>
    public async ValueTask DisposeAsync()
    {
        _connection.Notice -= Hear;
        await RunAsync("RESET debug_print_rewritten; RESET debug_pretty_print; RESET client_min_messages", CancellationToken.None).ConfigureAwait(false);
    }

    // The message's own words are in the server's language; its detail is not.
    private void Hear(object? sender, NpgsqlNoticeEventArgs heard)
    {
        if (heard.Notice.Detail is { } detail && detail.StartsWith('(')) _told.Add(detail);
    }

    private async Task RunAsync(string sql, CancellationToken cancellation)
    {
        var command = new NpgsqlCommand(sql, _connection);
        await using var disposing = command.ConfigureAwait(false);
        await command.ExecuteNonQueryAsync(cancellation).ConfigureAwait(false);
    }
}
