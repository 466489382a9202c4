using System.Text;

namespace RaceLab.Hosting.Tests;

/// <summary>Something that must not be written anywhere, and the forms in which it could be.</summary>
internal sealed class Secret
{
    private readonly List<string> _forms;

    /// <param name="text">ASCII letters and digits alone, which no way of quoting changes.</param>
    public Secret(string text)
    {
        Assert.All(text, c => Assert.True(char.IsAsciiLetterOrDigit(c)));
        Text = text;
        var bytes = Encoding.ASCII.GetBytes(text);
        _forms = [text, Convert.ToHexString(bytes), .. Enumerable.Range(0, 3).Select(before => Base64Within(bytes, before))];
    }

    public string Text { get; }

    /// <summary>Fails where the secret is in a text, and says in which.</summary>
    public void AssertNotIn(string place, string text)
    {
        Assert.False(string.IsNullOrWhiteSpace(text), $"{place} is empty, so there is nothing to search.");
        Assert.False(IsIn(text), $"{place} has a password in it.");
    }

    public bool IsIn(string text) => _forms.Any(form => text.Contains(form, StringComparison.OrdinalIgnoreCase));

    /// <summary>What is always the same in base64 where so many bytes (modulo 3) come before.</summary>
    private static string Base64Within(byte[] bytes, int before)
    {
        var encoded = Convert.ToBase64String([.. new byte[before], .. bytes]);
        var first = before == 0 ? 0 : before + 1;
        return encoded[first..(4 * ((before + bytes.Length) / 3))];
    }
}
