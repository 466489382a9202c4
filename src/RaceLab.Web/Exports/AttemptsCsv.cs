using System.Text;
using RaceLab.Engine.Races;

namespace RaceLab.Web.Exports;

/// <summary>Every attempt of a race, one a row, from its log. <c>docs/exports.md</c> describes the columns.</summary>
public static class AttemptsCsv
{
    private const int Piece = 32_768;

    /// <summary>Writes piece by piece, so that a large race takes no more memory than a small one.</summary>
    public static async Task WriteAsync(RaceRecording recording, Stream stream, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(recording);
        ArgumentNullException.ThrowIfNull(stream);
        var csv = new Csv();
        foreach (var column in (string[])["attempt", "worker", "key", "started_ms", "ended_ms", "latency_ms", "outcome", "sqlstate", "constraint", "retries", "deliveries"]) csv.Text(column);
        csv.End();
        foreach (var attempt in recording.Attempts())
        {
            csv.Number(attempt.Attempt).Number(attempt.Worker).Text(attempt.Key)
                .Number(attempt.StartUs / 1000.0).Number(attempt.EndUs / 1000.0).Number((attempt.EndUs - attempt.StartUs) / 1000.0)
                .Text(attempt.Outcome.ToString().ToLowerInvariant()).Text(attempt.SqlState).Text(attempt.Constraint).Number(attempt.Retries).Number(attempt.Deliveries).End();
            if (csv.Length > Piece) await stream.WriteAsync(Encoding.UTF8.GetBytes(csv.Take()), cancellation);
        }

        await stream.WriteAsync(Encoding.UTF8.GetBytes(csv.Take()), cancellation);
    }
}
