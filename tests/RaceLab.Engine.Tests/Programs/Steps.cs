using RaceLab.Engine.Programs;

namespace RaceLab.Engine.Tests.Programs;

/// <summary>Short words for building programs in tests.</summary>
internal static class Steps
{
    public static ErrorRules Rules(params ErrorRule[] rules) => new(rules);

    public static ErrorRule Continue(string? state, string? constraint = null) => new(state, constraint, ErrorAction.Continue);

    public static ErrorRule Fail(string? state) => new(state, null, ErrorAction.Fail);

    public static SqlStep Sql(string name, string sql, string? when = null, ErrorRules? onError = null, string? keep = null, int line = 1) =>
        new(name, SqlText.Parse(sql), keep is null ? [] : [new KeptColumn(keep, keep)], When(when), onError ?? ErrorRules.None, line);

    public static SqlStep Check(string? keep = null) => Sql("check", "SELECT id FROM t WHERE k = @key", keep: keep);

    public static SqlStep Insert(ErrorRules? onError = null, string? when = null) => Sql("insert", "INSERT INTO t VALUES (@key)", when, onError);

    public static SayStep Say(Outcome answer, string? when = null, int line = 1) => new(answer, When(when), line);

    public static PauseStep Pause(string? when = null) => new(When(when), 1);

    public static CrashStep Crash(int? delivery, string? when = null) => new(delivery, When(when), 1);

    public static WithinStep Transaction(params Step[] steps) => new(BlockKind.Transaction, null, null, ErrorRules.None, steps, 1);

    public static WithinStep Savepoint(params Step[] steps) => new(BlockKind.Savepoint, null, null, ErrorRules.None, steps, 1);

    public static RetryRule Retry(int atMost = 2) => new(["40001"], atMost, TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(5));

    public static StepProgram Compile(params Step[] steps) => ProgramCompiler.Compile(steps, 99);

    public static RoleSteps Role(string name, params Step[] steps) => new(name, steps, 99);

    public static AttemptMachine Start(params Step[] steps) => Start(1, steps);

    public static AttemptMachine Start(int deliveries, params Step[] steps)
    {
        var machine = new AttemptMachine(Compile(steps), deliveries: deliveries);
        machine.Start("k", "1", "1");
        return machine;
    }

    /// <summary>Says of the next step, which must have this name, that it went well.</summary>
    public static AttemptMachine Does(this AttemptMachine machine, string step, long rows = 0)
    {
        Assert.Equal(step, machine.Next?.Name);
        machine.Completed(rows);
        return machine;
    }

    public static AttemptMachine Meets(this AttemptMachine machine, string step, string state, string? constraint = null)
    {
        Assert.Equal(step, machine.Next?.Name);
        machine.Rejected(new SqlError(state, constraint, "no"));
        return machine;
    }

    public static AttemptMachine Loses(this AttemptMachine machine, string step)
    {
        Assert.Equal(step, machine.Next?.Name);
        machine.Lost();
        return machine;
    }

    /// <summary>The attempt arrives once more.</summary>
    public static AttemptMachine Arrives(this AttemptMachine machine, int delivery)
    {
        Assert.True(machine.AwaitsDelivery);
        machine.DeliverAgain();
        Assert.Equal((delivery, $"{delivery}"), (machine.Delivery, machine.Values[3]));
        return machine;
    }

    public static void Ends(this AttemptMachine machine, Outcome outcome, int retries = 0)
    {
        Assert.Null(machine.Next);
        Assert.Equal(outcome, machine.Outcome);
        Assert.Equal(retries, machine.Retries);
    }

    /// <summary>The attempt is over, and no delivery of it will come.</summary>
    public static void EndsForGood(this AttemptMachine machine, Outcome outcome)
    {
        machine.Ends(outcome);
        Assert.False(machine.AwaitsDelivery);
    }

    private static Condition? When(string? when) => when is null ? null : Condition.Parse(when);
}
