using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace RaceLab.Engine.Content;

/// <summary>
/// The scenarios of a content folder, and the pages beside them. Edited files are picked up; a file that is wrong leaves its last good version in place.
/// Safe to use from any thread.
/// </summary>
public sealed class Catalogue : IDisposable
{
    /// <summary>Editors write a file in several goes: this long after the last of them it is read.</summary>
    private static readonly TimeSpan Settle = TimeSpan.FromMilliseconds(100);

    /// <summary>How often the folder is looked at in any case, for whatever the watcher cannot see.</summary>
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(2);

    private readonly ScenarioFolder _folder;
    private readonly PageFolder<Article> _articles;
    private readonly PageFolder<Question> _questions;
    private readonly PageFolder<Guide> _guides;
    private readonly ILogger _log;
    private readonly Lock _reading = new();
    private readonly ITimer _settled;
    private readonly ITimer _look;
    private readonly FileSystemWatcher? _watcher;
    private volatile Snapshot _now = Snapshot.Nothing;
    private Snapshot? _scenarios;
    private volatile bool _disposed;

    private Catalogue(string folder, bool watch, TimeProvider time, ILogger log)
    {
        _folder = new ScenarioFolder(folder, time);
        _articles = new PageFolder<Article>(folder, "reference", time, ArticleReader.ReadArticle);
        _questions = new PageFolder<Question>(folder, "questions", time, ArticleReader.ReadQuestion);
        _guides = new PageFolder<Guide>(folder, "guides", time, (text, id, file, _) => ArticleReader.ReadGuide(text, id, file));
        _log = log;
        _settled = time.CreateTimer(_ => Reread(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

        // The watcher stands before the first reading, so that an edit in between is seen.
        _watcher = watch ? Watch(folder) : null;
        Reread();
        _look = time.CreateTimer(_ => Reread(), null, Look, Look);
    }

    /// <summary>In the order that they ask for, and then of their ids.</summary>
    public IReadOnlyList<Scenario> Scenarios => _now.Scenarios;

    /// <summary>What there is to know of each SQLSTATE, in their order.</summary>
    public IReadOnlyList<Article> Articles => _now.Articles;

    /// <summary>Questions with their answers, in the order of their ids.</summary>
    public IReadOnlyList<Question> Questions => _now.Questions;

    /// <summary>Pages of advice, in the order of their ids.</summary>
    public IReadOnlyList<Guide> Guides => _now.Guides;

    /// <summary>What is wrong in the folder now; empty where all is well.</summary>
    public IReadOnlyList<ContentError> Errors => _now.Errors;

    /// <summary>Raised, from any thread, after anything of it has changed.</summary>
    public event Action? Changed;

    /// <summary>The scenario of that id, or null.</summary>
    public Scenario? Find(string id) => Scenarios.FirstOrDefault(s => s.Id == id);

    /// <summary>Reads a folder, such as <c>content</c>, and watches it.</summary>
    /// <param name="folder">The folder that has <c>scenarios</c> in it.</param>
    /// <param name="watch">False: only look every two seconds, for file systems that announce nothing.</param>
    /// <param name="time">Null: the system's.</param>
    /// <param name="log">Null: none.</param>
    /// <exception cref="DirectoryNotFoundException">The folder does not exist: a mistake in the configuration, and not one of content.</exception>
    public static Catalogue Open(string folder, bool watch = true, TimeProvider? time = null, ILogger<Catalogue>? log = null)
    {
        if (!Directory.Exists(folder))
        {
            throw new DirectoryNotFoundException(
                $"The content folder '{Path.GetFullPath(folder)}' does not exist. Start the lab in its repository, or name the folder that has 'scenarios' in it.");
        }

        return new Catalogue(folder, watch, time ?? TimeProvider.System, log ?? NullLogger<Catalogue>.Instance);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _disposed = true;
        _watcher?.Dispose();
        _settled.Dispose();
        _look.Dispose();
        Changed = null;
    }

    /// <summary>Without a watcher (the system has none left, say) the regular look is enough.</summary>
    private FileSystemWatcher? Watch(string folder)
    {
        FileSystemWatcher? watcher = null;
        try
        {
            watcher = new FileSystemWatcher(folder)
            {
                IncludeSubdirectories = true,
                NotifyFilter = NotifyFilters.FileName | NotifyFilters.DirectoryName | NotifyFilters.LastWrite | NotifyFilters.Size,
            };
            watcher.Changed += (_, _) => Wait();
            watcher.Created += (_, _) => Wait();
            watcher.Deleted += (_, _) => Wait();
            watcher.Renamed += (_, _) => Wait();
            watcher.Error += (_, e) => _log.LogWarning(e.GetException(), "Watching {Folder} met an error; it is looked at every {Seconds} s instead.", folder, Look.TotalSeconds);
            watcher.EnableRaisingEvents = true;
            return watcher;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or PlatformNotSupportedException)
        {
            watcher?.Dispose();
            _log.LogWarning(e, "{Folder} cannot be watched; it is looked at every {Seconds} s instead.", folder, Look.TotalSeconds);
            return null;
        }
    }

    private void Wait()
    {
        if (_disposed) return;
        _settled.Change(Settle, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Runs on a timer's thread, where an exception would end the process.</summary>
    private void Reread()
    {
        try
        {
            lock (_reading)
            {
                if (_disposed || Read() is not { } changed) return;
                _now = changed;
            }

            Changed?.Invoke();
        }
        catch (Exception e)
        {
            _log.LogError(e, "Reading the content again met an error; what was read before stays.");
        }
    }

    /// <summary>What is there now, or null where nothing has changed since the last time.</summary>
    private Snapshot? Read()
    {
        _scenarios = _folder.Read() ?? _scenarios!;
        var errors = new List<ContentError>(_scenarios.Errors);
        var read = _scenarios with
        {
            Articles = _articles.Read(_scenarios.Scenarios, errors),
            Questions = _questions.Read(_scenarios.Scenarios, errors),
            Guides = _guides.Read(_scenarios.Scenarios, errors),
            Errors = errors,
        };
        return read.IsSameAs(_now) ? null : read;
    }
}

/// <summary>What a folder held at one moment.</summary>
internal sealed record Snapshot(IReadOnlyList<Scenario> Scenarios, IReadOnlyList<ContentError> Errors)
{
    public static readonly Snapshot Nothing = new([], []);

    public IReadOnlyList<Article> Articles { get; init; } = [];

    public IReadOnlyList<Question> Questions { get; init; } = [];

    public IReadOnlyList<Guide> Guides { get; init; } = [];

    /// <summary>Whether nobody need be told: what was not read again is the same object.</summary>
    public bool IsSameAs(Snapshot other) =>
        ReferenceEquals(Scenarios, other.Scenarios) && Errors.SequenceEqual(other.Errors)
        && Articles.SequenceEqual(other.Articles, ReferenceEqualityComparer.Instance)
        && Questions.SequenceEqual(other.Questions, ReferenceEqualityComparer.Instance)
        && Guides.SequenceEqual(other.Guides, ReferenceEqualityComparer.Instance);
}
