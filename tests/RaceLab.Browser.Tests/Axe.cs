using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;

namespace RaceLab.Browser.Tests;

/// <summary>axe's look at a page.</summary>
internal static class Axe
{
    /// <summary>What it finds that is serious, in sentences.</summary>
    public static async Task<IEnumerable<string>> ViolationsAsync(IPage tab, string state)
    {
        var result = await tab.RunAxe();
        return from violation in result.Violations
               where violation.Impact is "serious" or "critical"
               from node in violation.Nodes
               select $"{state}: {violation.Id} ({violation.Impact}) at {node.Target}: {string.Join("; ", Reasons(node))}";
    }

    private static IEnumerable<string> Reasons(AxeResultNode node) => node.Any.Concat(node.All).Concat(node.None).Select(check => check.Message);
}
