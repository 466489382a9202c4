using RaceLab.Engine.Content;

namespace RaceLab.Engine.Tests.Content;

public sealed class NearestNameTests
{
    [Theory]
    [InlineData("signup", "sign-up")]
    [InlineData("SIGN-UP", "sign-up")]
    [InlineData("cat", "cart")]
    [InlineData("something-else-altogether", null)]
    public void To_Written_FindsWhatWasMeant(string written, string? expected) => Assert.Equal(expected, NearestName.To(written, ["sign-up", "cart"]));

    [Fact]
    public void To_NothingToChooseFrom_IsNothing() => Assert.Null(NearestName.To("sign-up", []));
}
