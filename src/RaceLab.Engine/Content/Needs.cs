using RaceLab.Engine.Programs;

namespace RaceLab.Engine.Content;

/// <summary>What a scenario or a strategy asks of the server that it is raced on.</summary>
/// <param name="Postgres">The lowest major version of PostgreSQL, 13 or more.</param>
/// <param name="Behaviours">What it relies on, each once.</param>
public sealed record Needs(int Postgres, IReadOnlyList<ServerBehaviour> Behaviours)
{
    /// <summary>The oldest major version that the lab works with at all.</summary>
    public const int OldestPostgres = 13;

    /// <summary>What must stand beside the database, each once.</summary>
    public IReadOnlyList<LabService> Services { get; init; } = [];

    /// <summary>Extensions of PostgreSQL that its SQL uses, each once; the lab installs them in the race's database.</summary>
    public IReadOnlyList<string> Extensions { get; init; } = [];

    /// <summary>What every server has that the lab accepts.</summary>
    public static Needs Nothing { get; } = new(OldestPostgres, []);

    /// <summary>Both: the newer version, and every behaviour, service and extension of either.</summary>
    public Needs And(Needs other) => new(Math.Max(Postgres, other.Postgres), [.. Behaviours.Union(other.Behaviours)])
    {
        Services = [.. Services.Union(other.Services)],
        Extensions = [.. Extensions.Union(other.Extensions)],
    };
}

/// <summary>
/// Something that a server must do, and not only claim: a server that speaks PostgreSQL's language need not be PostgreSQL. Found out by trying.
/// </summary>
public enum ServerBehaviour
{
    /// <summary>Of two sessions that take one advisory lock, the second waits until the first has ended.</summary>
    AdvisoryLocks,

    /// <summary>A duplicate is rejected with SQLSTATE 23505 and the constraint's name.</summary>
    UniqueViolations,

    /// <summary>Of two SERIALIZABLE transactions that each write what the other has read, one fails.</summary>
    SerializationFailures,
}

/// <summary>The words for behaviours in content and in sentences.</summary>
public static class ServerBehaviours
{
    /// <summary>Every behaviour with its name in a file.</summary>
    public static readonly IReadOnlyDictionary<string, ServerBehaviour> ByName = new Dictionary<string, ServerBehaviour>
    {
        ["advisory locks"] = ServerBehaviour.AdvisoryLocks,
        ["unique violations"] = ServerBehaviour.UniqueViolations,
        ["serialization failures"] = ServerBehaviour.SerializationFailures,
    };

    /// <summary>A behaviour's name, as in a file.</summary>
    public static string NameOf(ServerBehaviour behaviour) => ByName.First(b => b.Value == behaviour).Key;
}

/// <summary>The words for services in content.</summary>
public static class LabServiceNames
{
    /// <summary>Every service with its name in a file.</summary>
    public static readonly IReadOnlyDictionary<string, LabService> ByName = new Dictionary<string, LabService>
    {
        ["replica"] = LabService.Replica,
        ["redis"] = LabService.Redis,
    };
}
