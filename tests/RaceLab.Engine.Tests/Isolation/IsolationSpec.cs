using System.Text.RegularExpressions;

namespace RaceLab.Engine.Tests.Isolation;

/// <summary>
/// A test of PostgreSQL's isolation tester
/// (<see href="https://github.com/postgres/postgres/blob/master/src/test/isolation/README"/>). What this reader does not know is refused.
/// </summary>
public sealed partial record IsolationSpec(
    string Name, IReadOnlyList<string> Setup, IReadOnlyList<IsolationSession> Sessions, IReadOnlyList<IReadOnlyList<IsolationEntry>> Permutations)
{
    /// <summary>The session, from 1, that has a step.</summary>
    public int SessionOf(string step) => Sessions.ToList().FindIndex(s => s.Steps.ContainsKey(step)) + 1;

    /// <summary>The orders to play: those that the file names, or else all that there are.</summary>
    public IReadOnlyList<IReadOnlyList<IsolationEntry>> Orders =>
        Permutations.Count > 0 ? Permutations : [.. AllOrders([.. Sessions.Select(s => s.Steps.Keys.ToArray())], new int[Sessions.Count])];

    public static IsolationSpec Read(string name, string text)
    {
        var tokens = new Queue<string>(Tokens().Matches(text).Select(m => m.Value).Where(t => !char.IsWhiteSpace(t[0]) && t[0] != '#'));
        var setup = new List<string>();
        var sessions = new List<IsolationSession>();
        var permutations = new List<IReadOnlyList<IsolationEntry>>();
        while (tokens.TryDequeue(out var word))
        {
            switch (word)
            {
                case "setup" when sessions.Count == 0: setup.Add(Block(tokens)); break;
                case "setup": sessions[^1] = sessions[^1] with { Setup = Block(tokens) }; break;
                case "teardown": Block(tokens); break;
                case "session": sessions.Add(new IsolationSession(NameOf(tokens.Dequeue()), null, [])); break;
                case "step": sessions[^1].Steps.Add(NameOf(tokens.Dequeue()), Block(tokens)); break;
                case "permutation": permutations.Add(Permutation(tokens)); break;
                default: throw new FormatException($"{name} has '{word}', which this reader does not know.");
            }
        }

        return new IsolationSpec(name, setup, sessions, permutations);
    }

    private static List<IsolationEntry> Permutation(Queue<string> tokens)
    {
        var entries = new List<IsolationEntry>();
        while (tokens.TryPeek(out var next) && next is not ("permutation" or "session" or "setup" or "teardown"))
        {
            tokens.Dequeue();
            if (next[0] != '(') entries.Add(new IsolationEntry(NameOf(next), false));
            else if (next == "(*)") entries[^1] = entries[^1] with { SaysWaiting = true };
            else throw new FormatException($"the annotation {next} is none that this reader knows");
        }

        return entries;
    }

    private static string Block(Queue<string> tokens) =>
        tokens.TryDequeue(out var token) && token is ['{', .. var sql, '}'] ? sql.Trim(' ', '\t', '\r', '\f') : throw new FormatException("a block of SQL is missing");

    private static string NameOf(string token) => token.Trim('"');

    // The order in which the tester itself makes them: the first session goes first.
    private static IEnumerable<IReadOnlyList<IsolationEntry>> AllOrders(string[][] sessions, int[] taken)
    {
        var ended = true;
        for (var i = 0; i < sessions.Length; i++)
        {
            if (taken[i] == sessions[i].Length) continue;
            ended = false;
            var first = new IsolationEntry(sessions[i][taken[i]++], false);
            foreach (var rest in AllOrders(sessions, taken)) yield return [first, .. rest];
            taken[i]--;
        }

        if (ended) yield return [];
    }

    [GeneratedRegex(@"\s+|\#.*|\{[^}]*\}|""[^""]*""|\([^)]*\)|\w+|.")]
    private static partial Regex Tokens();
}

/// <summary>A session: SQL that it runs first, and its steps by name, in the order of the file.</summary>
public sealed record IsolationSession(string Name, string? Setup, OrderedDictionary<string, string> Steps);

/// <summary>A step in a permutation.</summary>
/// <param name="Step">Its name.</param>
/// <param name="SaysWaiting">Marked <c>(*)</c>: it may end so soon that nobody can see it wait, and so is said to have waited in any case.</param>
public sealed record IsolationEntry(string Step, bool SaysWaiting);
