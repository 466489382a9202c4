using System.Text.Json.Serialization;
using RaceLab.Engine.Programs;

namespace RaceLab.Engine.Autopsies;

/// <summary>One run of one step, as a race's log has it. Times are in whole microseconds since the start barrier, by the client's clock.</summary>
/// <param name="Step">Its index in the program.</param>
/// <param name="Delivery">Which delivery of the attempt it belongs to, from 1.</param>
/// <param name="StartUs">When it was sent.</param>
/// <param name="EndUs">When its answer had come.</param>
/// <param name="Rows">Rows returned or affected; 0 where it was rejected.</param>
/// <param name="SqlState">Why it was rejected; null: it was not.</param>
/// <param name="Constraint">The constraint that rejected it, where the server named one.</param>
public readonly record struct StepRun(int Step, int Delivery, long StartUs, long EndUs, int Rows, string? SqlState = null, string? Constraint = null);

/// <summary>All that is known of one attempt that ended.</summary>
/// <param name="Attempt">Its number in the race, from 1: what its rows carry as <c>@attempt</c>.</param>
/// <param name="Worker">From 1.</param>
/// <param name="Key">The contended value.</param>
/// <param name="Outcome">What its caller was told.</param>
/// <param name="HasRow">Whether the table has a row of it; null where the table was not asked.</param>
/// <param name="Steps">In the order of time.</param>
public sealed record AttemptStory(long Attempt, int Worker, string Key, Outcome Outcome, bool? HasRow, IReadOnlyList<StepRun> Steps)
{
    /// <summary>When its first step began.</summary>
    [JsonIgnore]
    public long StartUs => Steps.Count == 0 ? 0 : Steps[0].StartUs;

    /// <summary>When its last step had its answer.</summary>
    [JsonIgnore]
    public long EndUs => Steps.Count == 0 ? 0 : Steps[^1].EndUs;
}

/// <summary>Where an autopsy looks attempts up: the log of a race.</summary>
public interface IAttempts
{
    /// <summary>An attempt by its number, or null where the log does not reach so far.</summary>
    AttemptStory? Find(long attempt);

    /// <summary>What a worker was at at a time, or null where it was between two attempts or the log does not reach so far.</summary>
    /// <param name="worker">From 1.</param>
    /// <param name="us">Since the start barrier.</param>
    AttemptStory? At(int worker, long us);

    /// <summary>Attempts for a key that were under way or over by a time, in the order of their beginning; the latest ones where there are very many.</summary>
    IReadOnlyList<AttemptStory> OfKey(string key, long untilUs);
}

/// <summary>A statement that was seen waiting for a lock when somebody looked at the lock tables.</summary>
/// <param name="Worker">Who waited, from 1.</param>
/// <param name="AtUs">When it was seen, in microseconds since the start barrier.</param>
/// <param name="On">What it waited for, by <c>pg_stat_activity.wait_event</c>: transactionid, tuple, advisory, relation …</param>
/// <param name="HeldBy">Workers that stood in its way, from 1 (<c>pg_blocking_pids</c>); empty where they were no workers of this race.</param>
public readonly record struct SeenWait(int Worker, long AtUs, string On, IReadOnlyList<int> HeldBy);

/// <summary>A key with more rows than attempts should have left, as the table has them.</summary>
/// <param name="Key">The contended value.</param>
/// <param name="Attempts">The <c>@attempt</c> of each row.</param>
public sealed record DoubledKey(string Key, IReadOnlyList<long> Attempts);
