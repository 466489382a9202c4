using RaceLab.Engine.Clusters;
using RaceLab.Engine.Sessions;

namespace RaceLab.Engine.Tests.Databases;

/// <summary>PostgreSQL's server programs, which a test needs that starts a cluster of its own.</summary>
internal static class ServerPrograms
{
    private static readonly Lazy<Task<string?>> Lack = new(FindLackAsync);

    /// <summary>Skips the test that runs now, with the reason.</summary>
    public static void SkipWhereThereAreNone()
    {
        // Looked for once, by asking the programs for their version.
        var lack = Lack.Value.GetAwaiter().GetResult();
        Assert.SkipWhen(lack is not null, $"The test starts a PostgreSQL of its own. {lack}");
    }

    private static async Task<string?> FindLackAsync()
    {
        try
        {
            await PostgresBinaries.FindAsync(null, CancellationToken.None).ConfigureAwait(false);
            return null;
        }
        catch (ServerRefusedException none)
        {
            return none.Message;
        }
    }
}
