using RaceLab.Engine.Programs;

namespace RaceLab.Engine.TakeHome;

/// <summary>Writes a strategy as a module in Python, with psycopg 3.</summary>
internal sealed class PythonWriter : ITakeHomeWriter
{
    /// <inheritdoc/>
    public bool CommitsExplicitly => false;

    /// <summary>What the module calls by those names already: no function may take them away.</summary>
    private static readonly string[] _taken = ["datetime", "hashlib", "itertools", "lease", "next", "psycopg", "random", "sorted", "str", "threading", "time", "uuid", "first_bits"];

    /// <summary>The function of a role.</summary>
    public static string FunctionOf(TakeHomeSubject subject, PlannedFunction function)
    {
        var name = Naming.Snake(function.Role ?? subject.Strategy.Id);
        return _taken.Contains(name) ? name + "_" : name;
    }

    /// <inheritdoc/>
    public TakeHomeFile Write(TakeHomeSubject subject)
    {
        var code = new CodeText("    ", "#");
        Preamble.Write(code, subject);
        var functions = subject.Functions;
        var retries = functions.SelectMany(f => f.Body).SelectMany(n => n.All).OfType<PlannedBlock>().Select(b => b.Step.Retry).OfType<RetryRule>().ToList();
        WriteImports(code, functions, retries);
        if (functions.Any(f => f.Any(n => n is PlannedSend { Keep.Count: > 0 }))) code.Line("from psycopg.rows import dict_row");
        if (functions.Any(f => f.Connection is { Pool: not null })) code.Line("from psycopg_pool import ConnectionPool");
        code.Gap();
        code.Line("Answer = Literal[\"created\", \"found\", \"updated\", \"failed\"]");
        if (functions.Any(f => f.Any(PythonProgram.RollsBack)))
        {
            code.Gap();
            code.Gap();
            code.Line("class RolledBack(Exception):");
            code.Line("    \"\"\"Leaves a transaction by ROLLBACK; the caller is told \"failed\".\"\"\"");
        }

        PythonApplication.Write(code, functions);
        foreach (var function in functions)
        {
            code.Gap();
            code.Raw("");
            new PythonProgram(code, function).Write(FunctionOf(subject, function));
        }

        return new TakeHomeFile(TakeHomeLanguage.Python, $"{Naming.Snake(subject.Strategy.Id)}.py", code.ToString());
    }

    private static void WriteImports(CodeText code, IReadOnlyList<PlannedFunction> functions, IReadOnlyList<RetryRule> retries)
    {
        var (leases, shares) = (functions.Any(f => f.UsesRedis), functions.Any(f => f.Has(BlockKind.SingleFlight)));
        if (functions.Any(f => f.Draws(Generator.Hash))) code.Line("import hashlib");
        if (functions.Any(f => f.Counts)) code.Line("import itertools");
        if (leases || retries.Any(r => r.BackoffHigh > r.BackoffLow)) code.Line("import random");
        if (shares || functions.Any(f => f.Has(BlockKind.Mutex))) code.Line("import threading");
        if (leases || functions.Any(f => f.Draws(Generator.NowMs)) || retries.Any(r => r.BackoffHigh > TimeSpan.Zero)) code.Line("import time");
        if (leases || functions.Any(f => f.Draws(Generator.Uuid4))) code.Line("import uuid");
        var abstracts = new List<string>();
        if (shares || functions.Any(f => f.HasWindow || f.HasCrash)) abstracts.Add("Callable");
        if (leases) abstracts.Add("Iterator");
        if (abstracts.Count > 0) code.Line($"from collections.abc import {string.Join(", ", abstracts)}");
        if (shares) code.Line("from concurrent.futures import Future");
        if (functions.Any(f => f.Connection is { Pool: not null })) code.Line("from contextlib import AbstractContextManager");
        if (leases) code.Line("from contextlib import contextmanager");
        if (functions.Any(f => f.Draws(Generator.Clock))) code.Line("from datetime import datetime, timezone");
        code.Line($"from typing import Literal{(leases ? ", Protocol" : "")}");
        code.Gap();
        code.Line("import psycopg");
        if (functions.Any(f => f.Connection?.StatementTimeout is not null)) code.Line("from psycopg.conninfo import conninfo_to_dict");
    }
}
