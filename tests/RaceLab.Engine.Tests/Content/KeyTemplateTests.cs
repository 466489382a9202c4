using RaceLab.Engine.Content;

namespace RaceLab.Engine.Tests.Content;

public sealed class KeyTemplateTests
{
    [Theory]
    [InlineData("learner-{n}@example.com")]
    [InlineData("{n}")]
    [InlineData("7{n}7")]
    public void NumberOf_ValueOfAKey_IsItsNumber(string text)
    {
        var key = new KeyTemplate(text);
        var values = key.UpTo(1200);
        Assert.Equal(1201, values.Length);
        for (var number = 1; number < values.Length; number++)
            Assert.Equal((key.For(number), number), (values[number], key.NumberOf(values[number])));
    }

    [Theory]
    [InlineData("")]
    [InlineData("a-b")]
    [InlineData("a-0-b")]
    [InlineData("a-01-b")]
    [InlineData("a-+1-b")]
    [InlineData("a- 1-b")]
    [InlineData("a-1-c")]
    [InlineData("c-1-b")]
    [InlineData("a-12345678901-b")]
    public void NumberOf_NoKeysValue_IsZero(string value) => Assert.Equal(0, new KeyTemplate("a-{n}-b").NumberOf(value));
}
