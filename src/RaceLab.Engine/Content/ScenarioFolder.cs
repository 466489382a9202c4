namespace RaceLab.Engine.Content;

/// <summary>Reads the files of a content folder, again and again, and remembers the last good version of each. Not thread-safe.</summary>
internal sealed class ScenarioFolder(string folder, TimeProvider time)
{
    internal const string FileName = "scenario.yaml";

    private Dictionary<string, Known> _known = [];
    private IReadOnlyList<ContentError> _errors = [];
    private bool _read;

    /// <summary>What is there now, or null where nothing has changed since the last time.</summary>
    public Snapshot? Read()
    {
        var now = new Dictionary<string, Known>();
        var errors = new List<ContentError>();
        if (Ids(errors) is { } ids)
        {
            foreach (var id in ids) ReadOne(id, now, errors);
        }
        else
        {
            now = _known;
            errors.AddRange(now.Values.SelectMany(k => k.Errors));
        }

        var changed = !_read || now.Count != _known.Count || !errors.SequenceEqual(_errors)
            || now.Any(n => !ReferenceEquals(_known.GetValueOrDefault(n.Key)?.Good, n.Value.Good));
        _read = true;
        _known = now;
        _errors = errors;
        return changed
            ? new Snapshot([.. now.Values.Select(k => k.Good).OfType<Scenario>().OrderBy(s => s.Order).ThenBy(s => s.Id, StringComparer.Ordinal)], errors)
            : null;
    }

    /// <summary>The scenarios' folders, or null where they cannot be listed at the moment.</summary>
    private List<string>? Ids(List<ContentError> errors)
    {
        var scenarios = Path.Combine(folder, "scenarios");
        try
        {
            return [.. Directory.EnumerateDirectories(scenarios).Select(d => Path.GetFileName(d)!).Where(d => !d.StartsWith('.')).Order(StringComparer.Ordinal)];
        }
        catch (DirectoryNotFoundException)
        {
            errors.Add(new ContentError("scenarios", 1, "the content folder has no folder 'scenarios': each scenario is a folder of its own in it"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            errors.Add(new ContentError("scenarios", 1, $"the folder cannot be read: {e.Message}"));
            return null;
        }

        return [];
    }

    private void ReadOne(string id, Dictionary<string, Known> now, List<ContentError> errors)
    {
        var name = ScenarioFile.NameOf(id);
        var before = _known.GetValueOrDefault(id);
        try
        {
            var file = FileText.Read(Path.Combine(folder, "scenarios", id, FileName), before?.File, time);
            if (before?.File.Text == file.Text)
            {
                before = before with { File = file };
            }
            else
            {
                var reading = ScenarioReader.Read(file.Text, id, name);
                before = new Known(file, reading.Scenario ?? before?.Good, reading.Errors);
            }

            now[id] = before;
            errors.AddRange(before.Errors);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            if (OtherYaml(id) is { } other) errors.Add(new ContentError($"scenarios/{id}/{other}", 1, $"a scenario's file is called {FileName}, and this one is not"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            if (before is not null) now[id] = before;
            errors.Add(new ContentError(name, (e as NotUtf8Exception)?.Line ?? 1, $"the file cannot be read: {e.Message}"));
        }
    }

    private string? OtherYaml(string id)
    {
        try
        {
            return Directory.EnumerateFiles(Path.Combine(folder, "scenarios", id), "*.y*ml").Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal).FirstOrDefault();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It went while it was looked at: then there is nothing to name.
            return null;
        }
    }

    private sealed record Known(FileText File, Scenario? Good, IReadOnlyList<ContentError> Errors);
}
