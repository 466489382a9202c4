using Dapper;
using Npgsql;

namespace RaceLab.Engine.Footprints;

/// <summary>What the catalogues of a race's database say of its tables, of functions and of operators, read once when its tables are there.</summary>
internal sealed class ServerFacts
{
    /// <summary>The first number of an object that is not PostgreSQL's own (<c>FirstNormalObjectId</c> in its sources).</summary>
    private const long FirstOwn = 16384;

    private const string TablesQuery = """
        SELECT c.oid::bigint AS "Id", c.relname::text AS "Name", c.relkind::text AS "Kind", c.relpersistence::text AS "Persistence",
               c.relhassubclass OR c.relispartition AS "IsDivided", c.relnamespace = 'public'::regnamespace AS "IsRacesOwn",
               EXISTS (SELECT FROM pg_catalog.pg_trigger t WHERE t.tgrelid = c.oid AND NOT t.tgisinternal) AS "HasTriggers"
        FROM pg_catalog.pg_class c WHERE c.relnamespace NOT IN (SELECT oid FROM pg_catalog.pg_namespace WHERE nspname ~ '^pg_|^information_schema$')
        """;

    // Whatever runs when a row is written, and the columns that it looks at: generated columns, CHECKs, indexes, exclusions, domains.
    private const string RulesQuery = """
        SELECT adrelid::bigint AS "Table", (SELECT array_agg(d.refobjsubid::int) FROM pg_catalog.pg_depend d WHERE d.classid = 'pg_catalog.pg_attrdef'::regclass AND d.objid = f.oid AND d.refobjid = f.adrelid) AS "Columns",
               f.adbin::text AS "Tree", 'a generated column' AS "What", 'generated' AS "Kind"
        FROM pg_catalog.pg_attrdef f JOIN pg_catalog.pg_attribute a ON a.attrelid = f.adrelid AND a.attnum = f.adnum WHERE a.attgenerated <> '' AND f.adrelid >= 16384
        UNION ALL
        SELECT conrelid::bigint, conkey::int[], conbin::text, 'the constraint ' || quote_ident(conname), CASE contype WHEN 'f' THEN 'reference' ELSE 'constraint' END FROM pg_catalog.pg_constraint WHERE contype IN ('c', 'x', 'f') AND conrelid >= 16384
        UNION ALL
        SELECT confrelid::bigint, confkey::int[], NULL, 'the constraint ' || quote_ident(conname), 'reference' FROM pg_catalog.pg_constraint WHERE contype = 'f' AND confrelid >= 16384
        UNION ALL
        SELECT i.indrelid::bigint,
               (SELECT array_agg(d.refobjsubid::int) FROM pg_catalog.pg_depend d WHERE d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = i.indexrelid AND d.refobjid = i.indrelid) || (i.indkey::int2[])::int[],
               coalesce(i.indexprs::text, '') || coalesce(i.indpred::text, ''), 'the index ' || quote_ident(c.relname), CASE WHEN i.indisunique AND i.indnkeyatts = 1 AND i.indnatts = 1 AND i.indpred IS NULL AND i.indexprs IS NULL THEN 'unique' ELSE 'index' END
        FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid WHERE i.indrelid >= 16384
        UNION ALL
        SELECT 0, NULL, conbin::text, 'a domain', 'domain' FROM pg_catalog.pg_constraint WHERE contypid >= 16384
        UNION ALL
        SELECT a.attrelid::bigint, ARRAY[a.attnum]::int[], n.conbin::text, 'a domain', 'constraint'
        FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_constraint n ON n.contypid = a.atttypid WHERE a.attrelid >= 16384 AND a.attnum > 0
        """;

    private const string CascadesQuery =
        "SELECT confrelid::bigint, conrelid::bigint FROM pg_catalog.pg_constraint WHERE contype = 'f' AND (confdeltype IN ('c', 'n', 'd') OR confupdtype IN ('c', 'n', 'd'))";

    // Not by a parameter for each: there may be any number of columns.
    private const string ColumnsQuery = """
        SELECT format('SELECT EXISTS (SELECT FROM %s WHERE %I IS NOT NULL)', a.attrelid::regclass, a.attname)
        FROM pg_catalog.pg_attribute a JOIN unnest(@tables, @columns) AS c (t, n) ON a.attrelid = c.t AND a.attnum = c.n
        """;

