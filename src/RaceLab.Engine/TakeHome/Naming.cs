using System.Globalization;

namespace RaceLab.Engine.TakeHome;

/// <summary>How content's names, such as <c>check-then-insert</c>, are spelt in code.</summary>
internal static class Naming
{
    /// <summary><c>CheckThenInsert</c>.</summary>
    public static string Pascal(string name) => Safe(string.Concat(Words(name).Select(w => char.ToUpperInvariant(w[0]) + w[1..])));

    /// <summary><c>checkThenInsert</c>.</summary>
    public static string Camel(string name)
    {
        var pascal = Pascal(name);
        return char.ToLowerInvariant(pascal[0]) + pascal[1..];
    }

    /// <summary><c>check_then_insert</c>.</summary>
    public static string Snake(string name) => Safe(string.Join('_', Words(name)));

    /// <summary><c>check-then-insert</c>.</summary>
    public static string Kebab(string name) => string.Join('-', Words(name));

    /// <summary>A number of milliseconds or seconds as code writes it.</summary>
    public static string Number(double number) => number.ToString("0.######", CultureInfo.InvariantCulture);

    /// <summary>A whole number as code writes it.</summary>
    public static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static string[] Words(string name) => name.Split(['-', ' ', '_'], StringSplitOptions.RemoveEmptyEntries);

    private static string Safe(string name) => name.Length == 0 || char.IsAsciiDigit(name[0]) ? "_" + name : name;
}

/// <summary>Gives the names of one function identifiers that differ from each other and from the language's own words.</summary>
/// <param name="spell">How a name is spelt.</param>
/// <param name="taken">Identifiers that mean something already.</param>
internal sealed class Identifiers(Func<string, string> spell, IEnumerable<string> taken)
{
    private readonly HashSet<string> _taken = [.. taken];
    private readonly Dictionary<(string Name, string Role), string> _given = [];

    /// <summary>A number of rows, or a value.</summary>
    public string For(PlannedName name) => name.Kind == NameKind.Rows ? Give(name.Name, "rows", spell(name.Name + "-rows")) : Give(name.Name, "value", spell(name.Name));

    /// <summary>All that a step returned.</summary>
    public string ReplyOf(string step) => Give(step, "reply", spell(step));

    private string Give(string name, string role, string wanted)
    {
        if (_given.TryGetValue((name, role), out var given)) return given;
        given = wanted;
        if (!_taken.Add(given)) given = spell(name + "-" + role);
        for (var n = 2; given != wanted && !_taken.Add(given); n++) given = spell($"{name}-{role}-{Naming.Number(n)}");
        return _given[(name, role)] = given;
    }
}
