using RaceLab.Engine.Programs;

namespace RaceLab.Engine.Tests.Programs;

public sealed class ConditionTests
{
    [Theory]
    [InlineData("found", 0, false)]
    [InlineData("found", 1, true)]
    [InlineData("found", 5, true)]
    [InlineData("not found", 0, true)]
    [InlineData("not  found in check", 2, false)]
    [InlineData("rows = 2", 2, true)]
    [InlineData("rows=2 in check", 1, false)]
    public void Holds_Rows_AreCounted(string text, long rows, bool expected) => Assert.Equal(expected, Condition.Parse(text).Holds(rows));

    [Theory]
    [InlineData("@n >= 2", "2", true)]
    [InlineData("@n > 2", "2", false)]
    [InlineData("@n < 2", "-3.5", true)]
    [InlineData("@n <= -2", "-2", true)]
    [InlineData("@n <> 2", "3", true)]
    [InlineData("@n = 2", "2.0", true)]
    [InlineData("@n = 2", "two", false)]
    [InlineData("@n >= 2", "NaN", false)]
    [InlineData("@made = true", "t", true)]
    [InlineData("@made = true", "f", false)]
    [InlineData("@made = false", "f", true)]
    [InlineData("@made <> true", "f", true)]
    [InlineData("@made = false", null, false)]
    [InlineData("@n >= 0", null, false)]
    public void Holds_Value_IsCompared(string text, string? value, bool expected) => Assert.Equal(expected, Condition.Parse(text).Holds(value));

    [Fact]
    public void Parse_InStep_NamesIt()
    {
        Assert.Equal("first-check", Condition.Parse("not found in first-check").InStep);
        Assert.Equal("check", Condition.Parse("rows = 3 in check").InStep);
        Assert.Null(Condition.Parse("found").InStep);
        Assert.Equal("n", Condition.Parse("@n = 1").Variable);
    }

    [Theory]
    [InlineData("")]
    [InlineData("Found")]
    [InlineData("found maybe")]
    [InlineData("rows > 2")]
    [InlineData("@n")]
    [InlineData("@n = 1 + 1")]
    [InlineData("@n < true")]
    [InlineData("n = 1")]
    [InlineData("found and @n = 1")]
    public void Parse_OtherForms_AreRefused(string text) => Assert.Contains("is no condition", Assert.Throws<FormatException>(() => Condition.Parse(text)).Message, StringComparison.Ordinal);
}
