using RaceLab.Engine.Autopsies;
using RaceLab.Engine.Programs;
using RaceLab.Engine.Statistics;

namespace RaceLab.Engine.Races;

/// <summary>Where a race's time went, and what else took part in it. All times are the client's, by one clock.</summary>
public sealed record RaceTiming
{
    /// <summary>Whole attempts by outcome, in the order of <see cref="Outcome"/>; an outcome that no attempt had is left out.</summary>
    public required IReadOnlyList<OutcomeTimes> Attempts { get; init; }

    /// <summary>Runs of steps in reading order: the answered ones first, then the rejected ones by SQLSTATE, then those whose answer was lost.</summary>
    public required IReadOnlyList<StepTimes> Steps { get; init; }

    /// <summary>The mean latency of an attempt, in milliseconds; 0 where nothing ran.</summary>
    public required double MeanMs { get; init; }

    /// <summary>
    /// How often an attempt sent something and waited for the answer, over all attempts: one for each statement, BEGIN, COMMIT, ROLLBACK and savepoints included, and for each command about a
    /// lease. What takes place in the application is none. Connecting, and what a pool does to its connections, is not counted.
    /// </summary>
    public required long RoundTrips { get; init; }

    /// <summary>What rejected statements cost the client apart from the database's time; null where none was rejected, or none could be timed.</summary>
    public ExceptionCost? Exceptions { get; init; }

    /// <summary>How nearly at once the workers began; null where nothing was sent, or the race is older than its being kept.</summary>
    public FirstStatements? FirstStatements { get; init; }

    /// <summary>When the lab itself stood still.</summary>
    public required ClientPauses Pauses { get; init; }

    /// <summary>How long it waited for connections before anything was done for it; null in older records.</summary>
    public TimeSpan? Queued { get; init; }

    /// <summary>How long its database, its connections and its statements took from there to the start barrier; null likewise.</summary>
    public TimeSpan? Prepared { get; init; }

    /// <summary>Other races that shared the machine; null where nobody kept count of them.</summary>
    public Neighbours? Neighbours { get; init; }
}

/// <summary>Latencies of attempts that ended alike.</summary>
/// <param name="Outcome">How they ended.</param>
/// <param name="Latency">Over them.</param>
/// <param name="Histogram">The same, counted in bins.</param>
public sealed record OutcomeTimes(Outcome Outcome, LatencySummary Latency, LogHistogram Histogram);

/// <summary>Latencies of a step's runs that ended alike.</summary>
/// <param name="Step">The step's name.</param>
/// <param name="End">How they ended.</param>
/// <param name="SqlState">For rejected ones: five characters; null otherwise.</param>
/// <param name="Latency">Over them.</param>
/// <param name="Histogram">The same, counted in bins.</param>
public sealed record StepTimes(string Step, StepEnd End, string? SqlState, LatencySummary Latency, LogHistogram Histogram);

/// <summary>Ways in which a step's run ends.</summary>
public enum StepEnd
{
    /// <summary>It did what it was to do.</summary>
    Answered,

    /// <summary>PostgreSQL, or the application in its place, rejected it.</summary>
    Rejected,

    /// <summary>Its answer never came.</summary>
    Lost,
}

/// <summary>
/// The time of rejected statements in two parts. The line between them is the first throw: until then Npgsql was waiting for the answer or reading it, from then on .NET was busy with the exception.
/// </summary>
/// <param name="Count">Rejected statements that could be timed so.</param>
/// <param name="AnswerMs">Median of the time from sending to the first throw: the network's, the server's and that of reading its answer.</param>
/// <param name="ThrownMs">Median of the time from there to the catch.</param>
/// <param name="ThrownTotalMs">The sum of the latter over all of them.</param>
public sealed record ExceptionCost(long Count, double AnswerMs, double ThrownMs, double ThrownTotalMs);

/// <summary>
/// When the lab's process stood still while a race ran, as far as it was noticed: a heartbeat came late by <see cref="Least"/> or more, and meanwhile no worker did anything either.
/// </summary>
/// <param name="CollectedMs">How long the garbage collector stopped the whole process, all its collections together, also those too short to be seen one by one.</param>
/// <param name="Collections">How many collections there were.</param>
/// <param name="StalledMs">The length of all pauses together.</param>
/// <param name="InAll">How many pauses there were.</param>
/// <param name="Longest">The longest of them, at most <see cref="MostKept"/>, in the order of time.</param>
/// <param name="Beats">How often the heart beat.</param>
/// <param name="LateBeats">How often late, also where workers went on: a sign that processors are short.</param>
/// <param name="PoolWait">How long work that was given to the thread pool waited for a thread.</param>
public sealed record ClientPauses(
    double CollectedMs, int Collections, double StalledMs, int InAll, IReadOnlyList<ClientPause> Longest, int Beats, int LateBeats, LatencySummary PoolWait)
{
    /// <summary>The most pauses that a result carries.</summary>
    public const int MostKept = 200;

    /// <summary>How late a heartbeat must be to count as a pause.</summary>
    public static readonly TimeSpan Least = TimeSpan.FromMilliseconds(10);

    /// <summary>How often the heart beats.</summary>
    public static readonly TimeSpan Beat = TimeSpan.FromMilliseconds(10);
}

/// <summary>Races of the same lab that ran at the same time.</summary>
/// <param name="InAll">How many.</param>
/// <param name="Races">Those that overlapped the longest, at most <see cref="MostNamed"/>.</param>
public sealed record Neighbours(int InAll, IReadOnlyList<Neighbour> Races)
{
    /// <summary>The most races that are named.</summary>
    public const int MostNamed = 8;
}

/// <summary>Another race.</summary>
/// <param name="Scenario">The scenario's id.</param>
/// <param name="Strategy">The strategy's id.</param>
/// <param name="Workers">How many workers it had.</param>
/// <param name="OverlapMs">For how long it was being prepared, run or counted while this one ran.</param>
public sealed record Neighbour(string Scenario, string Strategy, int Workers, double OverlapMs);
