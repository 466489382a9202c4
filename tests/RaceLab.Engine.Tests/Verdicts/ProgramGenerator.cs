using System.Globalization;
using System.Text;
using RaceLab.Engine.Content;
using RaceLab.Engine.Races;
using RaceLab.Engine.Schedules;

namespace RaceLab.Engine.Tests.Verdicts;

/// <summary>A scenario made from a seed: a file that anybody can put into a content folder and explore.</summary>
/// <param name="Seed">What it was made from; -1 for one that was written by hand.</param>
/// <param name="Yaml">The file.</param>
/// <param name="Scenario">The file as the catalogue's reader has read it.</param>
/// <param name="Sessions">How many there are.</param>
internal sealed record GeneratedProgram(long Seed, string Yaml, Scenario Scenario, int Sessions)
{
    /// <summary>The file's name in its content folder, and its only strategy's.</summary>
    public const string Id = "generated";

    public Strategy Strategy => Scenario.Strategies[0];

    /// <summary>The orders of their turns, as far as the file tells: a retry makes more of them.</summary>
    public System.Numerics.BigInteger Orders => OrderCount.All([.. Enumerable.Range(1, Sessions).Select(TurnsOf)]);

    private int TurnsOf(int session)
    {
        var role = Strategy.Program.RoleOf(session).Name;
        return Strategy.Program.Steps.Count(s => s.Role == role && s is { IsWait: false, IsRecovery: false });
    }
}

/// <summary>Makes scenarios from seeds. The same seed gives the same scenario on every machine.</summary>
internal sealed class ProgramGenerator
{
    /// <summary>The most orders that a program may have, for brute force to play them all.</summary>
    public const int MostOrders = 300;

    /// <summary>Themes whose statements are known, so that orders are left out, and whose tables are put back quickly.</summary>
    private static readonly Theme[] _known = [Theme.Plain, Theme.Attempt, Theme.Time, Theme.Advisory, Theme.Constraint, Theme.Locking];

    private readonly Draw _draw;
    private readonly Theme _theme;
    private readonly bool _isKnown;
    private readonly List<string> _parts = [];
    private readonly StringBuilder _steps = new();
    private int _named;
    private bool _seen;

    private ProgramGenerator(long seed)
    {
        _draw = new Draw(seed, 41);

        // Every fourth may hold anything: most of those have a statement of which nothing is known, and then no order is left out.
        _isKnown = seed % 4 != 0;
        _theme = _isKnown ? _known[_draw.Below(_known.Length)] : (Theme)_draw.Below(Enum.GetValues<Theme>().Length);
    }

    /// <summary>The scenario of a seed; null where the reader refuses it, or it has too many orders.</summary>
    public static GeneratedProgram? Make(long seed) => new ProgramGenerator(seed).Make(seed, MostOrders);

    private GeneratedProgram? Make(long seed, int mostOrders)
    {
        var (first, second, sessions) = Shape();
        var roles = second is not null;
        WriteSteps(first, roles ? "first" : null);
        if (second is { } other) WriteSteps(other, "second");
        var yaml = Yaml(roles);
        var reading = ScenarioReader.Read(yaml, GeneratedProgram.Id, $"seed-{seed.ToString(CultureInfo.InvariantCulture)}");
        var program = reading.Scenario is { } read ? new GeneratedProgram(seed, yaml, read, sessions) : null;
        return program?.Orders <= mostOrders ? program : null;
    }

    /// <summary>How many statements each role has, and how they are wrapped: the whole stays small enough for brute force.</summary>
    private (RoleShape First, RoleShape? Second, int Sessions) Shape() => _draw.Below(10) switch
    {
        0 or 1 => (new(Few(3), false), null, 2),
        2 or 3 => (new(Few(3), true), null, 2),
        4 => (new(Few(2), false), null, 3),
        5 => (new(Few(3), true), new(Few(4), false), 2),
        6 => (new(Few(5), false), new(Few(3), true), 2),
        7 => (new(Few(2), true), new(Few(3), true), 2),
        8 => (new(1, false), new(Few(3), _draw.Below(2) == 0), 3),
        _ => (new(Few(2), true) { Beside = true }, new(Few(2), false), 2),
    };

