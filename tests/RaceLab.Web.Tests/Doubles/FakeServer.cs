using RaceLab.Engine.Content;
using RaceLab.Engine.Sessions;

namespace RaceLab.Web.Tests.Doubles;

/// <summary>A lab server that lacks what the test says, some of it only once it has been tried.</summary>
public sealed class FakeServer
{
    private TaskCompletionSource _tried = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _tries;

    /// <summary>What can be known without trying.</summary>
    public Func<Needs, string?> Lack { get; set; } = static _ => null;

    /// <summary>What is known once the server has been tried.</summary>
    public Func<Needs, string?> TriedLack { get; set; } = static _ => null;

    public int Tries => Volatile.Read(ref _tries);

    public string? KnownLack(Needs needs) => Lack(needs);

    public Task ProbeAsync(CancellationToken cancellation)
    {
        Interlocked.Increment(ref _tries);
        return _tried.Task.WaitAsync(cancellation);
    }

    /// <summary>The try comes to its end.</summary>
    public void EndTry()
    {
        Lack = TriedLack;
        _tried.SetResult();
    }

    /// <summary>The try fails; the next one is another.</summary>
    public void FailTry()
    {
        var failed = _tried;
        _tried = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        failed.SetException(new ServerRefusedException("The server is gone."));
    }
}
