namespace RaceLab.Web.Schedules;

/// <summary>How the page names the outcomes of an exploration: A for the first, Z for the 26th, then AA.</summary>
public static class OutcomeLetter
{
    private const int Letters = 26;
    private const int Longest = 3;

    /// <summary>The letters of an outcome.</summary>
    /// <param name="index">From 0.</param>
    public static string Of(int index) => (index < Letters ? "" : Of((index / Letters) - 1)) + (char)('A' + (index % Letters));

    /// <summary>The index, from 0, of what <see cref="Of"/> writes; null for anything else.</summary>
    public static int? Parse(string letters)
    {
        ArgumentNullException.ThrowIfNull(letters);
        if (letters.Length is 0 or > Longest || !letters.All(char.IsAsciiLetterUpper)) return null;
        return letters.Aggregate(0, (index, letter) => (index * Letters) + letter - 'A' + 1) - 1;
    }
}
