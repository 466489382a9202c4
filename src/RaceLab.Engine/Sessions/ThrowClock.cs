using System.Diagnostics;
using System.Runtime.ExceptionServices;
using Npgsql;

namespace RaceLab.Engine.Sessions;

/// <summary>
/// Measures what .NET takes to throw and catch a <see cref="PostgresException"/>: from its first throw, when Npgsql has read the whole answer of the server, to the
/// catch. It costs an exception a look at the clock, and nothing else anything.
/// </summary>
internal static class ThrowClock
{
    [ThreadStatic]
    private static Exception? _thrown;

    [ThreadStatic]
    private static long _at;

    private static int _started;

    /// <summary>From now on exceptions are timed, for as long as the process lives. Repeating it does nothing.</summary>
    public static void Start()
    {
        if (Interlocked.Exchange(ref _started, 1) == 0) AppDomain.CurrentDomain.FirstChanceException += OnThrown;
    }

    /// <summary>How long ago an exception was thrown that has just been caught; zero where nobody knows.</summary>
    public static TimeSpan Since(PostgresException caught)
    {
        if (!ReferenceEquals(_thrown, caught)) return TimeSpan.Zero;
        _thrown = null;
        return Stopwatch.GetElapsedTime(_at);
    }

    // Every asynchronous method between the first throw and the catch throws it once more: only the first time counts.
    private static void OnThrown(object? sender, FirstChanceExceptionEventArgs happened)
    {
        if (happened.Exception is not PostgresException || ReferenceEquals(_thrown, happened.Exception)) return;
        _thrown = happened.Exception;
        _at = Stopwatch.GetTimestamp();
    }
}
