using RaceLab.Engine.Programs;

namespace RaceLab.Engine.TakeHome;

/// <summary>Where in a role's tree results and values are set, and where they are asked for.</summary>
internal sealed class NameUses
{
    private readonly Dictionary<Step, string> _asked = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<string, List<Place>> _rowsAsked = [];
    private readonly Dictionary<string, List<(Place Place, UseKind Kind)>> _used = [];
    private readonly Dictionary<PlannedName, List<(Place Place, bool Certain)>> _set = [];
    private readonly List<(string Variable, Place Place, bool Certain)> _kept = [];
    private readonly HashSet<string> _given;
    private string? _lastSqlStep;

    private NameUses(IEnumerable<string> given) => _given = [.. given];

    private enum UseKind
    {
        Sent,
        Flag,
        Number,
    }

    /// <summary>Reads a role's steps.</summary>
    /// <param name="steps">What it does.</param>
    /// <param name="drawn">What is drawn for each attempt.</param>
    /// <exception cref="NotExpressibleException">They use what no writer knows.</exception>
    public static NameUses Of(IReadOnlyList<Step> steps, IReadOnlyList<Input> drawn)
    {
        var uses = new NameUses(StepProgram.Inputs.Concat(drawn.Select(d => d.Name)));
        uses.Read(steps, new Place([]));
        foreach (var hashed in drawn.Where(d => uses.IsUsed(d.Name)).Select(d => d.Of).OfType<string>()) uses.Use(hashed, new Place([]), UseKind.Sent);
        foreach (var (variable, place, certain) in uses._kept) uses.Set(uses.NameOf(variable), place, certain);
        return uses;
    }

    /// <summary>Whether some kept value is a statement's parameter later.</summary>
    public bool SomeValueIsSentAgain => _kept.Any(k => KindOf(k.Variable) == NameKind.Value);

    /// <summary>Whether a variable, kept or given, is used at all.</summary>
    public bool IsUsed(string variable) => _used.ContainsKey(variable);

    /// <summary>Whether a later step asks how many rows that one returned.</summary>
    public bool AsksRowsOf(SqlStep step) => _rowsAsked.ContainsKey(step.Name);

    /// <summary>The name of the step whose rows a step's <c>when</c> asks about.</summary>
    public string StepAskedBy(Step step) => _asked[step];

    /// <summary>A variable with the kind that its uses make of it.</summary>
    public PlannedName NameOf(string variable) => new(variable, KindOf(variable));

    /// <summary>Whether a name is set in one place, on every way past it, and used only behind it in the same block or deeper: it can be declared there.</summary>
    public bool IsLocal(PlannedName name) =>
        _set[name] is [(var place, true)]
        && (name.Kind == NameKind.Rows ? _rowsAsked[name.Name] : _used[name.Name].Select(u => u.Place)).All(u => u.IsWithin(place));

    /// <summary>What is set for the first time inside a block or a loop: an error that undoes the block forgets it, and so does the loop's next round.</summary>
    public IEnumerable<PlannedName> SetOnlyIn(Step block) =>
        _set.Where(s => s.Value[0].Place.IsWithin(block)).Select(s => s.Key);

    private NameKind KindOf(string variable) => _used.GetValueOrDefault(variable, []) switch
    {
        _ when _given.Contains(variable) => NameKind.Value,
        var uses when uses.All(u => u.Kind == UseKind.Flag) => NameKind.Flag,
        var uses when uses.All(u => u.Kind == UseKind.Number) => NameKind.Number,
        _ => NameKind.Value,
    };

    private void Read(IReadOnlyList<Step> steps, Place place)
    {
        foreach (var step in steps)
        {
            KnownParts.RefuseOthers(step);
            switch (step)
            {
                case SqlStep sql:
                    ReadSql(sql, place);
                    break;
                case PauseStep pause:
                    Ask(pause, pause.When, place);
                    break;
                case SayStep say:
                    Ask(say, say.When, place);
                    break;
                case CrashStep crash:
                    Ask(crash, crash.When, place);
                    break;
                case WithinStep within:
                    if (within.Variable is { } meant) Use(meant, place, UseKind.Sent);
                    Read(within.Steps, place.Inside(within));
                    break;
                case EachStep each:
                    _given.Add(each.Variable);
                    Use(each.List, place, UseKind.Sent);
                    Read(each.Steps, place.Inside(each));
                    break;
            }
        }
    }

    private void ReadSql(SqlStep step, Place place)
    {
        Ask(step, step.When, place);
        foreach (var parameter in step.Sql.Parameters) Use(parameter, place, UseKind.Sent);
        var certain = step.When is null && step.OnError.Rules.Count == 0;
        Set(new PlannedName(step.Name, NameKind.Rows), place, certain);
        foreach (var keep in step.Keep) _kept.Add((keep.Variable, place, certain));
        _lastSqlStep = step.Name;
    }

    private void Ask(Step step, Condition? when, Place place)
    {
        if (when is null) return;
        if (when.Variable is { } variable)
        {
            Use(variable, place, when.Literal is "true" or "false" ? UseKind.Flag : UseKind.Number);
            return;
        }

        var asked = when.InStep ?? _lastSqlStep!;
        _asked[step] = asked;
        (_rowsAsked.TryGetValue(asked, out var places) ? places : _rowsAsked[asked] = []).Add(place);
    }

    private void Use(string variable, Place place, UseKind kind) =>
        (_used.TryGetValue(variable, out var uses) ? uses : _used[variable] = []).Add((place, kind));

    private void Set(PlannedName name, Place place, bool certain) =>
        (_set.TryGetValue(name, out var places) ? places : _set[name] = []).Add((place, certain));

    /// <summary>A place in the tree: the blocks around it, outermost first.</summary>
    private readonly record struct Place(IReadOnlyList<Step> Blocks)
    {
        public Place Inside(Step block) => new([.. Blocks, block]);

        public bool IsWithin(Step block) => Blocks.Contains(block, ReferenceEqualityComparer.Instance);

        public bool IsWithin(Place other) => other.Blocks.All(IsWithin);
    }
}
