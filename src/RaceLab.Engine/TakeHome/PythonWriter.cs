using RaceLab.Engine.Programs;

namespace RaceLab.Engine.TakeHome;

/// <summary>Writes a strategy as a module in Python, with psycopg 3.</summary>
internal sealed class PythonWriter : ITakeHomeWriter
{
    /// <inheritdoc/>
    public bool CommitsExplicitly => false;

    /// <inheritdoc/>
    public TakeHomeFile Write(TakeHomeSubject subject)
    {
        var code = new CodeText("    ", "#");
        Preamble.Write(code, subject);
        var functions = subject.Functions;
        var retries = functions.SelectMany(f => f.Body).SelectMany(n => n.All).OfType<PlannedBlock>().Select(b => b.Step.Retry).OfType<RetryRule>().ToList();
        if (retries.Any(r => r.BackoffHigh > r.BackoffLow)) code.Line("import random");
        if (retries.Any(r => r.BackoffHigh > TimeSpan.Zero)) code.Line("import time");
        if (functions.Any(f => f.HasWindow || f.HasCrash)) code.Line("from collections.abc import Callable");
        code.Line("from typing import Literal");
        code.Gap();
        code.Line("import psycopg");
        if (functions.Any(f => f.Any(n => n is PlannedSend { Keep.Count: > 0 }))) code.Line("from psycopg.rows import dict_row");
        code.Gap();
        code.Line("Answer = Literal[\"created\", \"found\", \"updated\", \"failed\"]");
        if (functions.Any(f => f.Any(PythonProgram.RollsBack)))
        {
            code.Gap();
            code.Gap();
            code.Line("class RolledBack(Exception):");
            code.Line("    \"\"\"Leaves a transaction by ROLLBACK; the caller is told \"failed\".\"\"\"");
        }

        foreach (var function in functions)
        {
            code.Gap();
            code.Raw("");
            new PythonProgram(code, function).Write(Naming.Snake(function.Role ?? subject.Strategy.Id));
        }

        return new TakeHomeFile(TakeHomeLanguage.Python, $"{Naming.Snake(subject.Strategy.Id)}.py", code.ToString());
    }
}
