namespace RaceLab.Engine.Databases;

/// <summary>A budget of connections, given out in the order of asking, so that 53300 never happens by accident.</summary>
public sealed class ConnectionPermits
{
    /// <summary>Makes a budget.</summary>
    public ConnectionPermits(int total) => Total = total;

    /// <summary>How many there are in all.</summary>
    public int Total { get; }

    /// <summary>Waits for permits. First come, first served: a large request is not overtaken by small ones.</summary>
    /// <param name="count">1 to <see cref="Total"/>.</param>
    /// <param name="place">Told the place in the queue whenever it changes: 1 for the next.</param>
    /// <param name="cancellation">Leaves the queue.</param>
    public Task<IDisposable> TakeAsync(int count, Action<int>? place, CancellationToken cancellation) => throw new NotImplementedException();
}
