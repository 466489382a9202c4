using System.Globalization;
using RaceLab.Engine.Content;
using RaceLab.Engine.Races;

namespace RaceLab.Engine.Sweeps;

/// <summary>A sweep as somebody wrote it, in a form, in an address or in a record that is kept: everything is text until <see cref="Read"/> has looked at it.</summary>
public sealed record SweepChoices
{
    private static readonly Field[] Fields =
    [
        new("invariant", c => c.Invariant, (c, text) => c with { Invariant = text }),
        new("pauses", c => c.Pauses, (c, text) => c with { Pauses = text }),
        new("workers", c => c.Workers, (c, text) => c with { Workers = text }),
        new("spread", c => c.Spread, (c, text) => c with { Spread = text }),
        new("keys", c => c.Keys, (c, text) => c with { Keys = text }),
        new("rounds", c => c.Rounds, (c, text) => c with { Rounds = text }),
        new("seed", c => c.Seed, (c, text) => c with { Seed = text }),
    ];

    /// <summary>What nobody has chosen: some two minutes.</summary>
    public static SweepChoices Default { get; } = new();

    /// <summary>The names under which an address has them.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. Fields.Select(f => f.Name)];

    /// <summary>The invariant's name in content; empty: the scenario's first.</summary>
    public string Invariant { get; init; } = "";

    /// <summary>Milliseconds, with commas.</summary>
    public string Pauses { get; init; } = "0,1,2,5,10,20,50";

    /// <summary>With commas.</summary>
    public string Workers { get; init; } = "2,4,8,16";

    /// <summary>Milliseconds.</summary>
    public string Spread { get; init; } = "50";

    /// <summary>Of each race.</summary>
    public string Keys { get; init; } = "25";

    /// <summary>Races of each cell.</summary>
    public string Rounds { get; init; } = "2";

    /// <summary>A whole number.</summary>
    public string Seed { get; init; } = "1";

    /// <summary>What was written under these names; what was not is as by default.</summary>
    public static SweepChoices From(IEnumerable<KeyValuePair<string, string>> written) =>
        written.Aggregate(Default, (choices, w) => Fields.FirstOrDefault(f => f.Name == w.Key) is { } field ? field.Set(choices, w.Value) : choices);

    /// <summary>All of them by name, as <see cref="From"/> reads them.</summary>
    public IReadOnlyDictionary<string, string> Write() => Fields.ToDictionary(f => f.Name, f => f.Get(this));

    /// <summary>Reads and checks all of it.</summary>
    /// <param name="scenario">Whose invariants it may name; null where that is not known.</param>
    /// <param name="workersPerRace">The most workers that the lab allows.</param>
    public ReadSweep Read(Scenario? scenario, int workersPerRace = Workload.MaximumWorkers)
    {
        var problems = new List<WorkloadProblem>();
        var invariant = Invariant.Length > 0 ? Invariant : scenario?.Invariants[0].Name ?? "";
        if (scenario is not null && scenario.Invariants.All(i => i.Name != invariant))
            problems.Add(new(nameof(SweepPlan.Invariant), $"“{Cut(invariant)}” is no invariant of this scenario; it has {string.Join(", ", scenario.Invariants.Select(i => i.Name))}."));
        var plan = new SweepPlan
        {
            Invariant = invariant,
            PausesMs = Numbers(Pauses, nameof(SweepPlan.PausesMs), "Pauses", "0,1,5,20"),
            Workers = Numbers(Workers, nameof(SweepPlan.Workers), "Workers", "2,4,8"),
            Spread = TimeSpan.FromMilliseconds(Whole(Spread, nameof(SweepPlan.Spread), "The spread")),
            Keys = Whole(Keys, nameof(SweepPlan.Keys), "Keys"),
            Rounds = Whole(Rounds, nameof(SweepPlan.Rounds), "Rounds"),
            Seed = Whole(Seed, nameof(SweepPlan.Seed), "The seed"),
        };

        // What could not be read stands for nothing, so nothing is said about its range.
        var unread = problems.Select(p => p.Property).ToHashSet();
        problems.AddRange(plan.Validate(workersPerRace).Where(p => !unread.Contains(p.Property)));
        if (problems.Count == 0 && plan.FindExcess() is { } excess) problems.Add(new(nameof(SweepPlan.ExpectedTime), excess));
        return new ReadSweep(problems.Count == 0 ? plan : null, problems);

        int Whole(string text, string property, string what)
        {
            if (int.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out var number)) return number;
            problems.Add(new(property, $"{what} must be a whole number, and “{Cut(text)}” is not."));
            return 1;
        }

        List<int> Numbers(string text, string property, string what, string example)
        {
            var numbers = new List<int>();
            foreach (var piece in text.Split(','))
            {
                if (int.TryParse(piece.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var number))
                {
                    numbers.Add(number);
                    continue;
                }

                problems.Add(new(property, $"{what} must be whole numbers with commas, such as {example}, and “{Cut(text)}” is not."));
                return [2];
            }

            return numbers;
        }
    }

    private static string Cut(string text) => text.Length <= 40 ? text : text[..40] + "…";

    private sealed record Field(string Name, Func<SweepChoices, string> Get, Func<SweepChoices, string, SweepChoices> Set);
}

/// <summary>What somebody's choices say.</summary>
/// <param name="Plan">Null where there are problems.</param>
/// <param name="Problems">What is wrong, by property of <see cref="SweepPlan"/>.</param>
public sealed record ReadSweep(SweepPlan? Plan, IReadOnlyList<WorkloadProblem> Problems)
{
    /// <summary>The sentence about one property, or null.</summary>
    public string? For(string property) => Problems.FirstOrDefault(p => p.Property == property)?.Message;
}
