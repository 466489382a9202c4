using System.Globalization;
using RaceLab.Web.Races;

namespace RaceLab.Web.Schedules;

/// <summary>
/// Every choice of the page that explores, as the query of its address: <c>?scenario=sign-up&amp;strategy=upsert&amp;sessions=3&amp;run=1&amp;outcome=B&amp;page=2</c>.
/// </summary>
/// <param name="Scenario">The scenario's id; null: not said.</param>
/// <param name="Strategy">The strategy's id; null: not said.</param>
/// <param name="Sessions">2 or 3.</param>
/// <param name="Run">Whether to begin at once.</param>
/// <param name="Outcome">The index, from 0, of the outcome whose schedules are shown; null: all.</param>
/// <param name="Page">Which part of the schedules is shown, from 1.</param>
/// <param name="Refusals">What the link says and nobody understands, in sentences.</param>
public sealed record ExploreLink(string? Scenario, string? Strategy, int Sessions, bool Run, int? Outcome, int Page, IReadOnlyList<string> Refusals)
{
    private const string Address = "/explore";
    private const int SessionsByDefault = 2;

    /// <summary>The page with a strategy chosen and nothing begun.</summary>
    public static ExploreLink To(string? scenario, string? strategy) => new(scenario, strategy, SessionsByDefault, false, null, 1, []);

    /// <summary>Reads a query, with or without its question mark. Never fails: what it does not understand is named and kept out.</summary>
    public static ExploreLink Parse(string query)
    {
        ArgumentNullException.ThrowIfNull(query);
        var link = To(null, null);
        var refusals = new List<string>();
        var seen = new HashSet<string>();
        foreach (var (name, value) in LinkQuery.Read(query))
        {
            if (!seen.Add(name))
            {
                refusals.Add($"The link says “{LinkQuery.Cut(name)}” twice; the first counts.");
                continue;
            }

            switch (name)
            {
                case "scenario": link = link with { Scenario = value }; break;
                case "strategy": link = link with { Strategy = value }; break;
                case "sessions" when value is "2" or "3": link = link with { Sessions = value[0] - '0' }; break;
                case "sessions": refusals.Add($"The link says sessions={LinkQuery.Cut(value)}, which can be 2 or 3; it is {SessionsByDefault}."); break;
                case "run" when value is "1": link = link with { Run = true }; break;
                case "run": refusals.Add($"The link says run={LinkQuery.Cut(value)}, which can only be 1: begin at once. Press the button instead."); break;
                case "outcome" when OutcomeLetter.Parse(value) is { } outcome: link = link with { Outcome = outcome }; break;
                case "outcome": refusals.Add($"The link says outcome={LinkQuery.Cut(value)}, which is no letter such as A; all outcomes are shown."); break;
                case "page" when int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var page) && page > 0: link = link with { Page = page }; break;
                case "page": refusals.Add($"The link says page={LinkQuery.Cut(value)}, which is no page; it is the first."); break;
                default: refusals.Add($"The link says “{LinkQuery.Cut(name)}”, which this page does not know; it was left out."); break;
            }
        }

        return link with { Refusals = refusals };
    }

    /// <summary>The address, from the slash on.</summary>
    public override string ToString() => Address + LinkQuery.Write(
        ("scenario", Scenario),
        ("strategy", Strategy),
        ("sessions", Sessions.ToString(CultureInfo.InvariantCulture)),
        ("run", Run ? "1" : null),
        ("outcome", Outcome is { } outcome ? OutcomeLetter.Of(outcome) : null),
        ("page", Page > 1 ? Page.ToString(CultureInfo.InvariantCulture) : null));
}
