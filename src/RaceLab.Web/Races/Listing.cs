using RaceLab.Engine.Programs;

namespace RaceLab.Web.Races;

/// <summary>A strategy's steps as the page shows them: in the listing, in the workers' cells and on the race track alike.</summary>
/// <param name="Lines">One for each step of the program, at the step's own index.</param>
public sealed record Listing(IReadOnlyList<ListingLine> Lines)
{
    private const int StatementTones = 5;

    /// <summary>No steps are known.</summary>
    public static Listing Empty { get; } = new([]);

    /// <summary>Numbers the steps and gives each its colour and its shape.</summary>
    public static Listing Of(StepProgram program)
    {
        ArgumentNullException.ThrowIfNull(program);
        var lines = new List<ListingLine>(program.Steps.Count);
        var number = 0;
        var statements = 0;
        foreach (var step in program.Steps)
        {
            var label = step.IsRecovery ? "↺" : (++number).ToString(System.Globalization.CultureInfo.InvariantCulture);
            var (tone, shape) = step.Kind switch
            {
                StepKind.Statement => ($"s{statements++ % StatementTones}", StepShape.Block),
                StepKind.Begin or StepKind.Commit or StepKind.Enter or StepKind.Leave => ("frame", StepShape.Half),
                StepKind.Pause => ("pause", StepShape.Line),
                StepKind.Backoff => ("recovery", StepShape.Line),
                _ => ("recovery", StepShape.Half),
            };
            lines.Add(new ListingLine(step, label, tone, shape));
        }

        return new Listing(lines) { Given = program.Drawn };
    }

    /// <summary>What is drawn for each attempt.</summary>
    public IReadOnlyList<Input> Given { get; init; } = [];

    /// <summary>The lines of each role, under its name; one part without a name where all workers do the same.</summary>
    public IEnumerable<IGrouping<string?, ListingLine>> Parts => Lines.GroupBy(l => l.Step.Role);

    /// <summary>A step's name, or its number where content no longer knows it.</summary>
    public string NameOf(int step) =>
        step >= 0 && step < Lines.Count ? Lines[step].Step.Name : $"step {step + 1}";
}

/// <summary>One line.</summary>
/// <param name="Step">The step.</param>
/// <param name="Label">What stands in a worker's cell while it is at this step: a number from 1, or an arrow for what happens only after an error.</param>
/// <param name="Tone">The name of its colour, a custom property <c>--tone-…</c> of the style sheet.</param>
/// <param name="Shape">Its second cue besides the colour.</param>
public sealed record ListingLine(ProgramStep Step, string Label, string Tone, StepShape Shape)
{
    /// <summary>What a learner reads: the SQL, or words for what is no SQL.</summary>
    public IReadOnlyList<SqlPiece> Pieces => SqlPiece.Split(Step.Sql?.Written ?? Step.Gate?.Command(Step.Kind == StepKind.Enter) ?? Words);

    private string Words => Step.Kind switch
    {
        _ when Step.Gate is { } gate => GateText.Of(gate, Step.Kind == StepKind.Enter),
        StepKind.Backoff => "wait before the next try",
        StepKind.Crash => "the application dies: the connection drops, and the caller hears nothing",
        _ => "pause: the race window",
    };
}

/// <summary>How much of a cell a step fills.</summary>
public enum StepShape
{
    /// <summary>A statement: all of it.</summary>
    Block,

    /// <summary>Entering or leaving a block: half.</summary>
    Half,

    /// <summary>Waiting: a line.</summary>
    Line,
}
