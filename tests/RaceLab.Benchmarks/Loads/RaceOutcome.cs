using System.Diagnostics;
using System.Net;
using System.Text.Json;

namespace RaceLab.Benchmarks.Loads;

/// <summary>What a race's own export says of it.</summary>
/// <param name="End">finished, stopped, interrupted, refused.</param>
/// <param name="Attempts">How many ended.</param>
/// <param name="Recorded">Of them, those whose steps are in the log that can be looked at and exported; null where the log is not kept.</param>
/// <param name="AttemptsPerSecond">Over the whole race.</param>
/// <param name="AreBooksRight">Whether outcomes add up, every row belongs to an attempt that was told so, none is missing, and what was counted live is what the table counts.</param>
/// <param name="Asked">When it came to the queue.</param>
/// <param name="LetIn">When the queue let it in.</param>
/// <param name="PreparedMs">From there to the start barrier.</param>
internal sealed record RaceOutcome(string End, long Attempts, long? Recorded, double AttemptsPerSecond, bool AreBooksRight, DateTimeOffset Asked, DateTimeOffset LetIn, double PreparedMs)
{
    private static readonly TimeSpan Looking = TimeSpan.FromMilliseconds(500);

    /// <summary>Waits until a race is over, its counting included, and reads its exports.</summary>
    /// <exception cref="LabException">It is not over in time.</exception>
    public static async Task<RaceOutcome> WhenOverAsync(Uri race, TimeSpan patience, CancellationToken cancellation)
    {
        using var http = new HttpClient { Timeout = patience };
        var waited = Stopwatch.StartNew();
        while (true)
        {
            using var answer = await http.GetAsync($"{race.AbsoluteUri}/export.json", cancellation).ConfigureAwait(false);
            if (answer.StatusCode != HttpStatusCode.Conflict)
            {
                answer.EnsureSuccessStatusCode();
                return Read(await answer.Content.ReadAsStringAsync(cancellation).ConfigureAwait(false), await CountRecordedAsync(http, race, cancellation).ConfigureAwait(false));
            }

            if (waited.Elapsed > patience) throw new LabException($"A race is still not over {patience.TotalSeconds:F0} s after it was asked for: {race.AbsolutePath}");
            await Task.Delay(Looking, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Reads a race's document.</summary>
    public static RaceOutcome Read(string json, long? recorded)
    {
        using var document = JsonDocument.Parse(json);
        var root = document.RootElement;
        var (attempts, timing) = (root.GetProperty("attempts"), root.GetProperty("timing"));
        var total = attempts.GetProperty("total").GetInt64();
        var isNothing = timing.ValueKind == JsonValueKind.Null;
        var (queued, prepared) = isNothing ? (0, 0) : (timing.GetProperty("queuedMs").GetDouble(), timing.GetProperty("preparedMs").GetDouble());
        var started = root.GetProperty("startedAt").GetDateTimeOffset();
        var letIn = started - TimeSpan.FromMilliseconds(prepared);
        return new RaceOutcome(
            root.GetProperty("end").GetString()!, total, recorded, root.GetProperty("attemptsPerSecond").GetDouble(), AreRight(root, total), letIn - TimeSpan.FromMilliseconds(queued), letIn, prepared);
    }

    private static bool AreRight(JsonElement root, long total)
    {
        if (root.GetProperty("reconciliation") is not { ValueKind: JsonValueKind.Object } books) return false;
        var outcomes = root.GetProperty("attempts").EnumerateObject().Where(o => o.Name != "total").Sum(o => o.Value.GetInt64());
        var rows = books.GetProperty("rows").GetInt64();
        return outcomes == total
            && books.GetProperty("missing").GetInt64() == 0
            && books.GetProperty("unacknowledged").GetInt64() == 0
            && rows == books.GetProperty("acknowledged").GetInt64() + books.GetProperty("unknownWithRow").GetInt64()
            && root.GetProperty("invariants").EnumerateObject().All(i =>
                i.Value.GetProperty("live") is not { ValueKind: JsonValueKind.Number } live || live.GetInt64() == i.Value.GetProperty("excess").GetInt64());
    }

    private static async Task<long?> CountRecordedAsync(HttpClient http, Uri race, CancellationToken cancellation)
    {
        using var answer = await http.GetAsync($"{race.AbsoluteUri}/attempts.csv", HttpCompletionOption.ResponseHeadersRead, cancellation).ConfigureAwait(false);
        if (answer.StatusCode == HttpStatusCode.Gone) return null;
        answer.EnsureSuccessStatusCode();
        using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync(cancellation).ConfigureAwait(false));
        var lines = -1L;
        while (await reader.ReadLineAsync(cancellation).ConfigureAwait(false) is not null) lines++;
        return Math.Max(0, lines);
    }
}
