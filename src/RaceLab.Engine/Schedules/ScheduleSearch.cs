using RaceLab.Engine.Programs;

namespace RaceLab.Engine.Schedules;

/// <summary>
/// Depth-first search over schedules that are always replayed from the start, with sleep sets. It knows nothing of databases: it is told who
/// could go next, and says who does.
/// </summary>
internal sealed class ScheduleSearch
{
    private readonly Func<ProgramStep, ProgramStep, bool> _independent;
    private readonly Likeness _alike;
    private readonly List<Choice> _choices = [];
    private int _depth;
    private readonly HashSet<int> _begun = [];

    public ScheduleSearch(Func<ProgramStep, ProgramStep, bool> independent, Likeness alike)
    {
        _independent = independent;
        _alike = alike;
    }

    /// <summary>Whether there are choices that were not tried.</summary>
    public bool HasMore => _choices.Count > 0;

    /// <summary>The turn to take, or null where every schedule from here on is equivalent to one that was tried.</summary>
    /// <param name="ready">The turns that could be taken now.</param>
    public Turn? Choose(IReadOnlyList<Turn> ready)
    {
        if (_depth == _choices.Count)
        {
            // Of sessions that are alike and have not begun, only the first one may: the others would do the same under another name.
            var candidates = ready.Where(t => _alike.Before(t.Session) is not { } first || _begun.Contains(first));
            var sleeping = _depth == 0 ? [] : _choices[_depth - 1].SleepBehind(_independent);
            _choices.Add(new Choice([.. candidates.Where(t => !sleeping.Contains(t))], sleeping));
        }

        var choice = _choices[_depth];
        if (choice.Current is not { } turn) return null;
        _depth++;
        _begun.Add(turn.Session);
        return turn;
    }

    /// <summary>Whether what has been seen up to the next choice is what was seen there every time before.</summary>
    public bool Confirms(string seen) => _depth == 0 || _choices[_depth - 1].Confirms(seen);

    /// <summary>Goes to the next schedule; false where there is none.</summary>
    public bool Backtrack()
    {
        _depth = 0;
        _begun.Clear();
        while (_choices.Count > 0)
        {
            if (_choices[^1].Advance()) return true;
            _choices.RemoveAt(_choices.Count - 1);
        }

        return false;
    }

    private sealed class Choice(IReadOnlyList<Turn> candidates, IReadOnlyList<Turn> sleeping)
    {
        private int _current;
        private string? _seen;

        public Turn? Current => _current < candidates.Count ? candidates[_current] : null;

        public bool Advance()
        {
            _seen = null;
            return ++_current < candidates.Count;
        }

        public bool Confirms(string seen) => (_seen ??= seen) == seen;

        /// <summary>What need not be tried behind the current turn: it was tried before it, and their order makes no difference.</summary>
        public IReadOnlyList<Turn> SleepBehind(Func<ProgramStep, ProgramStep, bool> independent)
        {
            var turn = candidates[_current];
            return [.. sleeping.Concat(candidates.Take(_current)).Where(t => t.Session != turn.Session && independent(t.Step, turn.Step))];
        }
    }
}
