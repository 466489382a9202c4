using RaceLab.Engine.Sweeps;
using RaceLab.Web.Races;

namespace RaceLab.Web.Sweeps;

/// <summary>
/// Every choice of the page that sweeps, as the query of its address:
/// <c>?scenario=sign-up&amp;strategy=check-then-insert&amp;pauses=0,1,5,20&amp;workers=2,8&amp;spread=50&amp;keys=25&amp;rounds=2&amp;seed=1</c>.
/// </summary>
/// <param name="Scenario">The scenario's id; null: not said.</param>
/// <param name="Strategy">The strategy's id; null: not said.</param>
/// <param name="Choices">As written; what the link does not say is as by default.</param>
/// <param name="Refusals">What the link says and nobody understands, in sentences.</param>
public sealed record SweepLink(string? Scenario, string? Strategy, SweepChoices Choices, IReadOnlyList<string> Refusals)
{
    private const string Address = "/sweep";

    /// <summary>The page with a strategy chosen and nothing begun.</summary>
    public static SweepLink To(string? scenario, string? strategy) => new(scenario, strategy, SweepChoices.Default, []);

    /// <summary>Reads a query, with or without its question mark. Never fails: what it does not understand is named and kept out; what is out of range is said by its field.</summary>
    public static SweepLink Parse(string query)
    {
        ArgumentNullException.ThrowIfNull(query);
        var link = To(null, null);
        var refusals = new List<string>();
        var seen = new HashSet<string>();
        foreach (var (name, value) in LinkQuery.Read(query))
        {
            if (!seen.Add(name)) refusals.Add($"The link says “{LinkQuery.Cut(name)}” twice; the first counts.");
            else if (name == "scenario") link = link with { Scenario = value };
            else if (name == "strategy") link = link with { Strategy = value };
            else if (SweepChoices.Names.Contains(name)) link = link with { Choices = SweepChoices.From(link.Choices.Write().Where(w => w.Key != name).Append(new(name, value))) };
            else refusals.Add($"The link says “{LinkQuery.Cut(name)}”, which this page does not know; it was left out.");
        }

        return link with { Refusals = refusals };
    }

    /// <summary>The address, from the slash on.</summary>
    public override string ToString() =>
        Address + LinkQuery.Write([("scenario", Scenario), ("strategy", Strategy), .. Choices.Write().Select(w => (w.Key, w.Value.Length == 0 ? null : (string?)w.Value))]);
}