    /// <summary>From 1 to the most; small numbers come more often, since two steps that are wrongly taken for independent show in a short program as well.</summary>
    private int Few(int most) => 1 + Math.Min(_draw.Below(most), _draw.Below(most));

    private void WriteSteps(RoleShape shape, string? role)
    {
        _seen = false;
        var indent = role is null ? "      " : "          ";
        if (role is not null) _steps.Append($"      {role}:\n        steps:\n");
        else _steps.Append("    steps:\n");
        if (!shape.InTransaction)
        {
            for (var i = 0; i < shape.Statements; i++) WriteStatement(indent, inside: false, inSavepoint: false);
            WriteSay(indent, last: true);
            return;
        }

        var level = _draw.Below(5) switch { 0 => "", 1 => " repeatable read", 2 => " serializable", _ => " read committed" };
        if (shape.Beside && _draw.Below(2) == 0) WriteStatement(indent, inside: false, inSavepoint: false);
        _steps.Append($"{indent}- within: transaction{level}\n");
        if (_draw.Below(6) == 0) _steps.Append($"{indent}  retry: {{ on: [40001, 40P01, 23505], at most: 1 }}\n");
        else if (_draw.Below(8) == 0) _steps.Append($"{indent}  on error: {{ 23505: continue, 55P03: fail }}\n");
        _steps.Append($"{indent}  steps:\n");
        var savepoint = shape.Statements <= 2 && _draw.Below(7) == 0;
        var inner = indent + "    ";
        for (var i = 0; i < shape.Statements; i++)
        {
            if (savepoint && i == 0)
            {
                _steps.Append($"{inner}- within: savepoint\n{inner}  on error: {{ 23505: continue, 55P03: continue }}\n{inner}  steps:\n");
                WriteStatement(inner + "    ", inside: true, inSavepoint: true);
            }
            else
            {
                WriteStatement(inner, inside: true, inSavepoint: false);
            }
        }

        if (shape.Beside && _draw.Below(2) == 0)
        {
            WriteStatement(indent, inside: false, inSavepoint: false);
            WriteSay(indent, last: true);
        }
        else
        {
            WriteSay(inner, last: true);
            WriteSay(indent, last: true);
        }
    }

    private void WriteStatement(string indent, bool inside, bool inSavepoint)
    {
        var piece = Choose(inside);
        foreach (var need in piece.Needs) Need(need);
        var name = $"s{_named++.ToString(CultureInfo.InvariantCulture)}";
        _steps.Append($"{indent}- {name}: |\n{indent}    {piece.Sql}\n");
        if (piece.Keeps is { } column)
        {
            _steps.Append($"{indent}  keep: {{ {column}: seen }}\n");
            _seen = true;
        }

        if (inSavepoint || _draw.Below(4) != 0) return;
        WriteSay(indent, last: false);
    }

    private void WriteSay(string indent, bool last)
    {
        var said = _draw.Below(4) switch { 0 => "found", 1 => "failed", _ => "updated" };
        if (last)
        {
            _steps.Append($"{indent}- say: updated\n");
            return;
        }

        var when = _draw.Below(4) switch { 0 => "found", 1 => "rows = 2", 2 when _seen => "\"@seen >= 2\"", _ => "not found" };
        _steps.Append($"{indent}- say: {said}\n{indent}  when: {when}\n");
    }

    /// <summary>Two statements of three are of the theme.</summary>
    private Piece Choose(bool inside)
    {
        var own = _draw.Below(3) != 0;
        var possible = ProgramPieces.Statements
            .Where(p => (inside || !p.OnlyInside) && (_seen || !p.UsesSeen) && (own ? p.Theme == _theme : p.Theme is Theme.Plain or Theme.Locking || (_isKnown ? _known.Contains(p.Theme) : _draw.Below(8) == 0)))
            .ToList();
        if (possible.Count == 0) possible = [.. ProgramPieces.Statements.Where(p => p.Theme == Theme.Plain && !p.UsesSeen)];
        return possible[_draw.Below(possible.Count)];
    }

