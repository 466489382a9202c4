using RaceLab.Engine.Content;
using RaceLab.Engine.Programs;
using RaceLab.Engine.Races;
using RaceLab.Engine.Schedules;

namespace RaceLab.Engine.Checks;

/// <summary>What the first attempt of a schedule is given.</summary>
internal sealed class GivenValues
{
    private readonly Dictionary<int, string> _values = [];

    public GivenValues(Scenario scenario, Strategy strategy)
    {
        const string First = "1";
        var key = scenario.Key.For(1);
        string[] given = [key, First, First, First];
        for (var slot = 0; slot < given.Length; slot++) _values[slot] = given[slot];
        var source = InputSource.ForSchedule(ScheduleRunner.RequestFor(scenario, strategy, Puzzle.FewestSessions));
        var drawn = strategy.Program.Drawn;
        for (var place = 0; place < drawn.Count; place++) _values[given.Length + place] = source.Draw(drawn[place], place, new Arrival(key, First, 1, 1));
        foreach (var loop in strategy.Program.Loops) _values[loop.ItemSlot] = key;
    }

    /// <summary>A slot's value in the server's text form; null where a step keeps it.</summary>
    public string? Of(int slot) => _values.GetValueOrDefault(slot);
}
