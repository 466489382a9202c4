using System.Globalization;
using RaceLab.Engine.Schedules;

namespace RaceLab.Web.Schedules;

/// <summary>Who waits for whom: sessions on a circle, and an arrow from each that waits to the one that it waits for.</summary>
/// <param name="Nodes">The sessions.</param>
/// <param name="Arrows">The waits.</param>
public sealed record WaitPicture(IReadOnlyList<WaitNode> Nodes, IReadOnlyList<WaitArrow> Arrows)
{
    private const double FlatHeight = 56;
    private const double RoundHeight = 130;

    /// <summary>The picture's width.</summary>
    public const double Width = 220;

    private const double Radius = 17;
    private const double Gap = 5;

    /// <summary>The picture's height: two sessions stand side by side.</summary>
    public double Height => HeightFor(Nodes.Count);

    /// <summary>Whether the waits form a circle, which nobody inside it can leave.</summary>
    public bool IsCircle => Nodes.Any(n => Reaches(n.Session, n.Session, []));

    /// <summary>Draws the waits.</summary>
    public static WaitPicture Of(StepperState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        var count = state.Sessions.Count;
        var nodes = state.Sessions.Select((s, i) => Place(s, i, count)).ToList();
        var arrows =
            from session in state.Sessions
            from holder in session.Wait?.On ?? []
            where holder.Session != LockHolder.Pool
            select Arrow(nodes[session.Number - 1], nodes[holder.Session - 1]);
        return new WaitPicture(nodes, [.. arrows]);
    }

    /// <summary>A number as SVG writes it.</summary>
    public static string Number(double value) => value.ToString("0.#", CultureInfo.InvariantCulture);

    private static WaitNode Place(SessionState session, int index, int count)
    {
        // Two stand side by side; three and four on a circle that begins at its left.
        var angle = Math.PI - (2 * Math.PI * index / count);
        var height = HeightFor(count);
        var (rx, ry) = ((Width / 2) - 40, count == 2 ? 0 : (height / 2) - 26);
        return new WaitNode(session.Number, (Width / 2) + (rx * Math.Cos(angle)), (height / 2) - (ry * Math.Sin(angle)), session.Wait is not null, session.Outcome is not null);
    }

    private static double HeightFor(int sessions) => sessions == 2 ? FlatHeight : RoundHeight;

    /// <summary>A little beside the straight line, so that two arrows against each other are two.</summary>
    private static WaitArrow Arrow(WaitNode from, WaitNode to)
    {
        var (dx, dy) = (to.X - from.X, to.Y - from.Y);
        var length = Math.Sqrt((dx * dx) + (dy * dy));
        var (ux, uy) = (dx / length, dy / length);
        var (sx, sy) = (-uy * 9, ux * 9);
        var reach = Math.Sqrt((Radius * Radius) - 81) + Gap;
        return new WaitArrow(
            from.Session, to.Session,
            from.X + (ux * reach) + sx, from.Y + (uy * reach) + sy,
            to.X - (ux * (reach + 3)) + sx, to.Y - (uy * (reach + 3)) + sy);
    }

    private bool Reaches(int from, int to, HashSet<int> seen) =>
        Arrows.Where(a => a.From == from).Any(a => a.To == to || (seen.Add(a.To) && Reaches(a.To, to, seen)));
}

/// <summary>A session in the picture.</summary>
/// <param name="Session">Its number.</param>
/// <param name="X">Its middle.</param>
/// <param name="Y">Its middle.</param>
/// <param name="Waits">Whether it waits.</param>
/// <param name="HasEnded">Whether its attempt has ended.</param>
public sealed record WaitNode(int Session, double X, double Y, bool Waits, bool HasEnded);

/// <summary>A wait in the picture.</summary>
/// <param name="From">Who waits.</param>
/// <param name="To">For whom.</param>
/// <param name="X1">Where the arrow begins.</param>
/// <param name="Y1">Where the arrow begins.</param>
/// <param name="X2">Where its point is.</param>
/// <param name="Y2">Where its point is.</param>
public sealed record WaitArrow(int From, int To, double X1, double Y1, double X2, double Y2);