    private const string FunctionsQuery = """
        SELECT p.oid::bigint AS "Id", p.proname::text AS "Name", p.provolatile = 'i' AS "IsImmutable", l.lanname IN ('internal', 'c') AND p.prokind <> 'a' AS "IsNative",
               p.oid < 16384 AND p.pronamespace = 'pg_catalog'::regnamespace AS "IsBuiltIn", CASE WHEN p.oid >= 16384 THEN p.prosrc ELSE '' END AS "Source"
        FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_language l ON l.oid = p.prolang WHERE p.oid >= 16384 OR p.oid = ANY (@ids)
        """;

    private const string OperatorsQuery =
        "SELECT oid::bigint, oprname::text, (oid < 16384 AND oprnamespace = 'pg_catalog'::regnamespace), oprcode::oid::bigint FROM pg_catalog.pg_operator WHERE oid = ANY (@ids)";

    // Whatever a schema can define that emptying or dropping its tables does not put back.
    private const string KeepersQuery = """
        SELECT DISTINCT d.classid::regclass::text FROM pg_catalog.pg_depend d
        WHERE d.objid >= 16384 AND NOT (
            d.classid = 'pg_catalog.pg_class'::regclass AND EXISTS (SELECT FROM pg_catalog.pg_class c WHERE c.oid = d.objid AND (c.relkind IN ('r', 'i', 't')
                OR (c.relkind = 'S' AND EXISTS (SELECT FROM pg_catalog.pg_depend o WHERE o.classid = 'pg_catalog.pg_class'::regclass AND o.objid = c.oid AND o.deptype IN ('a', 'i') AND o.refobjsubid > 0))))
            OR d.classid = 'pg_catalog.pg_type'::regclass AND EXISTS (SELECT FROM pg_catalog.pg_type t LEFT JOIN pg_catalog.pg_type e ON e.oid = t.typelem WHERE t.oid = d.objid AND (t.typrelid <> 0 OR e.typrelid <> 0))
            OR d.classid IN ('pg_catalog.pg_attrdef'::regclass, 'pg_catalog.pg_constraint'::regclass, 'pg_catalog.pg_default_acl'::regclass)
            OR d.classid = 'pg_catalog.pg_trigger'::regclass AND EXISTS (SELECT FROM pg_catalog.pg_trigger t WHERE t.oid = d.objid AND t.tgisinternal))
        """;

    private const string FreeSequencesQuery = """
        SELECT EXISTS (SELECT FROM pg_catalog.pg_sequence s WHERE s.seqrelid >= 16384
            AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend o WHERE o.classid = 'pg_catalog.pg_class'::regclass AND o.objid = s.seqrelid AND o.deptype IN ('a', 'i') AND o.refobjsubid > 0))
        """;

    // pg_sequences says nothing of a sequence that was set, and not used.
    private const string SequencesQuery =
        "SELECT format('SELECT is_called OR last_value <> %s FROM %s', s.seqstart, s.seqrelid::regclass) FROM pg_catalog.pg_sequence s WHERE s.seqrelid >= 16384";

    private readonly Dictionary<long, ServerTable> _tables;
    private readonly ILookup<long, TableRule> _rules;
    private readonly ILookup<long, long> _cascades;
    private Dictionary<long, ServerFunction> _functions = [];
    private Dictionary<long, ServerOperator> _operators = [];

    private ServerFacts(IEnumerable<ServerTable> tables, IEnumerable<TableRule> rules, IEnumerable<(long From, long To)> cascades)
    {
        _tables = tables.ToDictionary(t => t.Id);
        _rules = rules.ToLookup(r => r.Table);
        _cascades = cascades.ToLookup(c => c.From, c => c.To);
    }

    /// <summary>Kinds of objects that were made beside tables, with their indexes and the sequences of their columns.</summary>
    public required IReadOnlyList<string> OtherObjects { get; init; }

    /// <summary>Whether there are sequences that belong to no column.</summary>
    public required bool HasFreeSequences { get; init; }

    /// <summary>Whether a sequence was used, or set, before the first schedule.</summary>
    public required bool HasUsedSequences { get; init; }

    /// <summary>Whether a transaction that asks for no level is SERIALIZABLE.</summary>
    public required bool IsSerializable { get; init; }

    /// <summary>The functions that the schema and the setup have made.</summary>
    public IEnumerable<ServerFunction> OwnFunctions => _functions.Values.Where(f => f.Id >= FirstOwn);

