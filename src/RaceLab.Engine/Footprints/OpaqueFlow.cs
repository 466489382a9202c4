namespace RaceLab.Engine.Footprints;

/// <summary>
/// Follows values that must make no difference through statements: they may be stored, handed on, counted, and compared with each other for equality. Whatever else is done
/// with one (ordered, computed with, compared with a constant, given to a function) is a look at it. What the analysis does not know it takes for a look.
/// </summary>
/// <param name="facts">Tables, functions and operators.</param>
/// <param name="isSource">Whether a node is such a value by itself.</param>
internal sealed class OpaqueFlow(ServerFacts facts, Func<ParseNode, bool> isSource)
{
    // int8, int2, int4, text, varchar, numeric, uuid: different values stay different in them.
    private static readonly HashSet<long> _faithfulTypes = [20, 21, 23, 25, 1043, 1700, 2950];

    private readonly HashSet<(long Table, int Column)> _columns = [];
    private readonly HashSet<int> _slots = [];

    /// <summary>Where such a value is looked at, in half a sentence; null where it never is.</summary>
    public string? Look { get; private set; }

    /// <summary>The columns that hold such values.</summary>
    public IReadOnlyCollection<(long Table, int Column)> Columns => _columns;

    /// <summary>The program's variables that hold such values.</summary>
    public IReadOnlySet<int> Slots => _slots;

    /// <summary>Whether something was learned since this was last set.</summary>
    public bool HasLearned { get; set; }

    /// <summary>A column holds such values from the start.</summary>
    public void Mark(long table, int column) => HasLearned |= _columns.Add((table, column));

    /// <summary>A variable of the program holds one.</summary>
    public void Mark(int slot) => HasLearned |= _slots.Add(slot);

    /// <summary>Notes a look.</summary>
    public void Note(string where) => Look ??= where;

    /// <summary>Follows the values through one statement.</summary>
    /// <param name="tree">A list of queries.</param>
    /// <param name="slots">For each parameter of the statement, its variable.</param>
    /// <returns>Names of the columns of its result that hold such values.</returns>
    public IReadOnlySet<string> Follow(ParseNode tree, IReadOnlyList<int> slots)
    {
        var names = new HashSet<string>();
        foreach (var query in tree.Items.Where(q => q.Label == "QUERY"))
        {
            var scope = new Scope(query, null, slots);
            var values = Walk(scope);
            foreach (var (entry, value) in Results(query).Zip(values))
                if (value == Value.Opaque) names.Add(entry["resname"].Word ?? "");
        }

        return names;
    }

    private static IEnumerable<ParseNode> Results(ParseNode query) =>
        query[query.Number("commandType") == 1 ? "targetList" : "returningList"].Items.Where(e => !e.Is("resjunk"));

    /// <summary>Follows the values through one query; its results, junk left out.</summary>
    private List<Value> Walk(Scope scope)
    {
        var query = scope.Query;
        foreach (var shared in query["cteList"].Items) scope.ResultsOf(shared, Walk);
        foreach (var range in query["rtable"].Items) Enter(range, scope);
        StoreInto(query, query["targetList"], scope);
        if (query["onConflict"] is { Label: not null } conflict)
        {
            StoreInto(query, conflict["onConflictSet"], scope);
            foreach (var part in (string[])["arbiterElems", "arbiterWhere", "onConflictWhere"]) Decide(conflict[part], scope, "ON CONFLICT decides by it");
        }

        foreach (var action in query["mergeActionList"].Items)
        {
            StoreInto(query, action["targetList"], scope, action.Number("commandType"));
            Decide(action["qual"], scope, "MERGE decides by it");
        }

        Decide(query["jointree"], scope, "a condition decides by it");
        Decide(query["mergeJoinCondition"], scope, "MERGE decides by it");
        Decide(query["havingQual"], scope, "HAVING decides by it");
        Decide(query["limitCount"], scope, "LIMIT counts with it");
        Decide(query["limitOffset"], scope, "OFFSET counts with it");
        Decide(query["windowClause"], scope, "a window is ordered by it");
        foreach (var check in query["withCheckOptions"].Items) Decide(check["qual"], scope, "a check looks at it");
        if (query["setOperations"].IsNothing) return [.. Results(query).Select(entry => Evaluate(entry["expr"], scope))];
        return Combined(query, scope);
    }

