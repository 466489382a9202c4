using RaceLab.Engine.Programs;

namespace RaceLab.Engine.Tests.Programs;

public sealed class SqlTextSplitTests
{
    [Theory]
    [InlineData("SELECT 1; SELECT 2;", "SELECT 1|SELECT 2")]
    [InlineData(" ; -- nothing\n ; ", "")]
    [InlineData("SELECT ';' -- ;\n; SELECT $$;$$", "SELECT ';' -- ;|SELECT $$;$$")]
    [InlineData("CREATE RULE r AS ON INSERT TO t DO ALSO (SELECT 1; SELECT 2); SELECT 3", "CREATE RULE r AS ON INSERT TO t DO ALSO (SELECT 1; SELECT 2)|SELECT 3")]
    [InlineData("CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT CASE WHEN true THEN 1 END; SELECT 2; END; SELECT 3", "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT CASE WHEN true THEN 1 END; SELECT 2; END|SELECT 3")]
    [InlineData("create or replace procedure p() begin atomic select 1; end; END", "create or replace procedure p() begin atomic select 1; end|END")]
    [InlineData("BEGIN; SELECT 1; END", "BEGIN|SELECT 1|END")]
    public void Split_Script_CutsWhereStatementsEnd(string script, string statements) =>
        Assert.Equal(statements, string.Join('|', SqlText.Split(script).Select(s => s.Sql)));

    [Theory]
    [InlineData("SELECT 1 WHERE a = :key", ":key")]
    [InlineData("SELECT 1 WHERE a = ?", "?")]
    [InlineData("SELECT 1 WHERE a=?", "?")]
    [InlineData("INSERT INTO t VALUES (?, ?)", "?")]
    [InlineData("SELECT 1 WHERE a LIKE ? AND b = 1", "?")]
    [InlineData("SELECT ?::int", "?")]
    public void Parse_ParameterOfAnotherLibrary_SaysHowOneIsWritten(string sql, string found)
    {
        var refused = Assert.Throws<FormatException>(() => SqlText.Parse(sql));
        Assert.Equal($"parameters are written by name, such as @key, and '{found}' stands here", refused.Message);
    }

    [Theory]
    [InlineData("SELECT doc ? 'a', doc ?| ARRAY['a'], (doc -> 'b') ? @key")]
    [InlineData("SELECT tags[low:high], a::text, ARRAY[1, 2][1:n]")]
    [InlineData("SELECT ':key ?', \":key\" FROM t -- :key ?")]
    [InlineData("SELECT make_interval(days := 1)")]
    public void Parse_OperatorsThatLookLikeParameters_AreTaken(string sql) => Assert.Equal(sql, SqlText.Parse(sql).Written);
}
