using RaceLab.Engine.Programs;
using RaceLab.Engine.Races;

namespace RaceLab.Engine.Tests.Races;

public class RaceLogTests
{
    [Fact(Timeout = 30_000)]
    public async Task Read_WhileTheWorkerWrites_GetsEveryEventOnceInOrder()
    {
        const int Count = 500_000;
        var log = new WorkerLog();
        var writer = Task.Run(() =>
        {
            for (var i = 0; i < Count; i++) log.Append(new RaceEvent((uint)i, (uint)i + 1, i, 1, 0, default, 0, 0));
        }, TestContext.Current.CancellationToken);

        var expected = 0;
        while (expected < Count)
        {
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
            foreach (var happened in log.Read()) Assert.Equal(expected++, happened.Attempt);
        }

        await writer;
        Assert.True(log.Read().IsEmpty);
    }

    [Fact]
    public void Read_NothingWritten_IsEmpty() => Assert.True(new WorkerLog().Read().IsEmpty);

    [Fact]
    public void NumberOf_SameKind_HasOneNumberAndKeepsTheFirstMessage()
    {
        var rejections = new Rejections();
        Assert.Equal(1, rejections.NumberOf(new SqlError("23505", "a", "first")));
        Assert.Equal(2, rejections.NumberOf(new SqlError("23505", "b", "other")));
        Assert.Equal(1, rejections.NumberOf(new SqlError("23505", "a", "second")));
        Assert.Equal(["first", "other"], rejections.Kinds.Select(k => k.Message));
    }

    [Theory]
    [InlineData(true, LaneMark.Duplicate)]
    [InlineData(false, LaneMark.Created)]
    public void ToSegments_TwoCreationsOfOneKey_MarksTheLaterOneAsDuplicateWhereItIsOne(bool marksDuplicates, LaneMark later)
    {
        var opening = new OpeningEvents(2, marksDuplicates);
        opening.Take(0, Step(10, 20, attempt: 0));
        opening.Take(1, Step(12, 30, attempt: 0));
        opening.Take(1, Ended(5, 31, key: 1, Outcome.Created));
        opening.Take(0, Ended(5, 22, key: 1, Outcome.Created));

        Assert.Equal([LaneMark.Created, later], opening.ToSegments().Select(s => s.Mark));
    }

    [Fact]
    public void ToSegments_MoreThanFit_KeepsTheEarliest()
    {
        var opening = new OpeningEvents(2, marksDuplicates: true);
        var order = Enumerable.Range(0, 100_000).Select(i => (uint)(i * 7919L % 100_000)).ToList();
        foreach (var start in order) opening.Take(0, Step(start * 10, (start * 10) + 5, (int)start));

        var segments = opening.ToSegments();
        Assert.Equal(opening.Segments, segments.Count);
        Assert.Equal(Enumerable.Range(0, opening.Segments).Select(i => i), segments.Select(s => s.StartUs));
    }

    private static RaceEvent Step(uint start, uint end, int attempt) => new(start, end, attempt, 1, 0, default, 0, 0);

    private static RaceEvent Ended(uint start, uint end, int key, Outcome outcome) => new(start, end, 0, key, RaceEvent.AttemptEnded, outcome, 0, 0);

    [Fact]
    public void Rejections_MoreKindsThanTwoBytesCanNumber_AreToldApart()
    {
        const int Kinds = 70_000;
        var rejections = new Rejections();
        var numbers = Enumerable.Range(0, Kinds).Select(i => rejections.NumberOf(new SqlError("P0001", $"c{i}", ""))).ToList();

        Assert.Equal(Enumerable.Range(1, Kinds), numbers);
        Assert.Equal(66_000, rejections.NumberOf(new SqlError("P0001", "c65999", "")));
    }

    [Fact]
    public void RejectionCounts_OfManyKinds_KeepTheMostFrequentApartAndEveryRejection()
    {
        const int Kinds = 70_000;
        List<SqlError> kinds = [.. Enumerable.Range(0, Kinds).Select(i => new SqlError(i % 2 == 0 ? "P0001" : "23505", $"c{i}", $"m{i}"))];
        List<long> counts = [.. Enumerable.Range(0, Kinds).Select(i => i == Kinds - 1 ? 9L : 1L)];

        var told = RejectionCount.Of(kinds, counts);

        Assert.Equal(Kinds + 8, told.Sum(r => r.Count));
        Assert.Contains(new RejectionCount("23505", $"c{Kinds - 1}", 9, $"m{Kinds - 1}"), told);
        Assert.Equal(RejectionCount.MostConstraints, told.Count(r => r.Constraint is not null));
        Assert.Equal(["23505", "P0001"], told.Where(r => r.Constraint is null).Select(r => r.SqlState).Order());
    }
}
