using RaceLab.Engine.Autopsies;
using RaceLab.Engine.Programs;
using RaceLab.Engine.Races;
using RaceLab.Engine.Tests.Races;

namespace RaceLab.Engine.Tests.Autopsies;

/// <summary>
/// A race's log written by hand: attempts of which each step is told as <c>name from to rows</c>, or <c>name from to !sqlstate</c>, in microseconds.
/// </summary>
internal sealed class Told(StepProgram program) : IAttempts
{
    private readonly List<AttemptStory> _stories = [];

    public static StepProgram Naive { get; } = SmallScenario.Naive(new Workload()).Strategy.Program;

    public static StepProgram Locked { get; } = SmallScenario.Locked(new Workload()).Strategy.Program;

    public IReadOnlyList<AttemptStory> Stories => _stories;

    public Told Attempt(long number, int worker, Outcome outcome, bool hasRow, params string[] steps)
    {
        _stories.Add(new AttemptStory(number, worker, "thing-1", outcome, hasRow, [.. steps.Select(Run)]));
        return this;
    }

    public AttemptStory? Find(long attempt) => _stories.FirstOrDefault(s => s.Attempt == attempt);

    public AttemptStory? At(int worker, long us) => _stories.FirstOrDefault(s => s.Worker == worker && s.StartUs <= us && us <= s.EndUs);

    public IReadOnlyList<AttemptStory> OfKey(string key, long untilUs) => [.. _stories.Where(s => s.Key == key && s.StartUs <= untilUs).OrderBy(s => s.StartUs)];

    private StepRun Run(string told)
    {
        var words = told.Split(' ');
        var rejected = words.Length > 3 && words[3].StartsWith('!') ? words[3][1..] : null;
        var delivery = words.Length > 4 ? int.Parse(words[4], null) : 1;
        return new StepRun(program.FindStep(words[0])!.Index, delivery, long.Parse(words[1], null), long.Parse(words[2], null), words.Length > 3 && rejected is null ? int.Parse(words[3], null) : 0, rejected);
    }
}
