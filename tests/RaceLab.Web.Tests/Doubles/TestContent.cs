using RaceLab.Engine.Content;
using RaceLab.Engine.Programs;

namespace RaceLab.Web.Tests.Doubles;

/// <summary>The repository's own content, in a copy that a test may edit.</summary>
public sealed class TestContent : IDisposable
{
    private const string Scenarios = "scenarios";
    private const string File = "scenario.yaml";
    private static readonly string Original = ContentFolder.Find() ?? throw new DirectoryNotFoundException("The repository's content folder was not found.");
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("racelab-content-");

    public TestContent()
    {
        var scenario = Directory.CreateDirectory(Path.Combine(_folder.FullName, Scenarios, SignUp.Id));
        System.IO.File.Copy(Path.Combine(Original, Scenarios, SignUp.Id, File), Path.Combine(scenario.FullName, File));
        Catalogue = Catalogue.Open(_folder.FullName);
    }

    public static Scenario SignUp { get; } = ReadSignUp();

    public static Strategy CheckThenInsert => SignUp.FindStrategy("check-then-insert")!;

    public static Strategy Serializable => SignUp.FindStrategy("serializable")!;

    /// <summary>All of the repository's content, which no test edits.</summary>
    public static Catalogue Whole { get; } = Catalogue.Open(Original, watch: false);

    /// <summary>A program whose steps have conditions, which sign-up's have not.</summary>
    public static StepProgram WithNotes { get; } = ProgramCompiler.Compile(
    [
        new SqlStep("check", SqlText.Parse("SELECT id FROM users WHERE email = @key"), [], null, ErrorRules.None, 1),
        new SqlStep("insert", SqlText.Parse("INSERT INTO users (email) VALUES (@key)"), [], Condition.Parse("not found in check"), ErrorRules.None, 1),
        new SayStep(Outcome.Created, null, 1),
    ], 1);

    /// <summary>A program of two roles.</summary>
    public static StepProgram WithRoles { get; } = ProgramCompiler.Compile(
    [
        new RoleSteps("reader", [new SqlStep("check", SqlText.Parse("SELECT id FROM users"), [], null, ErrorRules.None, 1), new SayStep(Outcome.Found, null, 1)], 1),
        new RoleSteps("row writer", [new SqlStep("insert", SqlText.Parse("INSERT INTO users (email) VALUES (@key)"), [], null, ErrorRules.None, 1), new SayStep(Outcome.Created, null, 1)], 1),
    ]);

    public Catalogue Catalogue { get; }

    /// <summary>Edits the scenario's file, as an author does while the lab runs.</summary>
    public void Edit(Func<string, string> edit)
    {
        var file = Path.Combine(_folder.FullName, Scenarios, SignUp.Id, File);
        System.IO.File.WriteAllText(file, edit(System.IO.File.ReadAllText(file)));
    }

    public void Dispose()
    {
        Catalogue.Dispose();
        _folder.Delete(recursive: true);
    }

    private static Scenario ReadSignUp()
    {
        using var catalogue = Catalogue.Open(Original, watch: false);
        return catalogue.Find("sign-up")!;
    }
}
