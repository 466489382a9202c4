using System.Globalization;
using System.Text;

namespace RaceLab.Engine.Footprints;

/// <summary>
/// A node of PostgreSQL's own parse trees, in the text form that <c>debug_print_rewritten</c> and columns of type <c>pg_node_tree</c> have
/// (<see href="https://github.com/postgres/postgres/blob/master/src/backend/nodes/outfuncs.c">outfuncs.c</see>): a struct
/// <c>{LABEL :field value …}</c>, a list <c>(…)</c>, or a word.
/// </summary>
internal sealed class ParseNode
{
    private static readonly ParseNode _nothing = new() { Word = "<>" };

    private readonly Dictionary<string, ParseNode> _fields = [];

    /// <summary>The struct's name, such as <c>OPEXPR</c>; null for a list or a word.</summary>
    public string? Label { get; private init; }

    /// <summary>A word as it was written, several with a space between; null for a struct or a list.</summary>
    public string? Word { get; private init; }

    /// <summary>The members of a list; empty for anything else.</summary>
    public IReadOnlyList<ParseNode> Items { get; private init; } = [];

    /// <summary>Whether it is a null pointer or an empty list.</summary>
    public bool IsNothing => Label is null && Items.Count == 0 && Word is null or "<>";

    /// <summary>A field of a struct; nothing where it has none of that name.</summary>
    public ParseNode this[string field] => _fields.GetValueOrDefault(field, _nothing);

    /// <summary>A field's number; 0 where it is not there.</summary>
    public long Number(string field) => long.TryParse(this[field].Word, CultureInfo.InvariantCulture, out var number) ? number : 0;

    /// <summary>Whether a field is true.</summary>
    public bool Is(string field) => this[field].Word == "true";

    /// <summary>Whether a statement's tree says no more than that it is a command, such as LOCK TABLE.</summary>
    public bool IsCommand => Items.Any(query => !query["utilityStmt"].IsNothing);

    /// <summary>This node's direct children, be it a struct or a list.</summary>
    public IEnumerable<ParseNode> Children => Label is null ? Items : _fields.Values;

    /// <summary>This node and all below it.</summary>
    public IEnumerable<ParseNode> All()
    {
        var open = new Stack<ParseNode>([this]);
        while (open.TryPop(out var node))
        {
            yield return node;
            foreach (var child in node.Children) open.Push(child);
        }
    }

    /// <summary>Reads a tree.</summary>
    /// <exception cref="FormatException">It ends too early, or a bracket does not fit.</exception>
    public static ParseNode Read(string text)
    {
        var reader = new Reader(text);
        var node = reader.Node(reader.Next());
        if (!reader.IsAtEnd) throw new FormatException("Something follows the tree.");
        return node;
    }

    private ref struct Reader(string text)
    {
        private int _at = 0;

        public bool IsAtEnd => Peek() is "";

        public ParseNode Node(string token) => token switch
        {
            "{" => Struct(),
            "(" => List(),
            "}" or ")" or "" => throw new FormatException($"A tree cannot go on with '{token}'."),
            _ => new ParseNode { Word = token },
        };

        private ParseNode Struct()
        {
            var node = new ParseNode { Label = Next() };
            for (var token = Next(); token != "}"; token = Next())
            {
                if (token.Length < 2 || token[0] != ':') throw new FormatException($"'{token}' stands where a field's name should.");

                // The first word is the value whatever it looks like: a column may have the name of a field.
                var value = Node(Next());
                if (value.Word is not null)
                {
                    var words = new StringBuilder(value.Word);
                    while (Peek() is not ("}" or "{" or "(" or "") and { } more && more[0] != ':') words.Append(' ').Append(Next());
                    value = new ParseNode { Word = words.ToString() };
                }

                node._fields[token[1..]] = value;
            }

            return node;
        }

        private ParseNode List()
        {
            var items = new List<ParseNode>();
            for (var token = Next(); token != ")"; token = Next()) items.Add(Node(token));
            return new ParseNode { Items = items };
        }

        public string Next()
        {
            while (_at < text.Length && char.IsWhiteSpace(text[_at])) _at++;
            if (_at >= text.Length) return "";
            if (IsBracket(text[_at])) return text[_at++].ToString();
            var word = new StringBuilder();
            while (_at < text.Length && !char.IsWhiteSpace(text[_at]) && !IsBracket(text[_at]))
            {
                // What is special inside a word has a backslash before it.
                if (text[_at] == '\\' && _at + 1 < text.Length) _at++;
                word.Append(text[_at++]);
            }

            return word.ToString();
        }

        private string Peek()
        {
            var at = _at;
            var token = Next();
            _at = at;
            return token;
        }

        private static bool IsBracket(char c) => c is '{' or '}' or '(' or ')';
    }
}