    /// <summary>Reads the catalogues.</summary>
    /// <param name="connection">Open, as the race's role, with its tables there.</param>
    /// <param name="cancellation">Gives up.</param>
    public static async Task<ServerFacts> ReadAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        var tables = await connection.QueryAsync<ServerTable>(Command(TablesQuery)).ConfigureAwait(false);
        var rules = await connection.QueryAsync<(long, int[]?, string?, string, string)>(Command(RulesQuery)).ConfigureAwait(false);
        var cascades = await connection.QueryAsync<(long, long)>(Command(CascadesQuery)).ConfigureAwait(false);
        var sequences = (await connection.QueryAsync<string>(Command(SequencesQuery)).ConfigureAwait(false)).ToList();
        var used = sequences.Count > 0 ? await connection.QueryAsync<bool>(Command(string.Join(" UNION ALL ", sequences))).ConfigureAwait(false) : [];
        return new ServerFacts(tables, rules.Select(r => new TableRule(r.Item1, r.Item2 ?? [], r.Item3 is { Length: > 0 } tree ? ParseNode.Read($"({tree})") : null, r.Item4, r.Item5)), cascades)
        {
            OtherObjects = [.. await connection.QueryAsync<string>(Command(KeepersQuery)).ConfigureAwait(false)],
            HasFreeSequences = await connection.ExecuteScalarAsync<bool>(Command(FreeSequencesQuery)).ConfigureAwait(false),
            HasUsedSequences = used.Any(u => u),
            IsSerializable = await connection.ExecuteScalarAsync<string>(Command("SELECT pg_catalog.current_setting('default_transaction_isolation')")).ConfigureAwait(false) == "serializable",
        };

        CommandDefinition Command(string sql) => new(sql, cancellationToken: cancellation);
    }

    /// <summary>Looks up the functions and operators that trees name, those of rules on tables included.</summary>
    public async Task LearnAsync(NpgsqlConnection connection, IEnumerable<ParseNode> trees, CancellationToken cancellation)
    {
        var nodes = trees.Concat(_rules.SelectMany(r => r).Select(r => r.Tree).OfType<ParseNode>()).SelectMany(t => t.All()).Where(n => n.Label is not null).ToList();
        var operators = nodes.SelectMany(n => new[] { n.Number("opno"), n.Number("eqop"), n.Number("sortop") }).Where(id => id > 0).Distinct().ToArray();
        var known = await connection.QueryAsync<(long, string, bool, long)>(new CommandDefinition(OperatorsQuery, new { ids = operators }, cancellationToken: cancellation)).ConfigureAwait(false);
        _operators = known.ToDictionary(o => o.Item1, o => new ServerOperator(o.Item2, o.Item3, o.Item4));
        var functions = nodes.SelectMany(FunctionsIn).Concat(_operators.Values.Select(o => o.Function)).Distinct().ToArray();
        var found = await connection.QueryAsync<ServerFunction>(new CommandDefinition(FunctionsQuery, new { ids = functions }, cancellationToken: cancellation)).ConfigureAwait(false);
        _functions = found.ToDictionary(f => f.Id);
    }

    /// <summary>Asks whether any table of the race has a row; the lab's own table is among them, and always empty at the start.</summary>
    public string AnyRowsQuery => string.Join(" OR ", _tables.Values.Where(t => t.IsRacesOwn && t.Kind is "r" or "p").Select(t => $"EXISTS (SELECT FROM {Quoted(t.Name)})").Prepend("SELECT false"));

    /// <summary>Whether any of these columns has a value now.</summary>
    public static async Task<bool> HaveValuesAsync(NpgsqlConnection connection, IReadOnlyCollection<(long Table, int Column)> columns, CancellationToken cancellation)
    {
        var asked = new { tables = columns.Select(c => c.Table).ToArray(), columns = columns.Select(c => c.Column).ToArray() };
        var queries = (await connection.QueryAsync<string>(new CommandDefinition(ColumnsQuery, asked, cancellationToken: cancellation)).ConfigureAwait(false)).ToList();
        return queries.Count > 0 && (await connection.QueryAsync<bool>(new CommandDefinition(string.Join(" UNION ALL ", queries), cancellationToken: cancellation)).ConfigureAwait(false)).Any(has => has);
    }

    /// <summary>A table, view or sequence; null for PostgreSQL's own.</summary>
    public ServerTable? TableOf(long id) => _tables.GetValueOrDefault(id);

    /// <summary>The table with a name in the race's schema; null where there is none.</summary>
    public ServerTable? TableNamed(string name) => _tables.Values.FirstOrDefault(t => t.IsRacesOwn && t.Name == name);

    /// <summary>What the server evaluates by itself when a row of a table is written.</summary>
    public IEnumerable<TableRule> RulesOf(long table) => _rules[table];

    /// <summary>What the server evaluates when a value becomes one of a domain; of all domains, since one may be made of another.</summary>
    public IEnumerable<ParseNode> DomainChecks => _rules[0].Select(r => r.Tree).OfType<ParseNode>();

    /// <summary>The table, and those whose rows the server changes when rows of it are changed or go.</summary>
    public IReadOnlySet<long> WithCascades(long table)
    {
        var reached = new HashSet<long> { table };
        var open = new Queue<long>(reached);
        while (open.TryDequeue(out var next))
            foreach (var to in _cascades[next])
                if (reached.Add(to)) open.Enqueue(to);
        return reached;
    }

    private static string Quoted(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    /// <summary>A function; null where it was not found.</summary>
    public ServerFunction? FunctionOf(long id) => _functions.GetValueOrDefault(id);

    /// <summary>An operator; null where it was not found.</summary>
    public ServerOperator? OperatorOf(long id) => _operators.GetValueOrDefault(id);

    /// <summary>The functions that one node calls, by their numbers; 0 is none.</summary>
    public IEnumerable<long> FunctionsIn(ParseNode node)
    {
        foreach (var field in (string[])["funcid", "opfuncid", "aggfnoid", "winfnoid"])
            if (node.Number(field) is > 0 and var id) yield return id;
        foreach (var field in (string[])["opno", "eqop", "sortop"])
            if (node.Number(field) is > 0 and var id && OperatorOf(id) is { } known) yield return known.Function;
    }
}

