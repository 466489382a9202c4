using System.Text.Json;

namespace RaceLab.Benchmarks.Circuits;

/// <summary>What is wrong with a page that is a burden.</summary>
internal enum Silence
{
    /// <summary>Nothing: it is a good page.</summary>
    None,

    /// <summary>It reads, and never says that it has drawn.</summary>
    NeverAcknowledges,

    /// <summary>It reads nothing any more, though its line stands.</summary>
    ReadsNothing,
}

/// <summary>A page's scripts, as far as its server calls them.</summary>
internal interface IPageScripts
{
    /// <summary>The server calls a script.</summary>
    /// <returns>What it returns, as JSON.</returns>
    Task<string> CallAsync(Circuit circuit, ScriptCall call, CancellationToken cancellation);

    /// <summary>The circuit has ended, though nobody wanted it to.</summary>
    void Ended(Exception failure);
}

/// <summary>A call to a page's script.</summary>
/// <param name="Target">The object whose function is called, as an earlier answer numbered it; 0: none.</param>
/// <param name="Name">The function.</param>
/// <param name="Arguments">As JSON; valid until the call is answered.</param>
/// <param name="Bytes">Arguments that are bytes, in order.</param>
internal sealed record ScriptCall(long Target, string Name, JsonElement Arguments, IReadOnlyList<byte[]> Bytes);

/// <summary>A page's server and this client do not understand each other.</summary>
internal sealed class CircuitException(string message) : Exception(message);
