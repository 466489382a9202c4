namespace RaceLab.Engine.Content;

/// <summary>Reads one scenario's file, wherever it lies.</summary>
public static class ScenarioFile
{
    /// <summary>What errors call the file of a scenario of a content folder.</summary>
    public static string NameOf(string id) => $"scenarios/{id}/{ScenarioFolder.FileName}";

    /// <summary>The path of a scenario's file in a content folder; null where there is none.</summary>
    public static string? Find(string folder, string id) =>
        ScenarioReader.IsId(id) && Path.Combine(folder, "scenarios", id, ScenarioFolder.FileName) is var path && File.Exists(path) ? path : null;

    /// <summary>Reads the scenario. A file that cannot be read gives an error, as one that is wrong.</summary>
    /// <param name="path">Where it lies.</param>
    /// <param name="name">What errors call it.</param>
    public static ScenarioReading Read(string path, string name)
    {
        try
        {
            return ScenarioReader.Read(FileText.Read(path, null, TimeProvider.System).Text, IdFor(path), name);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new ScenarioReading(null, [new ContentError(name, (e as NotUtf8Exception)?.Line ?? 1, $"the file cannot be read: {e.Message}")]);
        }
    }

    /// <summary>The folder's name, as in a content folder, or the file's where it is called otherwise; neither need be an id.</summary>
    private static string IdFor(string path)
    {
        var file = new FileInfo(path);
        var name = file.Name == ScenarioFolder.FileName ? file.Directory?.Name : Path.GetFileNameWithoutExtension(file.Name);
        return name is not null && ScenarioReader.IsId(name) ? name : "scenario";
    }
}