/// <summary>What <c>pg_class</c> says of a table, view or sequence.</summary>
/// <param name="Id">Its number.</param>
/// <param name="Name">Its name, without its schema.</param>
/// <param name="Kind">As <c>relkind</c> has it.</param>
/// <param name="Persistence">As <c>relpersistence</c> has it.</param>
/// <param name="IsDivided">Whether it has children or is one.</param>
/// <param name="IsRacesOwn">Whether it is in the schema that a race has.</param>
/// <param name="HasTriggers">Whether it has triggers other than those of foreign keys.</param>
internal sealed record ServerTable(long Id, string Name, string Kind, string Persistence, bool IsDivided, bool IsRacesOwn, bool HasTriggers)
{
    /// <summary>Whether reading it reads its committed rows and nothing else.</summary>
    public bool IsPlain => !IsDivided && Kind is "r" or "m" && Persistence is "p" or "u";
}

/// <summary>Something that the server evaluates when a row is written.</summary>
/// <param name="Table">The table's number.</param>
/// <param name="Columns">Numbers of the columns that it looks at; 0 among them: it looks at an expression.</param>
/// <param name="Tree">Its expressions, or null.</param>
/// <param name="What">What it is, in words.</param>
/// <param name="Kind">generated, constraint, reference, unique (an index on one column and nothing else) or index.</param>
internal sealed record TableRule(long Table, IReadOnlyList<int> Columns, ParseNode? Tree, string What, string Kind);

/// <summary>A function, as far as what it does can be told from outside.</summary>
/// <param name="Id">Its number.</param>
/// <param name="Name">Its name.</param>
/// <param name="IsImmutable">Whether it is called immutable.</param>
/// <param name="IsNative">Whether it is in C, which only a superuser can add; an aggregate is not, since it calls others.</param>
/// <param name="IsBuiltIn">Whether it is PostgreSQL's own.</param>
/// <param name="Source">The text of one that is not.</param>
internal sealed record ServerFunction(long Id, string Name, bool IsImmutable, bool IsNative, bool IsBuiltIn, string Source);

/// <summary>An operator.</summary>
/// <param name="Name">Such as <c>=</c>.</param>
/// <param name="IsBuiltIn">Whether it is PostgreSQL's own.</param>
/// <param name="Function">The number of the function behind it.</param>
internal sealed record ServerOperator(string Name, bool IsBuiltIn, long Function);
