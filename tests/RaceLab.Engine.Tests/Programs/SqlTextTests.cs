using RaceLab.Engine.Programs;

namespace RaceLab.Engine.Tests.Programs;

public sealed class SqlTextTests
{
    [Theory]
    [InlineData("SELECT @key", "SELECT $1", "key")]
    [InlineData("SELECT @b, @a, @b", "SELECT $1, $2, $1", "b,a")]
    [InlineData("SELECT @key::text, (@key)", "SELECT $1::text, ($1)", "key")]
    [InlineData("SELECT 1 WHERE email=@key", "SELECT 1 WHERE email=$1", "key")]
    [InlineData("SELECT 1 WHERE n>=@n AND n<>-@n", "SELECT 1 WHERE n>=$1 AND n<>-@n", "n")]
    [InlineData("SELECT 'x'||@key", "SELECT 'x'||$1", "key")]
    [InlineData("SELECT '@key', 'it''s @key'", "SELECT '@key', 'it''s @key'", "")]
    [InlineData(@"SELECT E'it\'s @key', @key", @"SELECT E'it\'s @key', $1", "key")]
    [InlineData(@"SELECT 'c:\', @key", @"SELECT 'c:\', $1", "key")]
    [InlineData("SELECT \"@key\", \"a\"\"@b\" FROM t", "SELECT \"@key\", \"a\"\"@b\" FROM t", "")]
    [InlineData("SELECT $$@key;$$, $q$ @key $$ $q$, @key", "SELECT $$@key;$$, $q$ @key $$ $q$, $1", "key")]
    [InlineData("SELECT a$b$c, @key, d$b$", "SELECT a$b$c, $1, d$b$", "key")]
    [InlineData("SELECT 1 -- @key; 'open\n, @key", "SELECT 1 -- @key; 'open\n, $1", "key")]
    [InlineData("SELECT /* @key ; /* ' */ */ @key", "SELECT /* @key ; /* ' */ */ $1", "key")]
    [InlineData("SELECT a @> b, a <@ b, a @@ b, @ -5, a @>@key", "SELECT a @> b, a <@ b, a @@ b, @ -5, a @>@key", "")]
    [InlineData("SELECT a <@b, a @> @key", "SELECT a <@b, a @> $1", "key")]
    [InlineData("SELECT 'me@example.com', 1@key", "SELECT 'me@example.com', 1$1", "key")]
    [InlineData("SELECT 1/*c*/+@n", "SELECT 1/*c*/+$1", "n")]
    public void Parse_Statement_FindsItsParameters(string written, string numbered, string parameters)
    {
        var sql = SqlText.Parse(written);

        Assert.Equal(numbered, sql.Numbered);
        Assert.Equal(parameters, string.Join(',', sql.Parameters));
    }

    [Theory]
    [InlineData("  SELECT 1 ;\n ", "SELECT 1", "SELECT 1")]
    [InlineData("SELECT ';';", "SELECT ';'", "SELECT ';'")]
    [InlineData("SELECT 1; -- done", "SELECT 1; -- done", "SELECT 1")]
    [InlineData("SELECT 1;;", "SELECT 1", "SELECT 1")]
    public void Parse_Semicolon_IsDropped(string given, string written, string numbered)
    {
        var sql = SqlText.Parse(given);

        Assert.Equal(written, sql.Written);
        Assert.Equal(numbered, sql.Numbered);
    }

    [Theory]
    [InlineData("SELECT 1; SELECT 2", "a second one follows")]
    [InlineData("SELECT 1; @key", "a second one follows")]
    [InlineData("SELECT 'open", "the ' quote is not closed")]
    [InlineData("SELECT \"open", "quote is not closed")]
    [InlineData(@"SELECT E'open\'", "quote is not closed")]
    [InlineData("SELECT $q$ open $$", "the dollar quote $q$ is not closed")]
    [InlineData("SELECT /* /* */ 1", "comment is not closed")]
    [InlineData("SELECT $1", "written by name")]
    [InlineData(" ; ", "no SQL statement")]
    [InlineData("", "no SQL statement")]
    public void Parse_NoSingleStatement_IsRefused(string sql, string reason) =>
        Assert.Contains(reason, Assert.Throws<FormatException>(() => SqlText.Parse(sql)).Message, StringComparison.Ordinal);

    [Fact]
    public void Split_Script_GivesStatementsWithTheirPlaces()
    {
        var script = "-- first;\nCREATE TABLE a$b$ (x text DEFAULT ';');\n\n DO $$ BEGIN; END $$;;\n/* ; */ SELECT 1 -- end;";

        Assert.Equal(
            ["CREATE TABLE a$b$ (x text DEFAULT ';')", "DO $$ BEGIN; END $$", "SELECT 1 -- end;"],
            SqlText.Split(script).Select(s => s.Sql));
        Assert.All(SqlText.Split(script), s => Assert.Equal(s.Sql, script.Substring(s.Start, s.Sql.Length)));
        Assert.Throws<FormatException>(() => SqlText.Split("SELECT 1; SELECT 'open"));
    }

    [Theory]
    [InlineData("select 1", false)]
    [InlineData("SELECT id FROM users", false)]
    [InlineData("INSERT INTO t VALUES (1)", true)]
    [InlineData("WITH x AS (INSERT INTO t VALUES (1) RETURNING 1) SELECT * FROM x", true)]
    [InlineData("MERGE INTO t USING s ON true WHEN MATCHED THEN DELETE", true)]
    public void MayWrite_Statement_IsAllButPlainSelect(string sql, bool expected) => Assert.Equal(expected, SqlText.Parse(sql).MayWrite);
}