    private void Need(string part)
    {
        if (_parts.Contains(part)) return;
        foreach (var before in ProgramPieces.Parts.Single(p => p.Name == part).Needs) Need(before);
        _parts.Add(part);
    }

    private string Yaml(bool roles)
    {
        var marks = ProgramPieces.Marks.Where(m => !_isKnown || _known.Contains(m.Theme)).ToList();
        var mark = _draw.Below(2) == 0 ? marks[0] : Drawn(marks, m => m.Theme == _theme);
        if (mark.Needs is { } needed) Need(needed);
        if (_draw.Below(3) == 0 || _theme == Theme.Constraint) Need(Drawn(ProgramPieces.Constraints, _ => false));
        if ((!_isKnown && _draw.Below(12) == 0) || _theme == Theme.Trigger) Need(Drawn(ProgramPieces.Hidden, _ => false));
        if (_draw.Below(12) == 0) Need("mood");
        var asked = ProgramPieces.Questions.Where(q => !_isKnown || _known.Contains(q.Theme)).ToList();
        var questions = Enumerable.Range(0, 3).Select(_ => Drawn(asked, q => q.Theme == _theme)).DistinctBy(q => q.Name).ToList();
        foreach (var need in questions.SelectMany(q => q.Needs)) Need(need);
        var rows = Drawn(ProgramPieces.Rows, _ => false);
        if (rows.Needs is { } used) Need(used);

        // One table of that name is enough.
        if (_parts.Contains("note") && _parts.Contains("note-of-item")) _parts.Remove("note");
        var early = _parts.Where(p => mark.Default.Contains(p, StringComparison.Ordinal) || (p == "number" && mark.Needs == "take")).ToList();
        var identity = _draw.Below(5) == 0 ? "id bigint GENERATED ALWAYS AS IDENTITY, " : "";
        string[] schema =
        [
            .. Sql(early),
            $"CREATE TABLE item ({identity}k text, n int, attempt bigint, mark numeric DEFAULT {mark.Default})",
            .. Sql(_parts.Except(early)),
        ];
        var isUnique = _parts.Any(ProgramPieces.OneOfAKey.Contains);
        var start = _draw.Below(3) switch
        {
            0 => "",
            _ when isUnique => "for each key: INSERT INTO item (k, n) VALUES (@key, 1)\n",
            1 => "for each key: INSERT INTO item (k, n) VALUES (@key, 1)\n",
            _ => "for each key: INSERT INTO item (k, n) SELECT @key, i FROM generate_series(0, 1) AS i\n",
        };
        return $"""
            title: Generated
            summary: Made from a seed.
            text: About {_theme}.
            key: k-{Placeholder}
            schema: |
              {string.Join(";\n  ", schema)};
            {start}rows: |
              {rows.Sql}
            invariants:
            {string.Join('\n', questions.Select(q => $"  {q.Name}:\n    title: It holds\n    query: |\n      {q.Sql}"))}
            strategies:
              {GeneratedProgram.Id}:
                title: Generated
                summary: Made from a seed.
                text: Made from a seed.
                promises:
            {string.Join('\n', questions.Select(q => $"      {q.Name}: none"))}
            {(roles ? "    roles:\n" : "")}{_steps}
            """.ReplaceLineEndings("\n");
    }

    private const string Placeholder = "{n}";

    private static IEnumerable<string> Sql(IEnumerable<string> parts) => parts.Select(name => ProgramPieces.Parts.Single(p => p.Name == name).Sql);

    /// <summary>One of the theme more often than not.</summary>
    private T Drawn<T>(IReadOnlyList<T> all, Func<T, bool> isOwn)
    {
        var own = all.Where(isOwn).ToList();
        return own.Count > 0 && _draw.Below(3) != 0 ? own[_draw.Below(own.Count)] : all[_draw.Below(all.Count)];
    }

    private sealed record RoleShape(int Statements, bool InTransaction)
    {
        /// <summary>Whether a statement may stand outside the transaction, before or behind it.</summary>
        public bool Beside { get; init; }
    }
}
