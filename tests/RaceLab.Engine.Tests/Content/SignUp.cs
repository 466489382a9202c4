namespace RaceLab.Engine.Tests.Content;

/// <summary>Where the repository's content lies, seen from the tests' output.</summary>
public static class SignUp
{
    /// <summary>The content folder.</summary>
    public static string Folder { get; } = Find();

    /// <summary>The first scenario's file.</summary>
    public static string Path => System.IO.Path.Combine(Folder, "scenarios", "sign-up", "scenario.yaml");

    private static string Find()
    {
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
            if (File.Exists(System.IO.Path.Combine(at.FullName, "RaceLab.sln"))) return System.IO.Path.Combine(at.FullName, "content");
        throw new DirectoryNotFoundException("The tests run outside the repository, and so find no content folder.");
    }
}
