using System.Numerics;

namespace RaceLab.Engine.Schedules;

/// <summary>
/// Counts the orders that one executed schedule stands for: those in which every two dependent steps stand as they stand there. In the
/// theory's words, the linear extensions of a Mazurkiewicz trace.
/// </summary>
internal static class OrderCount
{
    /// <summary>Orders of turns in which each session has so many.</summary>
    public static BigInteger All(IReadOnlyList<int> turns)
    {
        var result = BigInteger.One;
        var placed = 0;
        foreach (var count in turns)
        {
            for (var i = 1; i <= count; i++) result = result * ++placed / i;
        }

        return result;
    }

    /// <summary>
    /// Orders equivalent to a schedule. The environment counts as sessions of its own, behind the others. Turns of a session that has ended are empty and may stand anywhere behind its last step.
    /// </summary>
    /// <param name="sessions">Which session, from 0, took each step of the schedule.</param>
    /// <param name="dependent">Whether the steps at two places of the schedule must keep their order.</param>
    /// <param name="turns">Turns of each session, empty ones included.</param>
    /// <param name="alike">Only orders are counted in which sessions that are alike begin one after another, the first of them first.</param>
    public static BigInteger Equivalent(IReadOnlyList<int> sessions, Func<int, int, bool> dependent, IReadOnlyList<int> turns, Likeness alike)
    {
        var places = turns.Select((_, session) => Enumerable.Range(0, sessions.Count).Where(i => sessions[i] == session).ToArray()).ToArray();
        var known = new Dictionary<UInt128, BigInteger>();
        return Count(new int[turns.Count]);

        BigInteger Count(int[] taken)
        {
            var state = taken.Aggregate(UInt128.Zero, (sum, n) => (sum * 1024) + (uint)n);
            if (known.TryGetValue(state, out var count)) return count;
            count = BigInteger.Zero;
            var ended = true;
            for (var session = 0; session < taken.Length; session++)
            {
                if (taken[session] == turns[session]) continue;
                ended = false;
                if (!MayGo(taken, session)) continue;
                taken[session]++;
                count += Count(taken);
                taken[session]--;
            }

            return known[state] = ended ? BigInteger.One : count;
        }

        bool MayGo(int[] taken, int session)
        {
            if (taken[session] == 0 && alike.Before(session + 1) is { } first && taken[first - 1] == 0) return false;
            if (taken[session] >= places[session].Length)
            {
                // The environment never ends before the last session does: as long as it could take a turn, an order in which it does is another one.
                return session < alike.Sessions || !Enumerable.Range(0, taken.Length).Any(other => taken[other] < places[other].Length);
            }

            var place = places[session][taken[session]];

            // Every dependent step that stood before it must have been taken.
            for (var other = 0; other < taken.Length; other++)
            {
                if (other == session) continue;
                for (var i = taken[other]; i < places[other].Length && places[other][i] < place; i++)
                    if (dependent(places[other][i], place)) return false;
            }

            return true;
        }
    }
}
