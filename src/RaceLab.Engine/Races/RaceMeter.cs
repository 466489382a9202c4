using System.Diagnostics;
using System.Diagnostics.Metrics;
using RaceLab.Engine.Databases;

namespace RaceLab.Engine.Races;

/// <summary>
/// What a monitor wants to know about races, under the names that <c>docs/operations.md</c> lists. Counted from a race's result when it is over: a
/// worker does nothing for the sake of it. Thread-safe.
/// </summary>
public sealed class RaceMeter : IDisposable
{
    /// <summary>The meter's name, and that of <see cref="Traces"/>.</summary>
    public const string Name = "RaceLab";

    /// <summary>Spans: a <c>race</c>, with <c>queue</c>, <c>run</c> and <c>count</c> in it.</summary>
    public static readonly ActivitySource Traces = new(Name);

    private readonly Meter _meter = new(Name);
    private readonly Counter<long> _started;
    private readonly Counter<long> _finished;
    private readonly Counter<long> _attempts;
    private readonly Counter<long> _rejections;
    private readonly Counter<long> _retries;
    private readonly Histogram<double> _duration;

    /// <summary>Makes the instruments.</summary>
    /// <param name="permits">The lab's budget of connections, for what is waiting and in use; null where there is none.</param>
    public RaceMeter(ConnectionPermits? permits = null)
    {
        _started = _meter.CreateCounter<long>("racelab.races.started", "{race}", "Races that were asked for and accepted.");
        _finished = _meter.CreateCounter<long>("racelab.races.finished", "{race}", "Races that are over, by how they ended.");
        _attempts = _meter.CreateCounter<long>("racelab.attempts", "{attempt}", "Attempts of races that are over, by outcome.");
        _rejections = _meter.CreateCounter<long>("racelab.rejections", "{statement}", "Statements that PostgreSQL rejected, by SQLSTATE and constraint name, caught or not.");
        _retries = _meter.CreateCounter<long>("racelab.retries", "{retry}", "Blocks that were run again.");
        _duration = _meter.CreateHistogram<double>("racelab.race.duration", "s", "From the start barrier to the end of the last attempt.");
        if (permits is null) return;
        _meter.CreateObservableGauge("racelab.races.queued", () => permits.Waiting, "{race}", "Races that wait for connections.");
        _meter.CreateObservableGauge("racelab.connections.used", () => permits.Total - permits.Free, "{connection}", "Connections that races hold.");
        _meter.CreateObservableGauge("racelab.connections.limit", () => permits.Total, "{connection}", "Connections that races may hold.");
    }

    /// <summary>Stops measuring.</summary>
    public void Dispose() => _meter.Dispose();

    internal void Started(RaceRequest request) => _started.Add(1, TagsOf(request.Scenario.Id, request.Strategy.Id));

    internal void Finished(RaceResult result)
    {
        var race = TagsOf(result.Scenario, result.Strategy);
        _finished.Add(1, With(race, "end", WordFor(result.End)));
        if (result.Attempts.Total == 0) return;
        _duration.Record(result.Elapsed.TotalSeconds, race);
        _retries.Add(result.Retries, race);
        foreach (var (outcome, count) in (IEnumerable<(string, long)>)
        [
            ("created", result.Attempts.Created), ("found", result.Attempts.Found), ("updated", result.Attempts.Updated),
            ("rejected", result.Attempts.Rejected), ("failed", result.Attempts.Failed), ("unknown", result.Attempts.Unknown),
        ])
        {
            if (count > 0) _attempts.Add(count, With(race, "outcome", outcome));
        }

        foreach (var rejection in result.Rejections)
            _rejections.Add(rejection.Count, With(With(race, "sqlstate", rejection.SqlState), "constraint", rejection.Constraint ?? ""));
    }

    internal static string WordFor(RaceEnd end) => end switch
    {
        RaceEnd.Finished => "finished",
        RaceEnd.Stopped => "stopped",
        RaceEnd.Interrupted => "interrupted",
        _ => "refused",
    };

    private static TagList TagsOf(string scenario, string strategy) => new() { { "scenario", scenario }, { "strategy", strategy } };

    private static TagList With(TagList tags, string key, string value)
    {
        tags.Add(key, value);
        return tags;
    }
}
