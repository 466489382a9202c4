namespace RaceLab.Engine.Content;

/// <summary>Reads the Markdown files of one folder, again and again, and remembers the last good version of each. Not thread-safe.</summary>
/// <param name="content">The content folder.</param>
/// <param name="name">The folder's name in it; where there is none, there are no pages.</param>
/// <param name="time">Tells the age of a file's last edit.</param>
/// <param name="read">Reads a file: its text, its name without ending, its path below the content folder, and the scenarios that it may name.</param>
internal sealed class PageFolder<T>(string content, string name, TimeProvider time, Func<string, string, string, IReadOnlyList<Scenario>, PageReading<T>> read)
    where T : class
{
    private Dictionary<string, Known> _known = [];

    /// <summary>The pages that are there now, in the order of their names.</summary>
    /// <param name="scenarios">What pages may name. Another list has every page read again, since what it names may have changed.</param>
    /// <param name="errors">Where to say what is wrong.</param>
    public IReadOnlyList<T> Read(IReadOnlyList<Scenario> scenarios, List<ContentError> errors)
    {
        var now = new Dictionary<string, Known>();
        foreach (var id in Ids(errors)) ReadOne(id, scenarios, now, errors);
        _known = now;
        return [.. now.OrderBy(n => n.Key, StringComparer.Ordinal).Select(n => n.Value.Good).OfType<T>()];
    }

    private List<string> Ids(List<ContentError> errors)
    {
        try
        {
            return [.. Directory.EnumerateFiles(Path.Combine(content, name), "*.md").Select(f => Path.GetFileNameWithoutExtension(f)).Where(f => !f.StartsWith('.')).Order(StringComparer.Ordinal)];
        }
        catch (DirectoryNotFoundException)
        {
            return [];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            errors.Add(new ContentError(name, 1, $"the folder cannot be read: {e.Message}"));
            return [.. _known.Keys];
        }
    }

    private void ReadOne(string id, IReadOnlyList<Scenario> scenarios, Dictionary<string, Known> now, List<ContentError> errors)
    {
        var path = $"{name}/{id}.md";
        var before = _known.GetValueOrDefault(id);
        try
        {
            var file = FileText.Read(Path.Combine(content, name, id + ".md"), before?.File, time);
            if (before?.File.Text == file.Text && ReferenceEquals(before.Scenarios, scenarios))
            {
                before = before with { File = file };
            }
            else
            {
                var reading = read(file.Text, id, path, scenarios);
                before = new Known(file, scenarios, reading.Page ?? before?.Good, reading.Errors);
            }

            now[id] = before;
            errors.AddRange(before.Errors);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            // It went while it was looked at: then there is no such page.
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            if (before is not null) now[id] = before;
            errors.Add(new ContentError(path, (e as NotUtf8Exception)?.Line ?? 1, $"the file cannot be read: {e.Message}"));
        }
    }

    private sealed record Known(FileText File, IReadOnlyList<Scenario> Scenarios, T? Good, IReadOnlyList<ContentError> Errors);
}
