using RaceLab.Engine.Content;
using RaceLab.Engine.Databases;

namespace RaceLab.Cli;

/// <summary>Puts the real lab together for the commands: the one place that knows which classes do the work.</summary>
internal static class Composition
{
    /// <summary>The engine's catalogue, servers and runner.</summary>
    public static LabAccess Lab() => new(Read, OpenAsync);

    private static ReadContent Read(string folder)
    {
        using var catalogue = Catalogue.Open(folder);
        return new ReadContent(catalogue.Scenarios, catalogue.Errors);
    }

    private static Task<IOpenLab> OpenAsync(string? connectionString, CancellationToken cancellation) =>
        throw new ServerRefusedException("This build cannot reach a server yet.");
}
