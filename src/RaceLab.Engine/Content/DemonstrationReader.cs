namespace RaceLab.Engine.Content;

/// <summary>Reads the demonstrations of a page, and holds them to the scenarios that there are.</summary>
/// <param name="scenarios">Those that could be read.</param>
/// <param name="errors">Where to say what is wrong.</param>
internal sealed class DemonstrationReader(IReadOnlyList<Scenario> scenarios, ErrorSink errors)
{
    private const int LongestSentence = 240;

    /// <summary>The demonstrations in a list field.</summary>
    /// <param name="page">What has the field.</param>
    /// <param name="field">The field's name.</param>
    /// <param name="raises">The SQLSTATE that each of them must raise; null: each says itself what it shows, in <c>shows</c> and <c>says</c>.</param>
    public List<Demonstration> Read(YamlFields page, string field, string? raises)
    {
        var read = new List<Demonstration>();
        if (page.List(field) is not { } list) return read;
        foreach (var item in list)
        {
            if (YamlFields.From(item, $"a part of '{field}'", ErrorSink.LineOf(item), errors) is { } fields && ReadOne(fields, raises) is { } one) read.Add(one);
        }

        return read;
    }

    private Demonstration? ReadOne(YamlFields fields, string? raises)
    {
        var before = errors.Count;
        fields.RefuseOthers(raises is null ? ContentFields.Proof : ContentFields.Production);
        if (FindScenario(fields) is not { } scenario || FindStrategy(fields, scenario) is not { } strategy) return null;
        var sessions = fields.Find("sessions") is null ? Puzzle.FewestSessions : fields.Number("sessions", Puzzle.FewestSessions, Puzzle.MostSessions) ?? Puzzle.MostSessions;
        var race = fields.Find("race") is null ? null : ReadRace(fields);
        if (fields.Find("schedule") is null == (fields.Find("race") is null))
            errors.Add(fields.Line, $"{fields.Owner} is shown by a 'schedule' or by a 'race', and it has {(race is null ? "neither" : "both")}");
        var schedule = fields.Find("schedule") is not null && fields.List("schedule") is { } list
            ? new ScheduleReader(sessions, scenario.Deliveries, errors).Read(list, strategy.Program)
            : [];
        var shows = raises is null ? new GoalReader(scenario.Invariants).Read(fields, "shows", sessions) : new PuzzleGoal { Raises = raises };
        if (race is not null && shows is { Raises: null, Breaks: null })
            errors.Add(fields.Line, $"{fields.Owner} is a race, which leaves the order to luck: all that it can show is what it 'breaks' or 'raises'");
        var says = raises is null ? fields.Text("says", LongestSentence) : null;
        return errors.Count == before ? new Demonstration(scenario.Id, strategy.Id, schedule, sessions, race, shows!, says) : null;
    }

    private Scenario? FindScenario(YamlFields fields)
    {
        if (fields.Text("scenario") is not { } id) return null;
        if (scenarios.FirstOrDefault(s => s.Id == id) is { } scenario) return scenario;
        errors.Add(fields.LineOf("scenario"), $"there is no scenario '{id}' that could be read: {NearestName.Hint(id, [.. scenarios.Select(s => s.Id)])}");
        return null;
    }

    private Strategy? FindStrategy(YamlFields fields, Scenario scenario)
    {
        if (fields.Text("strategy") is not { } id) return null;
        if (scenario.FindStrategy(id) is { } strategy) return strategy;
        errors.Add(fields.LineOf("strategy"), $"the scenario '{scenario.Id}' has no strategy '{id}': {NearestName.Hint(id, [.. scenario.Strategies.Select(s => s.Id)])}");
        return null;
    }

    private static RaceSize? ReadRace(YamlFields fields)
    {
        if (fields.Fields("race", $"'race' of {fields.Owner}") is not { } race) return null;
        race.RefuseOthers(ContentFields.Race);
        var workers = race.Number("workers", 1, RaceSize.MostWorkers);
        var keys = race.Number("keys", 1, RaceSize.MostKeys);
        var attempts = race.Number("attempts", 1, RaceSize.MostAttempts);
        var pause = race.Find("pause ms") is null ? 0 : race.Number("pause ms", 0, RaceSize.LongestPauseMs);
        return workers is null || keys is null || attempts is null || pause is null ? null : new RaceSize(workers.Value, keys.Value, attempts.Value, pause.Value);
    }
}
