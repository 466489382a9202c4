using Bunit;
using Microsoft.Extensions.DependencyInjection;
using MudBlazor.Services;
using RaceLab.Engine.Content;
using RaceLab.Engine.Programs;
using RaceLab.Engine.Races;
using RaceLab.Engine.Schedules;
using RaceLab.Web.Components.Schedules;

namespace RaceLab.Web.Tests.Schedules;

public sealed class StepBoardTests : BunitContext
{
    private readonly List<int> _played = [];
    private readonly List<int> _positions = [];
    private int _continued;

    public StepBoardTests() => Services.AddSingleton(TimeProvider.System).AddMudServices();

    [Fact]
    public void Board_SomebodyWaits_BothSidesShowIt()
    {
        var board = Show(StepStates.Waiting);

        var waiting = board.Find("[data-session='2']");
        Assert.True(waiting.QuerySelector(".go")!.HasAttribute("disabled"));
        Assert.Equal("waits for session 1, which took advisory lock 42 with 1.lock", waiting.QuerySelector("[data-standing]")!.TextContent);
        Assert.Equal("session 2 waits for it", board.Find("[data-session='1'] [data-standing]").TextContent);
        Assert.Contains("waits", waiting.QuerySelector("li.waiting .answer")!.TextContent, StringComparison.Ordinal);
        Assert.Equal("session 2 waits for session 1", board.Find(".waits svg").GetAttribute("aria-label"));
        Assert.Contains(board.FindAll(".locks tbody td"), cell => cell.TextContent == "2 waits");
        Assert.Contains("quiet", board.FindAll(".locks tbody tr")[^1].ClassName, StringComparison.Ordinal);
        Assert.Equal("Whose turn? 1", board.Find(".turns p").TextContent);
    }

    [Fact]
    public void Board_WaitThatHasEnded_IsToldOnTheSideThatEndedIt()
    {
        var state = StepStates.Waiting;
        var board = Show(state with
        {
            Turns = [.. state.Turns.Take(3), StepStates.Done(2, "lock", 3, 1, null, 6, null, 1), .. state.Turns.Skip(4), StepStates.Done(1, "commit", 6)],
            Ahead = [],
            Sessions = [StepStates.Session(1, null, Outcome.Created), StepStates.Session(2, "check")],
        });
        Assert.Contains("done, and session 2 goes on", board.Find("[data-session='1']").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void Board_OwnUncommittedRow_IsMarkedAsSeenByNobodyElse()
    {
        var board = Show(StepStates.Waiting);

        Assert.Contains("only this session sees it so", board.Find("[data-session='1'] .legend").TextContent, StringComparison.Ordinal);
        Assert.Contains("no rows", board.Find(".committed").TextContent, StringComparison.Ordinal);
        Assert.Contains("It waits", board.Find("[data-session='2'] .look").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void Board_ClickOnASession_SendsItsNextStatement()
    {
        var board = Show(StepStates.Waiting);
        board.Find("[data-session='1'] .go").Click();
        Assert.Equal([1], _played);
    }

    [Fact]
    public void Board_ClickOnATurnTakeBackAndStepOn_AskForPositions()
    {
        var board = Show(StepStates.Waiting);
        board.FindAll(".cell")[1].Click();
        board.Find("#undo").Click();
        board.Find("#redo").Click();
        board.Find("#again").Click();
        board.Find("input[type=range]").Change("3");
        board.Find("input[type=range]").Change("many");
        Assert.Equal([2, 5, 7, 0, 3], _positions);
    }

    [Fact]
    public void Board_TurnAhead_IsDrawnAsNotPlayed()
    {
        var cells = Show(StepStates.Waiting).FindAll(".cell");
        Assert.Equal(7, cells.Count);
        Assert.Contains("notyet", cells[6].ClassName, StringComparison.Ordinal);
        Assert.Equal("step", cells[5].GetAttribute("aria-current"));
        Assert.Equal("Go to turn 7, 1.commit: not played", cells[6].GetAttribute("aria-label"));
    }

    [Fact]
    public void Board_Busy_TakesNoTurns()
    {
        var board = Show(StepStates.Waiting with { Phase = StepperPhase.Busy });
        Assert.All(board.FindAll("button"), b => Assert.True(b.HasAttribute("disabled")));
    }

    [Fact]
    public void Board_Closed_SaysWhyAndOffersToGoOn()
    {
        var board = Show(StepStates.Waiting with { Phase = StepperPhase.Closed, Notice = "Nobody took a turn for 300 s." });
        Assert.Contains("Nobody took a turn", board.Find(".notice").TextContent, StringComparison.Ordinal);
        board.Find("#continue").Click();
        Assert.Equal(1, _continued);
        Assert.Empty(board.FindAll("[role=timer]"));
    }

    [Fact]
    public void Board_EveryAttemptHasEnded_SaysWhatThisOrderShows()
    {
        var result = new ScheduleResult([], [Outcome.Created, Outcome.Rejected], 2,
            [new InvariantResult("duplicates", "One row per email", Promise.Some, Verdict.Kept, 1, 1, null, new OffendingRows([], [], 0))]);
        var board = Show(StepStates.Waiting with
        {
            Result = result,
            Sessions =
            [
                StepStates.Session(1, null, Outcome.Created),
                StepStates.Session(2, null, Outcome.Rejected, error: new SqlError("23505", "users_email_key", "duplicate key value violates unique constraint")),
            ],
        });

        Assert.Equal("This order breaks “One row per email”", board.Find("#verdict-title").TextContent);
        Assert.Contains("Session 1 was told “created” and session 2 got an error.", board.Find("#verdict").TextContent, StringComparison.Ordinal);
        Assert.Equal("its caller got the error 23505 unique_violation (users_email_key)", board.Find("[data-session='2'] [data-standing]").TextContent);
        Assert.Equal("Every attempt has ended.", board.Find(".turns p").TextContent);
    }

    private IRenderedComponent<StepBoard> Show(StepperState state) => Render<StepBoard>(p => p
        .Add(b => b.State, state)
        .Add(b => b.Strategy, StepStates.Strategy)
        .Add(b => b.Listing, StepStates.Listing)
        .Add(b => b.Played, _played.Add)
        .Add(b => b.PositionChanged, _positions.Add)
        .Add(b => b.Continued, () => _continued++));
}
