using RaceLab.Engine.Races;
using RaceLab.Web.Races;
using RaceLab.Web.Tests.Doubles;

namespace RaceLab.Web.Tests;

public sealed class PictureTests
{
    [Fact]
    public void Listing_OfATransactionWithRetry_NumbersStepsAndMarksRecovery()
    {
        var listing = Listing.Of(TestContent.Serializable.Program);
        Assert.Equal(["1", "2", "3", "4", "5"], listing.Lines.Where(l => !l.Step.IsRecovery).Select(l => l.Label));
        Assert.All(listing.Lines.Where(l => l.Step.IsRecovery), l => Assert.Equal("↺", l.Label));
        Assert.Equal(listing.Lines.Select((_, i) => i), listing.Lines.Select(l => l.Step.Index));
    }

    [Fact]
    public void Listing_OfStatements_GivesEachItsOwnColourAndPausesAnotherShape()
    {
        var lines = Listing.Of(TestContent.CheckThenInsert.Program).Lines;
        Assert.Equal(["s0", "pause", "s1"], lines.Select(l => l.Tone));
        Assert.Equal([StepShape.Block, StepShape.Line, StepShape.Block], lines.Select(l => l.Shape));
    }

    [Theory]
    [InlineData("SELECT id FROM users WHERE email = @key")]
    [InlineData("INSERT INTO t VALUES ('it''s @not a parameter', @a)\nON CONFLICT DO NOTHING")]
    [InlineData("")]
    public void SqlPieces_Together_AreTheSql(string sql) =>
        Assert.Equal(sql, string.Concat(SqlPiece.Split(sql).Select(p => p.Text)));

    [Fact]
    public void SqlPieces_KnowKeywordsParametersAndQuotes()
    {
        var pieces = SqlPiece.Split("SELECT 'a @b' FROM t WHERE x = @key");
        Assert.Equal(["SELECT", "FROM", "WHERE"], pieces.Where(p => p.Kind == SqlPieceKind.Keyword).Select(p => p.Text));
        Assert.Equal("@key", Assert.Single(pieces, p => p.Kind == SqlPieceKind.Parameter).Text);
        Assert.Equal("'a @b'", Assert.Single(pieces, p => p.Kind == SqlPieceKind.Quoted).Text);
    }

    [Fact]
    public void ChartPoints_OfASnapshot_AreWhatWasWritten()
    {
        ChartPoint[] points = [new(100, 812, 11, 19, 22, 3, 81), new(200, 830, 11.5f, 19.5f, 23, null, 164)];
        Assert.Equal(points, ChartPoints.Read(TestFrames.Snapshot(new FrameFacts { Steps = [0, 1, 254] }, points), 60));
    }

    [Fact]
    public void ChartPoints_OfALongRace_AreThinnedAndKeepTheLast()
    {
        var points = Enumerable.Range(1, 1201).Select(i => new ChartPoint(i * 100, i, i, i, i, i, i)).ToList();
        var read = ChartPoints.Read(TestFrames.Snapshot(new FrameFacts(), points), 60);
        Assert.InRange(read.Count, 50, 60);
        Assert.Equal(points[^1], read[^1]);
    }

    [Fact]
    public void ChartPoints_OfBytesThatAreNoSnapshot_AreNone()
    {
        Assert.Empty(ChartPoints.Read([], 60));
        Assert.Empty(ChartPoints.Read(TestFrames.Delta(new FrameFacts { Steps = [1] }), 60));
        var cut = TestFrames.Snapshot(new FrameFacts { Steps = [1] }, [new ChartPoint(1, 1, 1, 1, 1, 1, 1)]);
        for (var length = 0; length < cut.Length; length++) Assert.Empty(ChartPoints.Read(cut.AsSpan(0, length), 60));
    }

    [Fact]
    public void TrackSource_OfALongOpening_FirstMomentsEndAfterAFewAttempts()
    {
        var lanes = Enumerable.Range(0, 50).Select(i => new LaneSegment(0, 0, i * 100, (i * 100) + 90, LaneMark.Created))
            .Append(new LaneSegment(0, 0, 250, 9_000, LaneMark.Duplicate)).ToList();
        var source = TrackSource.Of(null, lanes);
        Assert.Equal((290, 9000, 1, false), (source.FirstUs, source.EndUs, source.Workers, source.IsWhole));
        Assert.Equal([9000], source.Duplicates);
        Assert.Contains("Only the first moments", TrackWords.Drawn(source, 0, 290, 290));
    }

    [Fact]
    public void TrackSource_OfNothing_IsEmpty()
    {
        var source = TrackSource.Of(null, []);
        Assert.Equal((0, 0, 0), (source.Workers, source.EndUs, source.FirstUs));
        Assert.Equal("Nothing ran, so there is nothing to draw.", TrackWords.Drawn(source, 0, 100, 0));
    }
}
