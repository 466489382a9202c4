namespace RaceLab.Engine.Tests.Isolation;

/// <summary>
/// PostgreSQL's own isolation specs, played by the schedule runner: every permutation must take the course that PostgreSQL's tester wrote
/// down for it, with the same waits, the same order of answers, the same rows and the same errors.
/// </summary>
public sealed class IsolationTests(TestPostgres postgres)
{
    private static readonly string Folder = Path.Combine(TestContent.Folder, "..", "tests", "RaceLab.Engine.Tests", "Isolation");

    private const int AtOnce = 3;

    public static TheoryData<string> Specs =>
        [.. Directory.EnumerateFiles(Path.Combine(Folder, "specs"), "*.spec").Select(f => Path.GetFileNameWithoutExtension(f)!).Order(StringComparer.Ordinal)];

    [Theory(Timeout = 120_000)]
    [MemberData(nameof(Specs))]
    public async Task Spec_EveryPermutation_TakesTheCourseThatPostgresExpects(string name)
    {
        var spec = IsolationSpec.Read(name, await File.ReadAllTextAsync(Path.Combine(Folder, "specs", $"{name}.spec"), TestContext.Current.CancellationToken));
        var expected = IsolationOutput.Read(spec, await File.ReadAllTextAsync(Path.Combine(Folder, "expected", $"{name}.out"), TestContext.Current.CancellationToken));
        Assert.SkipWhen(postgres.Lab.Version.Major < 15 && spec.Sessions.Any(s => s.Steps.Values.Any(sql => sql.Contains("MERGE ", StringComparison.Ordinal))), "MERGE came with PostgreSQL 15.");
        var orders = spec.Orders;
        Assert.Equal(orders.Select(o => string.Join(' ', o.Select(e => e.Step))), expected.Select(e => e.Permutation));

        var observed = new IReadOnlyList<string>[expected.Count];
        await Parallel.ForAsync(0, expected.Count, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = TestContext.Current.CancellationToken },
            async (i, cancellation) => observed[i] = await new IsolationSchedule(spec, orders[i]).PlayAsync(postgres.Lab, cancellation));

        for (var i = 0; i < expected.Count; i++)
        {
            var (permutation, course) = expected[i];
            var marked = orders[i].Where(e => e.SaysWaiting).Select(e => $"{e.Step} {IsolationOutput.Waiting}").ToList();
            Assert.Equal([permutation, .. course.Where(line => !marked.Contains(line))], [permutation, .. observed[i].Where(line => !marked.Contains(line))]);
        }
    }

    [Theory]
    [InlineData("setup { SELECT 1; } banana", "banana")]
    [InlineData("session a step x { SELECT 1; } permutation x(y notices 1)", "(y notices 1)")]
    [InlineData("session a step x", "block")]
    public void Read_WhatTheReaderDoesNotKnow_IsRefused(string spec, string reason) =>
        Assert.Contains(reason, Assert.ThrowsAny<Exception>(() => IsolationSpec.Read("test", spec)).Message, StringComparison.OrdinalIgnoreCase);
}
