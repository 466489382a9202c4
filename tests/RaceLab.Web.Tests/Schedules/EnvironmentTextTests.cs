using RaceLab.Engine.Content;
using RaceLab.Engine.Programs;
using RaceLab.Engine.Schedules;
using RaceLab.Web.Schedules;

namespace RaceLab.Web.Tests.Schedules;

/// <summary>What belongs to no session: deliveries, and what time does.</summary>
public sealed class EnvironmentTextTests
{
    [Theory]
    [InlineData("e.deliver-2", "deliver the attempt of session 2 again")]
    [InlineData("e.replay", "let the standby replay what is committed")]
    [InlineData("e.expire-1", "let the lease of session 1 run out")]
    public void Of_ATurn_SaysWhatItWouldDo(string entry, string words)
    {
        Assert.True(ScheduledStep.TryParse(entry, out var turn));
        Assert.Equal(words, EnvironmentText.Of(turn));
    }

    [Fact]
    public void Timeline_WhatTimeDoes_StandsBelowTheSessions()
    {
        var replay = ScheduledStep.For(0, ProgramStep.Replay);
        var state = StepStates.Waiting with
        {
            Turns = [StepStates.Done(1, "begin", 0), new TakenTurn(replay, ProgramStep.Replay, new PlayedStep(replay, [], 0, null), [], 1)],
            Ahead = [ScheduledStep.For(0, ProgramStep.ExpiryOf(2))],
        };
        var picture = TimelinePicture.Of(state, StepStates.Strategy.Program, StepStates.Listing);

        Assert.True(picture.HasTime);
        Assert.Equal([1, 3, 3], picture.Cells.Select(c => c.Session));
        Assert.Equal(["begin", "replay", "expire-2"], picture.Cells.Select(c => c.Step));
        Assert.Equal("the standby has replayed what is committed", picture.Cells[1].Words);
        Assert.False(TimelinePicture.Of(StepStates.Waiting, StepStates.Strategy.Program, StepStates.Listing).HasTime);
    }

    [Fact]
    public void Strip_WhatTimeDoes_HasTheEnvironmentsSign()
    {
        var strip = ScheduleStrip.Of([new ScheduledStep(1, "begin"), ScheduledStep.For(0, ProgramStep.ExpiryOf(1))], StepStates.Listing, 2);
        Assert.Equal(3, strip.Lanes);
        Assert.Equal([(1, "1"), (3, "E")], strip.Cells.Select(c => (c.Session, c.Who)));
    }
}
