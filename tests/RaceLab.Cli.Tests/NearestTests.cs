namespace RaceLab.Cli.Tests;

public sealed class NearestTests
{
    [Theory]
    [InlineData("signup", "sign-up")]
    [InlineData("SIGN-UP", "sign-up")]
    [InlineData("cat", "cart")]
    [InlineData("something-else-altogether", null)]
    public void To_Written_FindsWhatWasMeant(string written, string? expected) => Assert.Equal(expected, Nearest.To(written, ["sign-up", "cart"]));

    [Fact]
    public void To_NothingToChooseFrom_IsNothing() => Assert.Null(Nearest.To("sign-up", []));
}
