using RaceLab.Engine.Clusters;

namespace RaceLab.Engine.Tests.Databases;

public sealed class RedisAddressTests
{
    [Theory]
    [InlineData("redis://localhost", "localhost:6379", 0)]
    [InlineData("redis://:secret@cache.example.org:7000/3", "cache.example.org:7000", 3)]
    [InlineData("redis://me:s%40cret@cache.example.org", "cache.example.org:6379", 0)]
    [InlineData("rediss://me:s%40cret@cache.example.org/1", "cache.example.org:6379", 1)]
    public void Parse_AnAddress_SaysWhereAndNotHow(string text, string place, int database)
    {
        var address = RedisAddress.Parse(text);
        Assert.Equal((place, database), (address.Place, address.Database));
        Assert.Equal(text.StartsWith("rediss:", StringComparison.Ordinal), address.IsEncrypted);
        Assert.DoesNotContain("cret", address.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("localhost:6379")]
    [InlineData("redis://:secret@localhost/0?timeout=3")]
    [InlineData("redis://:secret@localhost/0?root-certificate=/etc/hostname")]
    [InlineData("rediss://:secret@localhost/0?root-certificate=/secret/nowhere.crt")]
    [InlineData("redis://:secret@localhost/first")]
    [InlineData("http://:secret@localhost")]
    public void Parse_NoAddress_IsRefusedWithoutQuotingIt(string text)
    {
        var fault = LabServices.FindRedisFault(text);
        Assert.NotNull(fault);
        Assert.DoesNotContain("secret", fault, StringComparison.Ordinal);
    }
}
