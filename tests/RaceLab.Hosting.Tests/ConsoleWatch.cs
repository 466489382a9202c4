namespace RaceLab.Hosting.Tests;

/// <summary>All that this process writes on its console, where labs log, until it is disposed.</summary>
internal sealed class ConsoleWatch : IDisposable
{
    private readonly StringWriter _written = new();
    private readonly TextWriter _out = Console.Out;
    private readonly TextWriter _error = Console.Error;

    public ConsoleWatch()
    {
        var watched = TextWriter.Synchronized(_written);
        Console.SetOut(watched);
        Console.SetError(watched);
    }

    /// <summary>Complete once the labs have ended.</summary>
    public string Text => _written.ToString();

    public void Dispose()
    {
        Console.SetOut(_out);
        Console.SetError(_error);
        _written.Dispose();
    }
}

/// <summary>Tests that watch the console run while no other does.</summary>
[CollectionDefinition(DisableParallelization = true)]
public sealed class OneAtATime;