    /// <summary>The columns of a UNION and its like.</summary>
    private List<Value> Combined(ParseNode query, Scope scope)
    {
        var parts = query["rtable"].Items.Where(r => r.Number("rtekind") == 1).Select(r => scope.Subqueries[r]).ToList();
        var width = parts.Count == 0 ? 0 : parts.Min(p => p.Count);
        var columns = Enumerable.Range(0, width).Select(i => Mix(parts.Select(p => p[i]), "a UNION mixes it with others")).ToList();
        var compares = query["setOperations"].All().Any(n => n.Label == "SETOPERATIONSTMT" && !(n.Is("all") && n.Number("op") == 1));
        if (compares && columns.Contains(Value.Opaque)) Note("a set operation compares it");
        if (columns.Contains(Value.Opaque) && !query["sortClause"].IsNothing) Note("a sort orders by it");
        return columns;
    }

    private void Enter(ParseNode range, Scope scope)
    {
        if (range.Number("rtekind") == 1 && range["subquery"] is { Label: "QUERY" } subquery) scope.Subqueries[range] = Walk(new Scope(subquery, scope, scope.Slots));
        else if (range.Number("rtekind") is 3 or 4) Decide(range["functions"], scope, "a function is given it");
        Decide(range["securityQuals"], scope, "a policy decides by it");
    }

    /// <summary>Where a query writes, what it stores is handed on to the columns; and whatever it lists must not be ordered by.</summary>
    private void StoreInto(ParseNode query, ParseNode list, Scope scope, long? command = null)
    {
        var writes = (command ?? query.Number("commandType")) is 2 or 3;
        var table = writes && query.Number("resultRelation") is > 0 and var target ? query["rtable"].Items[(int)target - 1].Number("relid") : 0;
        foreach (var entry in list.Items.Where(e => e.Label == "TARGETENTRY"))
        {
            var value = Evaluate(entry["expr"], scope);
            if (value == Value.Opaque && entry.Number("ressortgroupref") > 0) Note("it is sorted or grouped by");
            if (table == 0 || entry.Is("resjunk")) continue;
            var column = (table, (int)entry.Number("resno"));
            if (value == Value.Opaque) HasLearned |= _columns.Add(column);
            else if (value == Value.Plain && _columns.Contains(column)) Note("its column also gets other values");
        }
    }

    private void Decide(ParseNode node, Scope scope, string where)
    {
        if (Evaluate(node, scope) == Value.Opaque) Note(where);
    }

    private Value Evaluate(ParseNode node, Scope scope)
    {
        if (isSource(node)) return Value.Opaque;
        switch (node.Label)
        {
            case "VAR":
                return ValueOf(node, scope);
            case "PARAM":
                return node.Number("paramkind") == 0 && _slots.Contains(scope.Slots[(int)node.Number("paramid") - 1]) ? Value.Opaque : Value.Plain;
            case "CONST":
                return node.Is("constisnull") ? Value.Nothing : Value.Plain;
            case "TARGETENTRY":
                return Evaluate(node["expr"], scope);
            case "RELABELTYPE" or "COERCEVIAIO" when _faithfulTypes.Contains(node.Number("resulttype")):
                return Evaluate(node["arg"], scope);
            case "FUNCEXPR" when node.Number("funcformat") is 1 or 2 && node["args"].Items.Count == 1 && _faithfulTypes.Contains(node.Number("funcresulttype")):
                return Evaluate(node["args"].Items[0], scope);
            case "OPEXPR" or "DISTINCTEXPR" when node["args"].Items.Count == 2:
                return Compare(node, Evaluate(node["args"].Items[0], scope), Evaluate(node["args"].Items[1], scope));
            case "NULLTEST":
                Evaluate(node["arg"], scope);
                return Value.Plain;
            case "COALESCE" or "COALESCEEXPR":
                return Mix(node["args"].Items.Select(a => Evaluate(a, scope)).ToList(), "COALESCE mixes it with others");
            case "SUBLINK":
                return ValueOfSublink(node, scope);
            case "AGGREF" when facts.FunctionOf(node.Number("aggfnoid")) is { IsBuiltIn: true, Name: "count" }:
                foreach (var argument in node["args"].Items) Evaluate(argument, scope);
                Decide(node["aggfilter"], scope, "a filter decides by it");
                return Value.Plain;
            case "QUERY":
                return Walk(new Scope(node, scope, scope.Slots)).Contains(Value.Opaque) ? Value.Opaque : Value.Plain;
        }

        // Lists, and nodes of which nothing is known: whatever comes out of them may depend on all that goes in.
        foreach (var child in node.Children.ToList())
            if (Evaluate(child, scope) == Value.Opaque) Note(node.Label is null ? "a list holds it" : $"it goes into an expression ({node.Label.ToLowerInvariant()})");
        return Value.Plain;
    }

    private Value Compare(ParseNode comparison, Value left, Value right)
    {
        if (left != Value.Opaque && right != Value.Opaque) return Value.Plain;
        var forEquality = facts.OperatorOf(comparison.Number("opno")) is { IsBuiltIn: true, Name: "=" or "<>" };
        if (!forEquality || left == Value.Plain || right == Value.Plain) Note("it is computed or compared with something else");
        return Value.Plain;
    }

