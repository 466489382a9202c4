using System.Text.Json.Serialization;

namespace RaceLab.Engine.Autopsies;

/// <summary>A time in which the lab's own process stood still, or its thread pool did: whatever a step seems to have waited for then, it was not a lock.</summary>
/// <param name="FromUs">In microseconds since the start barrier.</param>
/// <param name="ToUs">When it went on.</param>
/// <param name="Cause">As far as that is known.</param>
public readonly record struct ClientPause(long FromUs, long ToUs, PauseCause Cause)
{
    /// <summary>How long it was, in microseconds.</summary>
    [JsonIgnore]
    public long LengthUs => ToUs - FromUs;
}

/// <summary>Why the client paused.</summary>
public enum PauseCause
{
    /// <summary>The garbage collector stopped it for at least half of that time.</summary>
    GarbageCollection,

    /// <summary>A thread that only had to wake up woke late: the machine had no processor for the lab.</summary>
    Processor,

    /// <summary>Threads ran, and the thread pool did not come to work that was due.</summary>
    ThreadPool,
}
