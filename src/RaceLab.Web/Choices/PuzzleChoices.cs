using RaceLab.Engine.Content;
using RaceLab.Web.Races;

namespace RaceLab.Web.Choices;

/// <summary>A scenario's puzzles, to choose from.</summary>
public static class PuzzleChoices
{
    /// <summary>No puzzle, and then all of them in content's order.</summary>
    /// <param name="puzzles">The scenario's.</param>
    /// <param name="solved">The ids of those that were solved in this visit.</param>
    public static IReadOnlyList<ChoiceGroup> Of(IReadOnlyList<Puzzle> puzzles, IReadOnlySet<string> solved) =>
    [
        new(null, null,
        [
            new Choice("", "No puzzle: step as you like"),
            .. puzzles.Select(p => new Choice(p.Id, p.Title)
            {
                IsDone = solved.Contains(p.Id),
                Aside = solved.Contains(p.Id) ? "solved" : Figures.Count(p.Sessions, "session", "sessions"),
            }),
        ]),
    ];
}
