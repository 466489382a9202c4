using System.Numerics;
using RaceLab.Engine.Schedules;

namespace RaceLab.Engine.Tests.Schedules;

public class OrderCountTests
{
    [Theory]
    [InlineData(new[] { 2, 2 }, 6)]
    [InlineData(new[] { 3, 0 }, 1)]
    [InlineData(new[] { 5, 5, 5 }, 756_756)]
    public void All_Turns_IsTheMultinomial(int[] turns, int expected) => Assert.Equal(expected, OrderCount.All(turns));

    [Fact]
    public void Equivalent_EverythingDependent_IsOne() =>
        Assert.Equal(BigInteger.One, OrderCount.Equivalent([0, 1, 0, 1], (_, _) => true, [2, 2], Likeness.None));

    [Fact]
    public void Equivalent_NothingDependent_IsAll() =>
        Assert.Equal(6, OrderCount.Equivalent([0, 0, 1, 1], (_, _) => false, [2, 2], Likeness.None));

    [Fact]
    public void Equivalent_InOrder_CountsOnlyThoseThatBeginWithTheFirst() =>
        Assert.Equal(3, OrderCount.Equivalent([0, 0, 1, 1], (_, _) => false, [2, 2], new Likeness(1)));

    [Fact]
    public void Equivalent_TwoRoles_OnlySessionsOfOneRoleBeginInOrder()
    {
        // Three sessions of one turn each: the first and the third are alike, so half of the six orders remain.
        Assert.Equal(3, OrderCount.Equivalent([0, 1, 2], (_, _) => false, [1, 1, 1], new Likeness(2)));
        Assert.Equal(2, new Likeness(2).Namings(3));
    }

    [Theory]
    [InlineData(1, 3, 6)]
    [InlineData(2, 4, 4)]
    [InlineData(3, 3, 1)]
    [InlineData(null, 3, 1)]
    public void Namings_OfSessions_AreTheOrdersWithinEachRole(int? roles, int sessions, int expected) =>
        Assert.Equal(expected, new Likeness(roles).Namings(sessions));

    // 0 a, 1 b, 0 c with b before c: a b c and b a c.
    [Fact]
    public void Equivalent_OneDependentPair_KeepsItsOrder() =>
        Assert.Equal(2, OrderCount.Equivalent([0, 1, 0], (a, b) => (a, b) is (1, 2), [2, 1], Likeness.None));

    // The second session ended after one of its two turns: the empty one may stand at three places behind it.
    [Fact]
    public void Equivalent_SessionThatEndedEarly_HasEmptyTurnsBehindItsLastStep() =>
        Assert.Equal(3, OrderCount.Equivalent([1, 0, 0], (_, _) => true, [2, 2], Likeness.None));

    [Fact]
    public void Equivalent_AllClassesTogether_AreAllOrders()
    {
        // Two sessions of three steps; a pair is dependent where both places are even.
        static bool Dependent(int a, int b) => a % 2 == 0 && b % 2 == 0;
        var classes = new Dictionary<string, BigInteger>();
        foreach (var order in Orders(3, 3))
        {
            var steps = Steps(order);
            var name = string.Join(' ', Pairs(steps));
            classes.TryAdd(name, OrderCount.Equivalent(order, (i, j) => Dependent(steps[i].Number, steps[j].Number), [3, 3], Likeness.None));

            IEnumerable<string> Pairs(List<(int Session, int Number)> s) =>
                from i in Enumerable.Range(0, 6)
                from j in Enumerable.Range(i + 1, 5 - i)
                where s[i].Session != s[j].Session && Dependent(s[i].Number, s[j].Number)
                orderby s[i], s[j]
                select $"{s[i]}<{s[j]}";
        }

        Assert.Equal(OrderCount.All([3, 3]), classes.Values.Aggregate(BigInteger.Zero, (sum, n) => sum + n));
    }

    private static List<(int Session, int Number)> Steps(int[] order)
    {
        var next = new int[2];
        return [.. order.Select(session => (session, next[session]++))];
    }

    private static List<int[]> Orders(int first, int second)
    {
        if (first == 0 && second == 0) return [[]];
        var with = new List<int[]>();
        if (first > 0) with.AddRange(Orders(first - 1, second).Select(rest => (int[])[0, .. rest]));
        if (second > 0) with.AddRange(Orders(first, second - 1).Select(rest => (int[])[1, .. rest]));
        return with;
    }
}