    private Value ValueOfSublink(ParseNode sublink, Scope scope)
    {
        var inner = Walk(new Scope(sublink["subselect"], scope, scope.Slots));
        switch (sublink.Number("subLinkType"))
        {
            case 0: // EXISTS
                return Value.Plain;
            case 4: // A single value.
                return inner is [var single, ..] ? single : Value.Plain;
            case 2 when inner.Count == 1 && sublink["testexpr"] is { Label: "OPEXPR" } test: // IN, and = ANY
                return Compare(test, Evaluate(test["args"].Items[0], scope), inner[0]);
            default:
                Decide(sublink["testexpr"], scope, "a subquery is compared with it");
                if (inner.Contains(Value.Opaque)) Note("a subquery's rows are put together");
                return Value.Plain;
        }
    }

    private Value Mix(IEnumerable<Value> values, string where)
    {
        var all = values.ToHashSet();
        if (!all.Contains(Value.Opaque)) return all.Contains(Value.Plain) ? Value.Plain : Value.Nothing;
        if (all.Contains(Value.Plain)) Note(where);
        return Value.Opaque;
    }

    private Value ValueOf(ParseNode variable, Scope scope)
    {
        var at = scope;
        for (var up = variable.Number("varlevelsup"); up > 0 && at.Outer is not null; up--) at = at.Outer;
        var (number, column) = ((int)variable.Number("varno"), (int)variable.Number("varattno"));
        var ranges = at.Query["rtable"].Items;
        return number > 0 && number <= ranges.Count ? ColumnOf(ranges[number - 1], column, at) : Value.Opaque;
    }

    private Value ColumnOf(ParseNode range, int column, Scope scope)
    {
        switch (range.Number("rtekind"))
        {
            case 0:
                var table = range.Number("relid");
                return (column == 0 ? _columns.Any(c => c.Table == table) : _columns.Contains((table, column))) ? Value.Opaque : Value.Plain;
            case 1:
                if (!scope.Subqueries.ContainsKey(range)) Enter(range, scope);
                return scope.Subqueries.TryGetValue(range, out var results) ? Pick(results) : Value.Opaque;
            case 2:
                return column > 0 && column <= range["joinaliasvars"].Items.Count ? Evaluate(range["joinaliasvars"].Items[column - 1], scope) : Value.Opaque;
            case 3:
                return Value.Plain;
            case 5:
                return Mix(range["values_lists"].Items.Select(row => column > 0 && column <= row.Items.Count ? Evaluate(row.Items[column - 1], scope) : Value.Opaque).ToList(), "VALUES mixes it with others");
            case 6:
                return scope.ResultsOf(range, Walk) is { } rows ? Pick(rows) : Value.Opaque;
            case 9:
                return column > 0 && column <= range["groupexprs"].Items.Count ? Evaluate(range["groupexprs"].Items[column - 1], scope) : Value.Opaque;
            default:
                return Value.Opaque;
        }

        Value Pick(List<Value> values) => column == 0 ? (values.Contains(Value.Opaque) ? Value.Opaque : Value.Plain) : column <= values.Count && column > 0 ? values[column - 1] : Value.Plain;
    }

    private enum Value
    {
        /// <summary>NULL: it is whatever it stands beside.</summary>
        Nothing,

        /// <summary>Anything else.</summary>
        Plain,

        /// <summary>One of the values that are followed.</summary>
        Opaque,
    }

    /// <summary>A query, and those around it.</summary>
    private sealed class Scope(ParseNode query, Scope? outer, IReadOnlyList<int> slots)
    {
        private readonly Dictionary<ParseNode, List<Value>?> _shared = [];

        public ParseNode Query => query;

        public Scope? Outer => outer;

        public IReadOnlyList<int> Slots => slots;

        public Dictionary<ParseNode, List<Value>> Subqueries { get; } = [];

        /// <summary>The columns of a CTE, by where it is named or used; null for one that is inside itself.</summary>
        public List<Value>? ResultsOf(ParseNode range, Func<Scope, List<Value>> walk)
        {
            var at = this;
            for (var up = range.Number("ctelevelsup"); up > 0 && at.Outer is not null; up--) at = at.Outer;
            if (at.Query["cteList"].Items.FirstOrDefault(c => c["ctename"].Word == range["ctename"].Word) is not { } named) return null;
            if (at._shared.TryGetValue(named, out var known)) return known;
            at._shared[named] = null;
            return at._shared[named] = walk(new Scope(named["ctequery"], at, at.Slots));
        }
    }
}
