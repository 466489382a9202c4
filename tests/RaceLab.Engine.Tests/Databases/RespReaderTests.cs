using System.Text;
using RaceLab.Engine.Clusters;

namespace RaceLab.Engine.Tests.Databases;

public sealed class RespReaderTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("+OK\r\n", "OK", false)]
    [InlineData("+\r\n", "", false)]
    [InlineData("-ERR no such command\r\n", "ERR no such command", true)]
    [InlineData(":1\r\n", "1", false)]
    [InlineData(":-7\r\n", "-7", false)]
    [InlineData("$5\r\nhello\r\n", "hello", false)]
    [InlineData("$0\r\n\r\n", "", false)]
    [InlineData("$4\r\na\r\nb\r\n", "a\r\nb", false)]
    [InlineData("$-1\r\n", null, false)]
    public async Task ReadAsync_AnAnswer_IsRead(string sent, string? text, bool isError)
    {
        Assert.Equal(new RespAnswer(text, isError), await ReadAsync(sent));
    }

    [Theory]
    [InlineData("HTTP/1.1 400 Bad Request\r\n")]
    [InlineData("\r\n")]
    [InlineData("*1\r\n$2\r\nOK\r\n")]
    [InlineData(":one\r\n")]
    [InlineData("$many\r\n")]
    [InlineData("$-2\r\n")]
    [InlineData("$99999999999\r\n")]
    [InlineData("$70000\r\n")]
    [InlineData("$2\r\nlong\r\n")]
    public async Task ReadAsync_NoAnswer_IsRefused(string sent)
    {
        await Assert.ThrowsAsync<RespException>(async () => await ReadAsync(sent));
    }

    [Fact]
    public async Task ReadAsync_ALineWithoutEnd_IsRefused()
    {
        await Assert.ThrowsAsync<RespException>(async () => await ReadAsync("+" + new string('x', RespReader.Longest + 1)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("+OK")]
    [InlineData("+OK\r")]
    [InlineData("$5\r\nhel")]
    public async Task ReadAsync_CutOff_IsTold(string sent)
    {
        await Assert.ThrowsAsync<EndOfStreamException>(async () => await ReadAsync(sent));
    }

    [Fact]
    public async Task ReadAsync_AnswersInPieces_AreReadOneByOne()
    {
        await using var stream = new Pieces(Encoding.UTF8.GetBytes("+OK\r\n$7\r\ngrüße\r\n:3\r\n"));
        var reader = new RespReader(stream);
        foreach (var expected in (string[])["OK", "grüße", "3"]) Assert.Equal(expected, (await reader.ReadAsync(Cancellation)).Text);
    }

    [Theory]
    [InlineData("redis://localhost", "localhost:6379", 0)]
    [InlineData("redis://:secret@cache.example.org:7000/3", "cache.example.org:7000", 3)]
    [InlineData("redis://me:s%40cret@cache.example.org", "cache.example.org:6379", 0)]
    public void Parse_AnAddress_SaysWhereAndNotHow(string text, string place, int database)
    {
        var address = RedisAddress.Parse(text);
        Assert.Equal((place, database), (address.Place, address.Database));
        Assert.DoesNotContain("cret", address.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("localhost:6379")]
    [InlineData("rediss://:secret@localhost")]
    [InlineData("redis://:secret@localhost/first")]
    [InlineData("http://:secret@localhost")]
    public void Parse_NoAddress_IsRefusedWithoutQuotingIt(string text)
    {
        var fault = LabServices.FindRedisFault(text);
        Assert.NotNull(fault);
        Assert.DoesNotContain("secret", fault, StringComparison.Ordinal);
    }

    private static async Task<RespAnswer> ReadAsync(string sent)
    {
        using var stream = new MemoryStream(Encoding.UTF8.GetBytes(sent));
        return await new RespReader(stream).ReadAsync(Cancellation);
    }

    /// <summary>Gives a byte at a time, as a network may.</summary>
    private sealed class Pieces(byte[] bytes) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => base.ReadAsync(buffer[..1], cancellationToken);
    }
}
