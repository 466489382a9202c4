namespace RaceLab.Engine.Programs;

/// <summary>
/// A statement that only the lab may send. Where content sent it, the lab would believe that it is in another transaction than it is, or the connection would wait
/// for rows that nobody sends.
/// </summary>
/// <param name="Name">Its first words.</param>
/// <param name="InStep">What a strategy writes instead, as the rest of a sentence.</param>
/// <param name="InScript">What a schema or a setup writes instead.</param>
internal sealed record LabStatement(string Name, string InStep, string InScript)
{
    private const string Committed = "the lab commits each statement of it: leave it out";

    private const string LevelInScript = "it would end with the session that builds the tables: the level stands on a strategy's block, such as 'within: transaction serializable'";

    private const string TwoPhase = "a prepared transaction outlives its session and its race: the lab has no block for it, and what is left is 'within: transaction'";

    private static readonly string[] _levelSettings =
        ["transaction_isolation", "transaction_read_only", "transaction_deferrable", "default_transaction_isolation", "default_transaction_read_only", "default_transaction_deferrable"];

    /// <summary>The statement as one of these; null where content may say it.</summary>
    /// <param name="sql">One statement, with comments and in whatever case.</param>
    public static LabStatement? Find(string sql)
    {
        SqlToken[] tokens = [.. SqlText.Tokens(sql)];
        var second = Word(tokens, 1);
        return Word(tokens, 0) switch
        {
            "BEGIN" => Begin("BEGIN", tokens),
            "START" when second == "TRANSACTION" => Begin("START TRANSACTION", tokens),
            "COMMIT" or "ROLLBACK" when second == "PREPARED" => new($"{Word(tokens, 0)} PREPARED", TwoPhase, TwoPhase),
            "COMMIT" or "END" => new(Word(tokens, 0), "a transaction is a block, 'within: transaction', and is committed behind its last step, or by a 'say' inside it", Committed),
            "ROLLBACK" when tokens.Any(t => t.Is("to")) => new("ROLLBACK TO", "an error that leaves 'within: savepoint' rolls back to it", Committed),
            "ROLLBACK" or "ABORT" => new(Word(tokens, 0), "a transaction is a block, 'within: transaction', and is rolled back by an error that leaves it, or by 'say: failed' inside it", Committed),
            "SAVEPOINT" or "RELEASE" => new(Word(tokens, 0), "a savepoint is a block: 'within: savepoint' with 'steps' below it", Committed),
            "PREPARE" when second == "TRANSACTION" && Word(tokens, 2) is not ("AS" or "(") => new("PREPARE TRANSACTION", TwoPhase, TwoPhase),
            "SET" => Level(tokens),
            "DISCARD" when second == "ALL" => Forgetting("DISCARD ALL"),
            "DEALLOCATE" when tokens[^1].Is("all") || (tokens[^1].Text == ";" && tokens[^2].Is("all")) => Forgetting("DEALLOCATE ALL"),
            "COPY" => Copy(tokens),
            _ => SetConfig(tokens),
        };
    }

    private static string Word(SqlToken[] tokens, int at) => at < tokens.Length ? tokens[at].Text.ToUpperInvariant() : "";

    private static LabStatement Begin(string name, SqlToken[] tokens) =>
        new(name, $"a transaction is a block: '{Block(tokens)}' with 'steps' below it", Committed);

    /// <summary>SET TRANSACTION, SET SESSION CHARACTERISTICS and the settings that they stand for; SET and SET LOCAL of anything else is content's own.</summary>
    private static LabStatement? Level(SqlToken[] tokens)
    {
        var at = Word(tokens, 1) is "LOCAL" or "SESSION" && Word(tokens, 2) != "CHARACTERISTICS" ? 2 : 1;
        var name = Word(tokens, at) switch
        {
            "TRANSACTION" => "SET TRANSACTION",
            "SESSION" when Word(tokens, at + 1) == "CHARACTERISTICS" => "SET SESSION CHARACTERISTICS",
            var setting when _levelSettings.Contains(setting.Trim('"'), StringComparer.OrdinalIgnoreCase) => $"SET {tokens[at].Text}",
            _ => null,
        };
        return name is null ? null : OfLevel(name, tokens);
    }

    private static LabStatement? SetConfig(SqlToken[] tokens)
    {
        for (var i = 0; i + 2 < tokens.Length; i++)
        {
            if (tokens[i].Is("set_config") && tokens[i + 1].Text == "(" && _levelSettings.Contains(tokens[i + 2].Text.Trim('\''), StringComparer.OrdinalIgnoreCase))
                return OfLevel($"set_config({tokens[i + 2].Text}, …)", tokens);
        }

        return null;
    }

    private static LabStatement OfLevel(string name, SqlToken[] tokens) =>
        new(name, $"the level stands on the block, '{Block(tokens)}', and READ ONLY and DEFERRABLE are not to be had", LevelInScript);

    private static LabStatement Forgetting(string name) => new(
        name, "the lab's own prepared statements would go with it: where a pool resets its sessions, a strategy has 'connection' with 'reset'", "it does nothing for the sessions of a race: leave it out");

    private static LabStatement? Copy(SqlToken[] tokens)
    {
        var depth = 0;
        for (var i = 1; i + 1 < tokens.Length; i++)
        {
            depth += tokens[i].Text switch { "(" => 1, ")" => -1, _ => 0 };
            if (depth > 0 || !(tokens[i].Is("from") || tokens[i].Is("to"))) continue;
            if (tokens[i + 1].Is("stdin") || tokens[i + 1].Is("stdout"))
            {
                return tokens[i].Is("from")
                    ? new("COPY … FROM STDIN", "nobody sends the rows: write INSERT … VALUES, or INSERT … SELECT", "nobody sends the rows: write INSERT … VALUES")
                    : new("COPY … TO STDOUT", "nobody takes the rows: write SELECT", "nobody takes the rows: leave it out");
            }
        }

        return null;
    }

    /// <summary>The block that asks for the level that a statement names, if it names one.</summary>
    private static string Block(SqlToken[] tokens)
    {
        var words = string.Join(' ', tokens.Select(t => t.Text.Trim('\'', '"').ToLowerInvariant()));
        foreach (var level in (string[])["serializable", "repeatable read", "read committed"])
            if (words.Contains(level, StringComparison.Ordinal)) return $"within: transaction {level}";
        return "within: transaction";
    }
}
