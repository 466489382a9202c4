using System.Globalization;
using RaceLab.Engine.Content;
using RaceLab.Engine.Databases;
using RaceLab.Engine.Programs;

namespace RaceLab.Engine.Schedules;

/// <summary>One session of a stepped run: it sends a statement when it is told to, and may then wait for a lock.</summary>
internal sealed class SteppedSession : IAsyncDisposable
{
    private readonly ISession _session;
    private readonly AttemptMachine _machine;
    private readonly CancellationTokenSource _giveUp;
    private Task<StatementResult>? _pending;
    private int[] _blockedBy = [];

    public SteppedSession(int number, ISession session, StepProgram program, int? retriesAtMost, CancellationToken cancellation)
    {
        Number = number;
        _session = session;
        _machine = new AttemptMachine(program, retriesAtMost);
        _giveUp = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
    }

    /// <summary>From 1; also its attempt's number.</summary>
    public int Number { get; }

    public int ProcessId => _session.ProcessId;

    /// <summary>The step that is next, or that waits; null once the attempt has ended. Pauses and back-offs take no time here and never show.</summary>
    public ProgramStep? Next => _machine.Next;

    public Outcome Outcome => _machine.Outcome;

    public SqlError? Error => _machine.Error;

    public int Retries => _machine.Retries;

    /// <summary>Whether a statement was sent and has not come back.</summary>
    public bool IsWaiting => _pending is not null;

    /// <summary>Whether it could send its next statement now.</summary>
    public bool IsReady => !IsWaiting && Next is not null;

    /// <summary>Completes when the statement under way has come back.</summary>
    public Task Pending => _pending ?? Task.CompletedTask;

    /// <summary>Begins an attempt.</summary>
    public void Start(string key)
    {
        var name = Number.ToString(CultureInfo.InvariantCulture);
        _machine.Start(key, name, name);
        PassPauses();
    }

    public void Send()
    {
        _blockedBy = [];
        _pending = _session.ExecuteAsync(_machine.Next!, _machine.Values, _giveUp.Token).AsTask();
    }

    public void MarkBlocked(int[] sessions) => _blockedBy = [.. _blockedBy.Union(sessions).Order()];

    /// <summary>Takes the answer of a statement that has come back.</summary>
    public async Task<PlayedStep> TakeAnswerAsync()
    {
        var step = new ScheduledStep(Number, _machine.Next!.Name);
        var result = await _pending!.ConfigureAwait(false);
        _pending = null;
        switch (result.Kind)
        {
            case StatementEnd.Answered: _machine.Completed(result.Rows); break;
            case StatementEnd.Rejected: _machine.Rejected(result.Error!.Value); break;
            default: _machine.Lost(); break;
        }

        PassPauses();
        return new PlayedStep(step, _blockedBy, result.Rows, result.Error);
    }

    /// <summary>Gives up a statement that still waits, and closes the session.</summary>
    public async ValueTask DisposeAsync()
    {
        await _giveUp.CancelAsync().ConfigureAwait(false);
        await Pending.ConfigureAwait(false);
        _giveUp.Dispose();
        await _session.DisposeAsync().ConfigureAwait(false);
    }

    private void PassPauses()
    {
        while (_machine.Next is { Sql: null }) _machine.Completed();
    }
}
