namespace RaceLab.Engine.Races;

/// <summary>Finds the races that shared the machine with another one.</summary>
internal static class Surroundings
{
    /// <summary>Those of some races that were busy between the start barrier of a race and the end of its last attempt.</summary>
    /// <param name="race">Not counted itself.</param>
    /// <param name="result">Its result.</param>
    /// <param name="races">All races.</param>
    /// <param name="now">When those that are still busy have got so far.</param>
    public static Neighbours Of(Race race, RaceResult result, IEnumerable<Race> races, DateTimeOffset now)
    {
        var ended = result.StartedAt + result.Elapsed;
        var neighbours = races
            .Where(other => other.Id != race.Id && other.Busy.From is not null)
            .Select(other => new Neighbour(
                other.Request.Scenario.Id, other.Request.Strategy.Id, other.Request.Workload.Workers,
                (Earlier(other.Busy.To ?? now, ended) - Later(other.Busy.From!.Value, result.StartedAt)).TotalMilliseconds))
            .Where(other => other.OverlapMs > 0)
            .OrderByDescending(other => other.OverlapMs)
            .ToList();
        return new Neighbours(neighbours.Count, [.. neighbours.Take(Neighbours.MostNamed)]);
    }

    private static DateTimeOffset Earlier(DateTimeOffset one, DateTimeOffset other) => one < other ? one : other;

    private static DateTimeOffset Later(DateTimeOffset one, DateTimeOffset other) => one > other ? one : other;
}
