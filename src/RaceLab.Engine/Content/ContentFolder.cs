namespace RaceLab.Engine.Content;

/// <summary>Finds the content folder where none is named.</summary>
public static class ContentFolder
{
    /// <summary>
    /// The nearest <c>content</c> folder with scenarios, upwards from the working directory and then from the program's own; null where there is none.
    /// </summary>
    public static string? Find() => FindAbove(Environment.CurrentDirectory) ?? FindAbove(AppContext.BaseDirectory);

    private static string? FindAbove(string start)
    {
        for (var folder = new DirectoryInfo(start); folder is not null; folder = folder.Parent)
        {
            var content = Path.Combine(folder.FullName, "content");
            if (Directory.Exists(Path.Combine(content, "scenarios"))) return content;
        }

        return null;
    }
}
