using System.Numerics;
using RaceLab.Engine.Schedules;
using RaceLab.Web.Races;

namespace RaceLab.Web.Schedules;

/// <summary>A part of the bar that shows all orders at once.</summary>
/// <param name="Kind">Which look it has.</param>
/// <param name="Label">What stands on it where there is room: the outcome's letter.</param>
/// <param name="Percent">Its part of the bar, 0 to 100.</param>
/// <param name="Words">"A: 4 orders, two rows".</param>
public sealed record OrderShare(OrderKind Kind, string Label, double Percent, string Words)
{
    private const double RoomForALetter = 4;

    /// <summary>Whether its label fits on it.</summary>
    public bool HasRoom => Percent >= RoomForALetter;

    /// <summary>The parts of an exploration's bar: its outcomes, then the orders that waiting makes impossible.</summary>
    public static IReadOnlyList<OrderShare> Of(Exploration explored)
    {
        ArgumentNullException.ThrowIfNull(explored);
        var impossible = explored.IsComplete ? explored.Infeasible : BigInteger.Zero;
        var all = ExplorationWords.Tried(explored) + impossible;
        var shares = explored.Outcomes.Select((o, i) => new OrderShare(
            o.IsViolation ? OrderKind.Breaks : OrderKind.Keeps,
            OutcomeLetter.Of(i),
            PercentOf(o.Orders, all),
            $"{OutcomeLetter.Of(i)}: {Figures.Count(o.Orders, "order", "orders")}, {OutcomeCard.BriefOf(explored, o)}")).ToList();
        if (impossible > 0)
            shares.Add(new OrderShare(OrderKind.Impossible, "", PercentOf(impossible, all), $"{Figures.Count(impossible, "order", "orders")} made impossible by waiting"));
        return shares;
    }

    /// <summary>A part in percent, 0 to 100.</summary>
    public static double PercentOf(BigInteger part, BigInteger all) => all.IsZero ? 0 : 100 * (double)part / (double)all;
}

/// <summary>What becomes of orders.</summary>
public enum OrderKind
{
    /// <summary>They break an invariant.</summary>
    Breaks,

    /// <summary>They keep all.</summary>
    Keeps,

    /// <summary>They cannot be played.</summary>
    Impossible,
}
