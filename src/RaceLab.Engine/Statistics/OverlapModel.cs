namespace RaceLab.Engine.Statistics;

/// <summary>
/// How likely it is that attempts at one thing overlap. The assumptions, all of them: each attempt arrives at a time of its own, anywhere within the spread and as likely here
/// as there; nobody knows of the others; an attempt is open for the window, which is the same for all; two that are open at once collide. The formulas are those of the gaps
/// between points thrown at random on a line (Feller, "An Introduction to Probability Theory and Its Applications", vol. II, I.7; Pyke, "Spacings", Journal of the Royal
/// Statistical Society B 27(3), 1965).
/// </summary>
public static class OverlapModel
{
    /// <summary>
    /// The probability that somebody arrives while the first attempt is open: 1 - (1 - w/S)^n. For attempts that look first and do nothing where somebody was before.
    /// </summary>
    /// <param name="attempts">n: 1 or more.</param>
    /// <param name="windowMs">w: how long an attempt is open, 0 or more.</param>
    /// <param name="spreadMs">S: within which time all of them arrive, over 0.</param>
    public static double WithFirst(int attempts, double windowMs, double spreadMs) => attempts < 2 ? 0 : Within(1 - (windowMs / spreadMs), attempts);

    /// <summary>
    /// The probability that any two attempts are open at once: 1 - (1 - (n-1) w/S)^n. For attempts that all write, each one over what the one before it wrote.
    /// </summary>
    /// <param name="attempts">n: 1 or more.</param>
    /// <param name="windowMs">w: how long an attempt is open, 0 or more.</param>
    /// <param name="spreadMs">S: within which time all of them arrive, over 0.</param>
    public static double AnyTwo(int attempts, double windowMs, double spreadMs) => attempts < 2 ? 0 : Within(1 - ((attempts - 1) * windowMs / spreadMs), attempts);

    private static double Within(double apart, int attempts) => 1 - Math.Pow(Math.Clamp(apart, 0, 1), attempts);
}
