using RaceLab.Engine.Content;

namespace RaceLab.Engine.Tests.Content;

public sealed class CatalogueTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("racelab-content-");

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private string PathOf(string id) => Path.Combine(_folder.FullName, "scenarios", id, "scenario.yaml");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact(Timeout = 20_000)]
    public async Task Open_EditedFile_IsPickedUp()
    {
        Write("one", "First");
        using var catalogue = Catalogue.Open(_folder.FullName);
        var raised = 0;
        catalogue.Changed += () => Interlocked.Increment(ref raised);
        Assert.Equal("First", catalogue.Find("one")?.Title);

        Write("one", "Second");

        await Until(() => catalogue.Find("one")?.Title == "Second");
        await Until(() => Volatile.Read(ref raised) > 0);
        Assert.Empty(catalogue.Errors);
    }

    [Fact(Timeout = 20_000)]
    public async Task Open_BrokenEdit_KeepsTheLastGoodVersionAndSaysSo()
    {
        Write("one", "First");
        using var catalogue = Catalogue.Open(_folder.FullName);

        await File.WriteAllTextAsync(PathOf("one"), BadFiles.With(1, "titel: Second"), Stop);

        await Until(() => catalogue.Errors.Count > 0);
        Assert.Equal("First", catalogue.Find("one")?.Title);
        Assert.All(catalogue.Errors, e => Assert.Equal("scenarios/one/scenario.yaml", e.File));

        Write("one", "Third");
        await Until(() => catalogue.Find("one")?.Title == "Third");
        Assert.Empty(catalogue.Errors);
    }

    [Fact(Timeout = 20_000)]
    public async Task Open_RenameSave_IsPickedUp()
    {
        Write("one", "First");
        using var catalogue = Catalogue.Open(_folder.FullName);
        var swap = PathOf("one") + ".swp";
        await File.WriteAllTextAsync(swap, BadFiles.With(1, "title: Second"), Stop);

        File.Move(swap, PathOf("one"), overwrite: true);

        await Until(() => catalogue.Find("one")?.Title == "Second");
    }

    [Fact(Timeout = 20_000)]
    public async Task Open_DeletedAndNewFolders_FollowInTheOrderOfIds()
    {
        Write("b", "B");
        Write("c", "C");
        using var catalogue = Catalogue.Open(_folder.FullName);
        Assert.Equal(["b", "c"], catalogue.Scenarios.Select(s => s.Id));

        File.Delete(PathOf("c"));
        Write("a", "A");

        await Until(() => catalogue.Scenarios.Select(s => s.Id).SequenceEqual(["a", "b"]));
        Assert.Empty(catalogue.Errors);
    }

    [Fact]
    public void Open_ScenariosWithAnOrder_StandInFrontInThatOrder()
    {
        Write("a", "A");
        Write("b", "B\norder: 2");
        Write("c", "C\norder: 1");
        using var catalogue = Catalogue.Open(_folder.FullName);
        Assert.Equal(["c", "b", "a"], catalogue.Scenarios.Select(s => s.Id));
    }

    [Fact(Timeout = 20_000)]
    public async Task Open_WithoutWatcher_LooksByItself()
    {
        Write("one", "First");
        using var catalogue = Catalogue.Open(_folder.FullName, watch: false);

        Write("one", "Second");

        await Until(() => catalogue.Find("one")?.Title == "Second");
    }

    [Fact(Timeout = 20_000)]
    public async Task Open_ThrowingSubscriber_DoesNotEndTheWatching()
    {
        Write("one", "First");
        using var catalogue = Catalogue.Open(_folder.FullName);
        catalogue.Changed += () => throw new InvalidOperationException("a page that is gone");

        Write("one", "Second");
        await Until(() => catalogue.Find("one")?.Title == "Second");
        Write("one", "Third");
        await Until(() => catalogue.Find("one")?.Title == "Third");
    }

    [Fact]
    public void Open_BrokenFromTheStart_OffersTheOthers()
    {
        Write("good", "Good");
        Directory.CreateDirectory(Path.GetDirectoryName(PathOf("bad"))!);
        File.WriteAllText(PathOf("bad"), "title: [");

        using var catalogue = Catalogue.Open(_folder.FullName);

        Assert.Equal(["good"], catalogue.Scenarios.Select(s => s.Id));
        Assert.Equal("scenarios/bad/scenario.yaml", Assert.Single(catalogue.Errors).File);
    }

    [Fact]
    public void Open_WronglyNamedFile_IsNamed()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(PathOf("one"))!);
        File.WriteAllText(Path.ChangeExtension(PathOf("one"), ".yml"), string.Join('\n', BadFiles.Good));

        using var catalogue = Catalogue.Open(_folder.FullName);

        Assert.Equal("scenarios/one/scenario.yml", Assert.Single(catalogue.Errors).File);
    }

    [Fact]
    public void Open_FolderWithoutScenarios_SaysSo()
    {
        using var catalogue = Catalogue.Open(_folder.FullName);
        Assert.Empty(catalogue.Scenarios);
        Assert.Contains("no folder 'scenarios'", Assert.Single(catalogue.Errors).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_NoFolder_Throws()
    {
        var thrown = Assert.Throws<DirectoryNotFoundException>(() => Catalogue.Open(Path.Combine(_folder.FullName, "nowhere")));
        Assert.Contains("does not exist", thrown.Message, StringComparison.Ordinal);
    }

    private void Write(string id, string title)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(PathOf(id))!);
        File.WriteAllText(PathOf(id), BadFiles.With(1, $"title: {title}"));
    }

    private static async Task Until(Func<bool> condition)
    {
        while (!condition()) await Task.Delay(10, Stop);
    }
}
