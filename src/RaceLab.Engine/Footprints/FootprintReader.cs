using System.Text.RegularExpressions;
using RaceLab.Engine.Programs;

namespace RaceLab.Engine.Footprints;

/// <summary>
/// Makes a statement's <see cref="Footprint"/> from its parse tree and from what the catalogues say of everything that it names. It goes by lists of what is known:
/// a node, a function, a kind of table or a command that is on none of them makes the statement unknown.
/// </summary>
internal sealed partial class FootprintReader(ServerFacts facts)
{
    private const int LastClockValue = 8; // SVFOP_LOCALTIMESTAMP_N: behind it come the names of users.

    private static readonly HashSet<string> _knownNodes =
    [
        "QUERY", "RTE", "RANGETBLENTRY", "RTEPERMISSIONINFO", "ALIAS", "FROMEXPR", "RANGETBLREF", "RANGETBLFUNCTION", "JOINEXPR", "TARGETENTRY", "VAR", "PARAM", "CONST", "OPEXPR", "BOOLEXPR", "FUNCEXPR",
        "NAMEDARGEXPR", "AGGREF", "WINDOWFUNC", "WINDOWCLAUSE", "NULLTEST", "BOOLEANTEST", "CASE", "CASEEXPR", "WHEN", "CASEWHEN", "CASETESTEXPR", "COALESCE", "COALESCEEXPR", "MINMAX", "MINMAXEXPR", "SUBLINK",
        "SCALARARRAYOPEXPR", "ARRAY", "ARRAYEXPR", "ROW", "ROWEXPR", "ROWCOMPARE", "ROWCOMPAREEXPR", "RELABELTYPE", "COERCEVIAIO", "ARRAYCOERCEEXPR", "COERCETODOMAIN", "COERCETODOMAINVALUE", "CONVERTROWTYPEEXPR",
        "SQLVALUEFUNCTION", "NEXTVALUEEXPR", "SORTGROUPCLAUSE", "GROUPINGSET", "GROUPINGFUNC", "ROWMARKCLAUSE", "ONCONFLICTEXPR", "INFERENCEELEM", "COMMONTABLEEXPR", "SETOPERATIONSTMT", "DISTINCTEXPR", "NULLIFEXPR",
        "MERGEACTION", "MERGESUPPORTFUNC", "SETTODEFAULT", "FIELDSELECT", "FIELDSTORE", "SUBSCRIPTINGREF", "COLLATEEXPR", "COLLATE", "WITHCHECKOPTION", "RETURNINGEXPR",
    ];

    private const long Text = 25;
    private const long Varchar = 1043;

    // date, time, timestamp, timestamptz, timetz: a text that is read as one of them may be 'now'.
    private static readonly HashSet<long> _timeTypes = [1082, 1083, 1114, 1184, 1266];

    private static readonly HashSet<string> _quietSettings = new(StringComparer.OrdinalIgnoreCase)
    {
        "lock_timeout", "statement_timeout", "synchronous_commit", "plan_cache_mode", "work_mem", "enable_seqscan", "enable_indexscan", "enable_bitmapscan", "enable_indexonlyscan",
    };

    /// <summary>Functions whose answers nobody can repeat, as they were met.</summary>
    public HashSet<string> Chance { get; } = [];

    /// <summary>The footprint of a step's statement.</summary>
    /// <param name="sql">What is sent.</param>
    /// <param name="tree">What the server made of it; null where it made nothing of it.</param>
    public Footprint Read(SqlText sql, ParseNode? tree)
    {
        // A literal 'now' is a constant by the time it is in the tree.
        var saysNow = TimeLiteral().IsMatch(sql.Written);
        if (tree is null) return Footprint.Unknown("the server does not say what it does");
        var footprint = tree.IsCommand ? Command(sql) : Of(tree);
        return footprint with { ReadsClock = footprint.ReadsClock || saysNow };
    }

    /// <summary>The footprint of a tree that is no command.</summary>
    public Footprint Of(ParseNode tree)
    {
        var seen = new Seen();
        foreach (var node in tree.All()) Take(node, seen);
        foreach (var table in seen.Written.SelectMany(facts.WithCascades).ToHashSet())
        {
            if (facts.TableOf(table) is { HasTriggers: true } triggered) seen.Unknown($"{triggered.Name} has triggers");
            else if (facts.TableOf(table) is not { IsPlain: true }) seen.Unknown("it writes what is no ordinary table");
            foreach (var node in facts.RulesOf(table).Select(r => r.Tree).OfType<ParseNode>().SelectMany(t => t.All())) Take(node, seen);
        }

        if (seen.Why is { } why) return Footprint.Unknown(why);
        return new Footprint(seen.IsOrdered ? StatementEffect.Other : seen.Written.Count > 0 ? StatementEffect.Writes : StatementEffect.Reads)
        {
            ReadsClock = seen.ReadsClock,
            LeavesSessionState = seen.LeavesSessionState,
            MayFail = seen.MayFail,
        };
    }

