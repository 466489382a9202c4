using RaceLab.Engine.Sessions;
using RaceLab.Engine.Wire;

namespace RaceLab.Engine.Tests.Wire;

public class ScramClientTests
{
    private const string Nonce = "rOprNGfwEbeRWgbNEkqO";
    private const string ServerFirst = "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096";

    [Fact]
    public void Conversation_OfRfc7677_IsTheirs()
    {
        var client = Client();
        Assert.Equal("n,,n=user,r=rOprNGfwEbeRWgbNEkqO", client.First);
        Assert.Equal("c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=", client.Final(ServerFirst));
        client.Verify("v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=");
    }

    [Theory]
    [InlineData("r=another%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096")]
    [InlineData("r=rOprNGfwEbeRWgbNEkqO,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096")]
    [InlineData("r=rOprNGfwEbeRWgbNEkqOx,s=*,i=4096")]
    [InlineData("r=rOprNGfwEbeRWgbNEkqOx,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=0")]
    [InlineData("r=rOprNGfwEbeRWgbNEkqOx,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=99999999")]
    [InlineData("r=rOprNGfwEbeRWgbNEkqOx,s=W22ZaJ0SNY7soEsUEjb6gQ==")]
    [InlineData("m=x,r=rOprNGfwEbeRWgbNEkqOx,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096")]
    [InlineData("")]
    public void Final_OfAFirstMessageThatCannotBe_IsRefused(string serverFirst) =>
        Assert.Throws<WireProtocolException>(() => Client().Final(serverFirst));

    [Theory]
    [InlineData("v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95H4=")]
    [InlineData("v=")]
    [InlineData("e=other-error")]
    public void Verify_AServerThatDoesNotKnowThePassword_IsRefused(string serverFinal)
    {
        var client = Client();
        client.Final(ServerFirst);
        Assert.Throws<WireProtocolException>(() => client.Verify(serverFinal));
    }

    [Fact]
    public void Verify_BeforeAnythingWasProven_IsRefused() => Assert.Throws<WireProtocolException>(() => Client().Verify("v="));

    [Fact]
    public void Keys_OfAPasswordThatWouldHaveToBeNormalized_AreRefused() => Assert.Throws<ServerRefusedException>(() => new ScramKeys("pässword"));

    private static ScramClient Client() => new(new ScramKeys("pencil"), "user", Nonce);
}
