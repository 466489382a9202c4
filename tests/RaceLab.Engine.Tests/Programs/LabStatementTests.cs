using RaceLab.Engine.Programs;

namespace RaceLab.Engine.Tests.Programs;

public sealed class LabStatementTests
{
    [Theory]
    [InlineData("BEGIN", "within: transaction'")]
    [InlineData("  -- a comment\n /* BEGIN; /* nested */ */ beGin;", "within: transaction'")]
    [InlineData("BEGIN ISOLATION LEVEL SERIALIZABLE", "within: transaction serializable'")]
    [InlineData("START TRANSACTION ISOLATION LEVEL\n REPEATABLE READ", "within: transaction repeatable read'")]
    [InlineData("COMMIT AND CHAIN", "within: transaction'")]
    [InlineData("END", "within: transaction'")]
    [InlineData("ROLLBACK", "say: failed")]
    [InlineData("ABORT WORK", "say: failed")]
    [InlineData("ROLLBACK WORK TO SAVEPOINT s", "within: savepoint")]
    [InlineData("SAVEPOINT s", "within: savepoint")]
    [InlineData("RELEASE SAVEPOINT s", "within: savepoint")]
    [InlineData("PREPARE TRANSACTION 'x'", "outlives its session")]
    [InlineData("COMMIT PREPARED 'x'", "outlives its session")]
    [InlineData("rollback prepared 'x'", "outlives its session")]
    [InlineData("SET TRANSACTION ISOLATION LEVEL SERIALIZABLE", "within: transaction serializable'")]
    [InlineData("SET LOCAL TRANSACTION READ ONLY", "the level stands on the block")]
    [InlineData("SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL READ COMMITTED", "within: transaction read committed'")]
    [InlineData("SET transaction_isolation = 'serializable'", "within: transaction serializable'")]
    [InlineData("SET SESSION Default_Transaction_Isolation TO \"repeatable read\"", "within: transaction repeatable read'")]
    [InlineData("SELECT set_config('transaction_isolation', 'serializable', true)", "within: transaction serializable'")]
    [InlineData("DISCARD ALL", "prepared statements")]
    [InlineData("DEALLOCATE PREPARE ALL;", "prepared statements")]
    [InlineData("COPY t FROM STDIN", "INSERT … VALUES")]
    [InlineData("copy t (k, n) from stdin with (format csv, header)", "INSERT … VALUES")]
    [InlineData("COPY t TO STDOUT", "write SELECT")]
    [InlineData("COPY (SELECT k FROM t) TO /* here */ STDOUT (FORMAT binary)", "write SELECT")]
    public void Find_StatementOfTheLab_SaysWhatToWriteInstead(string sql, string instead) =>
        Assert.Contains(instead, LabStatement.Find(sql)?.InStep, StringComparison.Ordinal);

    [Theory]
    [InlineData("SELECT 'BEGIN'")]
    [InlineData("SELECT begin, \"commit\" FROM t")]
    [InlineData("-- BEGIN\nSELECT 1")]
    [InlineData("SET LOCAL lock_timeout = '20ms'")]
    [InlineData("SELECT set_config('lock_timeout', '20ms', true)")]
    [InlineData("PREPARE transaction AS SELECT 1")]
    [InlineData("DEALLOCATE PREPARE one")]
    [InlineData("COPY t FROM PROGRAM 'stdin'")]
    [InlineData("COPY (SELECT stdin FROM stdin) TO '/tmp/x'")]
    [InlineData("LOCK TABLE t")]
    [InlineData("DO $$ BEGIN COMMIT; END $$")]
    [InlineData("")]
    public void Find_ContentsOwn_IsNull(string sql) => Assert.Null(LabStatement.Find(sql));
}