    private void Take(ParseNode node, Seen seen)
    {
        if (node.Label is not { } label) return;
        if (!_knownNodes.Contains(label))
        {
            seen.Unknown($"it uses something that the lab does not know ({label.ToLowerInvariant()})");
            return;
        }

        switch (label)
        {
            case "QUERY":
                TakeQuery(node, seen);
                break;
            case "RTE" or "RANGETBLENTRY":
                TakeRange(node, seen);
                break;
            case "VAR" when node.Number("varattno") < 0 && node.Number("varattno") != -6:
                seen.SystemColumns++;
                break;
            case "TARGETENTRY" when node.Is("resjunk") && node["resname"].Word == "ctid":
                seen.SystemColumns--; // The server's own, to find the row again.
                break;
            case "SQLVALUEFUNCTION" when node.Number("op") <= LastClockValue:
                seen.ReadsClock = true;
                break;
            case "COERCEVIAIO" when node.Number("resulttype") is not (Text or Varchar) && !_timeTypes.Contains(node.Number("resulttype")):
                seen.MayFail = true;
                break;
            case "COERCEVIAIO" when _timeTypes.Contains(node.Number("resulttype")):
                seen.ReadsClock = seen.MayFail = true;
                break;
            case "COERCETODOMAIN":
                seen.MayFail = true;
                foreach (var check in facts.DomainChecks.SelectMany(c => c.All())) Take(check, seen);
                break;

            // A value is read as another type, a row must be the only one, an index is out of range: this may go wrong.
            case "PARAM" when node.Number("paramkind") == 0 && node.Number("paramtype") is not (Text or Varchar):
            case "SUBLINK" when node.Number("subLinkType") is not (0 or 2):
            case "ARRAYCOERCEEXPR" or "SUBSCRIPTINGREF" or "ROWCOMPARE" or "ROWCOMPAREEXPR" or "CONVERTROWTYPEEXPR":
                seen.MayFail = true;
                break;
            case "ROWMARKCLAUSE":
                seen.IsOrdered = true;
                break;
        }

        foreach (var id in facts.FunctionsIn(node)) Call(id, seen);
    }

    private static void TakeQuery(ParseNode query, Seen seen)
    {
        if (!query["utilityStmt"].IsNothing) seen.Unknown("a rule makes another command of it");
        if (query.Number("resultRelation") is not (> 0 and var target)) return;
        var range = query["rtable"].Items[(int)target - 1];
        if (range["relkind"].Word != "r") seen.Unknown("it writes what is no ordinary table");
        seen.Written.Add(range.Number("relid"));
    }

    private void TakeRange(ParseNode range, Seen seen)
    {
        if (!range["tablesample"].IsNothing) seen.Unknown("it reads a sample");
        if (range.Number("rtekind") != 0 || range["relkind"].Word is "v" or "c") return; // A view stands in its own rewritten query, and excluded is no table.
        if (facts.TableOf(range.Number("relid")) is not { } table) seen.Unknown("it reads PostgreSQL's own tables, which show what is not committed");
        else if (!table.IsPlain) seen.Unknown($"{table.Name} is no ordinary table");
    }

    private void Call(long id, Seen seen)
    {
        if (facts.FunctionOf(id) is not { } function)
        {
            seen.Unknown("it calls a function that is not there");
            return;
        }

        seen.MayFail |= !KnownFunctions.NeverFails(function);
        switch (KnownFunctions.EffectOf(function))
        {
            case FunctionEffect.Clock:
                seen.ReadsClock = true;
                break;
            case FunctionEffect.Chance:
                Chance.Add(function.Name);
                break;

            // A number that a sequence gives is seen by nobody who reads tables; whoever writes them is ordered anyway.
            case FunctionEffect.Ordered when function.Name == "nextval" && seen.Written.Count > 0:
                break;
            case FunctionEffect.Ordered:
                seen.IsOrdered = true;
                break;
            case FunctionEffect.Session:
                seen.IsOrdered = seen.LeavesSessionState = true;
                break;
            case FunctionEffect.Unknown:
                seen.Unknown($"it calls {function.Name}, and what that does is not known");
                break;
        }
    }

    /// <summary>Commands other than queries: LOCK TABLE, and settings that change only how the session itself waits or plans.</summary>
    private static Footprint Command(SqlText sql)
    {
        var words = Words().Matches(Comment().Replace(sql.Written, " ")).Select(m => m.Value.ToUpperInvariant()).ToList();
        if (words is ["LOCK", ..])
        {
            // Without a mode, or with ACCESS EXCLUSIVE, it keeps readers out as well.
            var text = string.Join(' ', words);
            return new Footprint(StatementEffect.Other) { LocksOutReaders = !LockMode().IsMatch(text) };
        }

        if (words is ["SET", "LOCAL", var local, ..] && _quietSettings.Contains(local)) return new Footprint(StatementEffect.Other);
        if (words is ["SET", var setting, ..] && _quietSettings.Contains(setting)) return new Footprint(StatementEffect.Other) { LeavesSessionState = true };
        return Footprint.Unknown($"{words.FirstOrDefault() ?? "it"} is a command, and what it does is not known");
    }

    private sealed class Seen
    {
        public HashSet<long> Written { get; } = [];

        public bool IsOrdered { get; set; }

        public bool ReadsClock { get; set; }

        public bool LeavesSessionState { get; set; }

        public bool MayFail { get; set; }

        public int SystemColumns { get; set; }

        public string? Why => _why ?? (SystemColumns > 0 ? "it reads a system column" : null);

        private string? _why;

        public void Unknown(string why) => _why ??= why;
    }

    [GeneratedRegex(@"'[^']*\b(now|today|tomorrow|yesterday)\b[^']*'", RegexOptions.IgnoreCase)]
    private static partial Regex TimeLiteral();

    [GeneratedRegex(@"\w+")]
    private static partial Regex Words();

    [GeneratedRegex(@"--[^\n]*|/\*.*?\*/", RegexOptions.Singleline)]
    private static partial Regex Comment();

    [GeneratedRegex(@"\bIN (ACCESS SHARE|ROW SHARE|ROW EXCLUSIVE|SHARE UPDATE EXCLUSIVE|SHARE|SHARE ROW EXCLUSIVE|EXCLUSIVE) MODE\b")]
    private static partial Regex LockMode();
}
