using Microsoft.Extensions.Time.Testing;
using RaceLab.Engine.Content;

namespace RaceLab.Engine.Tests.Content;

public sealed class FileTextTests : IDisposable
{
    private readonly FakeTimeProvider _time = new();
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("racelab-text-");

    private string Name => Path.Combine(_folder.FullName, "file.md");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void Read_NobodyHasWritten_IsWhatWasReadBefore()
    {
        Write("one", TimeSpan.FromMinutes(1));
        var first = Read(null);
        Assert.Same(first, Read(first));
    }

    [Fact]
    public void Read_WrittenSince_IsReadAgain()
    {
        Write("one", TimeSpan.FromMinutes(2));
        var first = Read(null);

        Write("two", TimeSpan.FromMinutes(1));

        Assert.Equal("two", Read(first).Text);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-60)]
    public void Read_WrittenAgainAtATimeThatWasStillYoung_IsReadAgain(int age)
    {
        var written = Write("one", TimeSpan.FromSeconds(age));
        var first = Read(null);

        File.WriteAllText(Name, "two");
        File.SetLastWriteTimeUtc(Name, written);

        Assert.Equal("two", Read(first).Text);
    }

    [Fact]
    public void Read_Latin1_SaysWhere()
    {
        File.WriteAllBytes(Name, [.. "title: T\nx\u00e4 "u8, 0xE9]);

        var refused = Assert.Throws<NotUtf8Exception>(() => Read(null));

        Assert.Equal(2, refused.Line);
        Assert.Equal("it is not UTF-8: at character 4 stands the byte E9. Save it as UTF-8", refused.Message);
    }

    [Fact]
    public void Read_ByteOrderMark_IsNoPartOfTheText()
    {
        File.WriteAllBytes(Name, [0xEF, 0xBB, 0xBF, .. "title"u8]);
        Assert.Equal("title", Read(null).Text);
    }

    [Fact]
    public void Read_NoFile_Throws() => Assert.Throws<FileNotFoundException>(() => Read(null));

    private FileText Read(FileText? before) => FileText.Read(Name, before, _time);

    private DateTime Write(string text, TimeSpan age)
    {
        var written = _time.GetUtcNow().UtcDateTime - age;
        File.WriteAllText(Name, text);
        File.SetLastWriteTimeUtc(Name, written);
        return written;
    }
}
