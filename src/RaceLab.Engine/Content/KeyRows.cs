using RaceLab.Engine.Programs;

namespace RaceLab.Engine.Content;

/// <summary>What is there for a key before anybody comes: a statement that is run once for each key of a race, behind the schema and before a strategy's setup.</summary>
/// <param name="Statement">Its only parameter is <c>@key</c>.</param>
public sealed record KeyRows(SqlText Statement)
{
    /// <summary>The parameter that stands for the key.</summary>
    public const string Parameter = "key";
}
