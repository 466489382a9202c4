using RaceLab.Engine.Checks;
using RaceLab.Engine.Content;
using RaceLab.Engine.Races;
using RaceLab.Engine.Schedules;
using RaceLab.Engine.Sessions;

namespace RaceLab.Cli;

/// <summary>What the commands need of the lab. <see cref="Composition"/> gives them the real one, tests another.</summary>
/// <param name="ReadContent">Reads a content folder.</param>
/// <param name="ReadFile">Reads one scenario's file by itself: its path, and the name under which errors are told.</param>
/// <param name="OpenLab">
/// Connects to the server of that connection string; for null, to the one that the settings name, or else starts a private one. Throws
/// <see cref="ServerRefusedException"/> where the server cannot be had.
/// </param>
internal sealed record LabAccess(
    Func<string, ReadContent> ReadContent,
    Func<string, string, ReadContent> ReadFile,
    Func<string?, CancellationToken, Task<IOpenLab>> OpenLab)
{
    /// <summary>The settings that the environment gives.</summary>
    public LabEnvironment Environment { get; init; } = LabEnvironment.Empty;
}

/// <summary>A content folder as it was read.</summary>
/// <param name="Scenarios">The good ones.</param>
/// <param name="Errors">What is wrong with the others.</param>
internal sealed record ReadContent(IReadOnlyList<Scenario> Scenarios, IReadOnlyList<ContentError> Errors)
{
    /// <summary>What is wrong in the file of one scenario.</summary>
    /// <param name="id">The scenario's.</param>
    public IReadOnlyList<ContentError> ErrorsOf(string id) => [.. Errors.Where(e => e.File.StartsWith($"scenarios/{id}/", StringComparison.Ordinal))];
}

/// <summary>A lab with a server. Disposing it ends a server that was started for it.</summary>
internal interface IOpenLab : IAsyncDisposable
{
    /// <summary>Such as "15.18".</summary>
    string PostgresVersion { get; }

    /// <summary>Runs races on the server.</summary>
    IRaceRunner Runner { get; }

    /// <summary>Runs every interleaving of a few sessions on the server.</summary>
    /// <exception cref="ServerRefusedException">The server is gone.</exception>
    Task<Exploration> ExploreAsync(Scenario scenario, Strategy strategy, int sessions, IProgress<int> progress, CancellationToken cancellation);

    /// <summary>Plays one schedule on the server.</summary>
    /// <exception cref="InfeasibleScheduleException">An entry cannot be played.</exception>
    /// <exception cref="ServerRefusedException">The server is gone.</exception>
    Task<ScheduleResult> PlayAsync(Scenario scenario, Strategy strategy, IReadOnlyList<ScheduledStep> schedule, int sessions, CancellationToken cancellation);

    /// <summary>Builds every scenario's tables and prepares every statement of every strategy.</summary>
    /// <returns>What the server would not have.</returns>
    /// <exception cref="ServerRefusedException">The server is gone.</exception>
    Task<IReadOnlyList<ContentError>> CheckStatementsAsync(IReadOnlyList<Scenario> scenarios, CancellationToken cancellation);

    /// <summary>Plays every witness, every solution, and every strategy without a witness.</summary>
    /// <param name="scenarios">Whose statements the server has accepted.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="ServerRefusedException">The server is gone.</exception>
    Task<PlayReport> PlayAsync(IReadOnlyList<Scenario> scenarios, CancellationToken cancellation);

    /// <summary>Why a strategy cannot be raced on this server, in a sentence; null where it can.</summary>
    /// <exception cref="ServerRefusedException">The server is gone.</exception>
    Task<string?> FindLackAsync(Scenario scenario, Strategy strategy, CancellationToken cancellation);
}
