using System.Diagnostics;
using System.Globalization;
using System.Text;
using Npgsql;
using RaceLab.Engine.Clusters;
using RaceLab.Engine.Programs;
using RaceLab.Engine.Sessions;

namespace RaceLab.Engine.Tests.Verdicts;

/// <summary>
/// A <c>psql</c> of PostgreSQL's own, fed through its standard input: a way to the server that shares nothing with the lab's two engines. One statement at a time; behind each,
/// psql says how it ended, so that nothing is guessed from silence.
/// </summary>
internal sealed class PsqlProcess : IAsyncDisposable
{
    // Neither can be in a value that a test has.
    private const char FieldSeparator = '\u001f';
    private const char RecordSeparator = '\u001e';
    private const string Null = "\u001d";
    private const string End = "racelab-end";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly Process _process;
    private readonly CancellationToken _cancellation;
    private int _sent;

    private PsqlProcess(Process process, CancellationToken cancellation)
    {
        _process = process;
        _cancellation = cancellation;
    }

    /// <summary>The server process behind it.</summary>
    public int ProcessId { get; private set; }

    /// <summary>Starts one as a role of the lab.</summary>
    /// <param name="connectionString">The role's.</param>
    /// <param name="cancellation">Gives up whatever is read.</param>
    public static async Task<PsqlProcess> StartAsync(string connectionString, CancellationToken cancellation)
    {
        var to = new NpgsqlConnectionStringBuilder(connectionString);
        var start = new ProcessStartInfo(await ProgramAsync(cancellation), ["--no-psqlrc", "--quiet", "--no-align", "--no-password"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
            StandardErrorEncoding = Encoding.UTF8,
            StandardInputEncoding = new UTF8Encoding(false),
        };
        start.Environment["PGHOST"] = to.Host;
        start.Environment["PGPORT"] = to.Port.ToString(CultureInfo.InvariantCulture);
        start.Environment["PGUSER"] = to.Username;
        start.Environment["PGPASSWORD"] = to.Password;
        start.Environment["PGDATABASE"] = to.Database;
        start.Environment["PGCLIENTENCODING"] = "UTF8";
        start.Environment["PGOPTIONS"] = "-c statement_timeout=30000 -c synchronous_commit=off";
        start.Environment["LC_ALL"] = "C";
        var psql = new PsqlProcess(Process.Start(start) ?? throw new InvalidOperationException("psql did not start."), cancellation);
        try
        {
            await psql.WriteAsync($"\\set VERBOSITY verbose\n\\pset footer off\n\\pset null '{Null}'\n\\pset fieldsep '{FieldSeparator}'\n\\pset recordsep '{RecordSeparator}'\n");
            psql.ProcessId = int.Parse((await psql.SendAsync("SELECT pg_backend_pid()")).Rows[0][0]!, CultureInfo.InvariantCulture);
            return psql;
        }
        catch
        {
            await psql.DisposeAsync();
            throw;
        }
    }

    /// <summary>A value as a literal.</summary>
    public static string Quoted(string? value) => value is null ? "NULL" : $"'{value.Replace("'", "''", StringComparison.Ordinal)}'";

    /// <summary>Sends one statement.</summary>
    /// <returns>Completes when psql has said how it ended.</returns>
    public async Task<PsqlAnswer> SendAsync(string sql)
    {
        var mark = $"{End}-{(++_sent).ToString(CultureInfo.InvariantCulture)}";
        await WriteAsync($"{sql}\n;\n\\echo {mark} :SQLSTATE :ROW_COUNT\n\\warn {mark}\n");
        var errors = ReadAsync(_process.StandardError, mark);
        var (text, ending) = await ReadAsync(_process.StandardOutput, mark);
        var words = ending.Split(' ');
        var constraint = (await errors).Text.Split('\n').Select(l => l.Trim()).FirstOrDefault(l => l.StartsWith("CONSTRAINT NAME:", StringComparison.Ordinal));
        var rows = text.Split(RecordSeparator).Select(r => r.Split(FieldSeparator).Select(v => v == Null ? null : v).ToArray()).ToList();
        return new PsqlAnswer(
            words[1] == "00000" ? null : new SqlError(words[1], constraint?["CONSTRAINT NAME:".Length..].Trim(), ""),
            long.Parse(words[2], CultureInfo.InvariantCulture),
            rows[0],
            rows.GetRange(1, rows.Count - 1));
    }

    /// <summary>Sends a script; the first error ends it.</summary>
    public async Task RunAsync(string script)
    {
        await WriteAsync("\\set ON_ERROR_STOP on\n");
        var answer = await SendAsync(script);
        await WriteAsync("\\set ON_ERROR_STOP off\n");
        Assert.True(answer.Error is null, $"psql was refused {answer.Error?.SqlState} by: {script}");
    }

    /// <summary>Ends it; one that does not end by itself is killed.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            _process.StandardInput.Close();
            using var patience = new CancellationTokenSource(Patience);
            await _process.WaitForExitAsync(patience.Token);
        }
        catch (Exception stuck) when (stuck is OperationCanceledException or IOException)
        {
            _process.Kill(entireProcessTree: true);
        }

        _process.Dispose();
    }

    private async Task WriteAsync(string text)
    {
        await _process.StandardInput.WriteAsync(text.AsMemory(), _cancellation);
        await _process.StandardInput.FlushAsync(_cancellation);
    }

    /// <summary>What stands before a mark, and the line with the mark.</summary>
    private async Task<(string Text, string Ending)> ReadAsync(StreamReader from, string mark)
    {
        var text = new StringBuilder();
        while (await from.ReadLineAsync(_cancellation) is { } line)
        {
            // What psql prints may end without a new line.
            var at = line.IndexOf(mark, StringComparison.Ordinal);
            if (at >= 0) return (text.Append(line.AsSpan(0, at)).ToString().TrimEnd('\n'), line[at..]);
            text.Append(line).Append('\n');
        }

        throw new InvalidOperationException($"psql ended: {text}");
    }

    private static async Task<string> ProgramAsync(CancellationToken cancellation)
    {
        try
        {
            var beside = Path.Combine((await PostgresBinaries.FindAsync(null, cancellation)).Directory, "psql");
            if (File.Exists(beside)) return beside;
        }
        catch (ServerRefusedException)
        {
            // The server may be somewhere else, and its programs, too.
        }

        return "psql";
    }
}

/// <summary>How a statement ended, as psql says.</summary>
/// <param name="Error">Null where it was done.</param>
/// <param name="Count">Rows returned or affected.</param>
/// <param name="Columns">Names; of a statement that returns nothing, one that is empty.</param>
/// <param name="Rows">Values in text form; null is NULL.</param>
internal sealed record PsqlAnswer(SqlError? Error, long Count, string?[] Columns, List<string?[]> Rows);
