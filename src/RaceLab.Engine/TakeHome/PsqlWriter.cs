using RaceLab.Engine.Programs;

namespace RaceLab.Engine.TakeHome;

/// <summary>
/// Writes a strategy as a script for psql, where psql can say it: it has questions
/// (<see href="https://www.postgresql.org/docs/current/app-psql.html#PSQL-METACOMMAND-IF">\if</see>), and neither loops nor a way to know a constraint's name.
/// </summary>
internal sealed class PsqlWriter : ITakeHomeWriter
{
    /// <inheritdoc/>
    public bool CommitsExplicitly => false;

    /// <inheritdoc/>
    public TakeHomeFile Write(TakeHomeSubject subject)
    {
        var functions = subject.Functions;
        foreach (var function in functions) Refuse(function);
        var code = new CodeText("  ", "--");
        var file = $"{Naming.Kebab(subject.Strategy.Id)}.sql";
        Preamble.Write(code, subject);
        var inputs = StepProgram.Inputs.Where(i => functions.Any(f => f.Inputs.Contains(i))).ToList();
        var given = functions.SelectMany(f => f.Given).DistinctBy(d => d.Input.Name).ToList();
        var role = functions.Count > 1 ? $" -v {RoleVariable(functions[0])}=1" : "";
        code.Comment($"Run it with: psql --no-psqlrc{string.Concat(inputs.Select(i => $" -v {i}={ExampleOf(subject, i)}"))}{string.Concat(given.Select(g => $" -v {g.Input.Name}={ExampleOf(subject, g.Input)}"))}{role} -f {file}", keep: true);
        code.Comment("It prints what the caller is told. Where a statement fails it stops, with exit code 3 or by printing \"rejected\", and what was not committed is rolled back.");
        if (functions.Count > 1) code.Comment($"It does what one of these does: {string.Join(", ", functions.Select(f => $"-v {RoleVariable(f)}=1"))}.");
        if (functions.Any(f => f.HasWindow)) code.Comment("With -v window=0.5 it waits half a second in the race window.");
        if (functions.Any(f => f.HasCrash)) code.Comment("With -v crash=1 it dies where delivery 1 dies: it ends, and says nothing.");
        code.Gap();
        code.Line("\\set ON_ERROR_STOP on");
        code.Line("\\set QUIET on");
        code.Comment("Only what is told is printed, not what the queries return.");
        code.Line("\\o /dev/null");
        code.Gap();
        if (functions.Count == 1)
        {
            Write(code, functions[0]);
            return new TakeHomeFile(TakeHomeLanguage.Psql, file, code.ToString());
        }

        foreach (var function in functions)
        {
            code.Line($"\\if :{{?{RoleVariable(function)}}}");
            using (code.Indent()) Write(code, function);
            code.Line("\\endif");
        }

        return new TakeHomeFile(TakeHomeLanguage.Psql, file, code.ToString());
    }

    /// <summary>The variable that chooses a role.</summary>
    public static string RoleVariable(PlannedFunction function) => Naming.Snake(function.Role!);

    private static void Write(CodeText code, PlannedFunction function)
    {
        var program = new PsqlProgram(code, function);
        if (function.Connection?.StatementTimeout is { } timeout) code.Line($"SET statement_timeout = {Naming.Number(timeout.TotalMilliseconds)};");
        foreach (var draw in function.Drawn.Where(d => !d.IsGiven)) program.WriteDraw(draw);
        program.Write();
    }

    private static string ExampleOf(TakeHomeSubject subject, Input given) => given.Generator switch
    {
        Generator.Pick => $"'{{\"{subject.Scenario.Key.For(1)}\",\"{subject.Scenario.Key.For(2)}\"}}'",
        Generator.Uuid4 => "3e0c3b54-6a4e-4a3c-9d5b-0f6f4b0b8a11",
        Generator.Clock => "2026-01-01T00:00:00Z",
        _ => "1",
    };

    private static string ExampleOf(TakeHomeSubject subject, string input) => input == "key" ? subject.Scenario.Key.For(1) : "1";

    private static void Refuse(PlannedFunction function)
    {
        if (function.Connection is { Pool: not null }) throw new NotExpressibleException("it keeps a pool of connections for many calls, and psql has one connection, which ends with its call");
        if (function.Counts) throw new NotExpressibleException("it counts in the memory of its process, and psql begins anew with every call");
        foreach (var node in function.Body.SelectMany(n => n.All)) Refuse(node);
    }

    private static void Refuse(Planned node)
    {
        switch (node)
        {
            case PlannedLoop:
                throw new NotExpressibleException("it goes through a list item by item, and psql has no loops");
            case PlannedBlock { Step.Kind: BlockKind.Mutex }:
                throw new NotExpressibleException("it locks a mutex in the memory of its process, and psql makes one call in a process: there is nobody to lock out");
            case PlannedBlock { Step.Kind: BlockKind.SingleFlight }:
                throw new NotExpressibleException("it shares a call among those in its process, and psql makes one call in a process: there is nobody to share it with");
            case PlannedBlock { Step.Kind: BlockKind.Lease }:
                throw new NotExpressibleException("it takes a lease in Redis, and psql has no way to speak to anything but PostgreSQL");
            case PlannedSend { Step.On: StatementTarget.Replica }:
                throw new NotExpressibleException("it asks a standby beside its server, and psql has one connection at a time");
            case PlannedBlock { Step.Retry: not null }:
                throw new NotExpressibleException("it runs a block again after an error, and psql has no loops");
            case PlannedBlock { Step.OnError.Rules.Count: > 0 }:
                throw new NotExpressibleException("it handles an error of a whole block, and in psql a script cannot leave a block of statements and go on behind it");
            case PlannedSend { Handles: true, Around.Count: > 0 }:
                throw new NotExpressibleException("it handles an error inside of a transaction, and in psql a script cannot leave a block of statements and go on behind it");
            case PlannedSend send when send.Step.OnError.Rules.Any(r => r.Constraint is not null):
                throw new NotExpressibleException("it asks which constraint raised an error, and psql tells a script the SQLSTATE alone");
        }
    }
}
