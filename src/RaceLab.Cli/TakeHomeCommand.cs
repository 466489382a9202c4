using System.CommandLine;
using RaceLab.Engine.Content;
using RaceLab.Engine.TakeHome;

namespace RaceLab.Cli;

/// <summary><c>take-home</c>: a strategy as code in a language.</summary>
internal sealed class TakeHomeCommand
{
    private const string Description = """
        Print a strategy as code: the same program of steps as a ready function, or a test of it with parallel requests.

        Ends with 0, or with 2 for bad input and where the language cannot say what the strategy does; the reason is printed. No database is needed.
        """;

    private readonly StrategyOptions _strategy = new();
    private readonly Option<string?> _language = new("--language")
    {
        Description = $"One of {string.Join(", ", TakeHomeLanguages.ByWord.Keys)}.",
        HelpName = "word",
    };

    private readonly LabOptions _options = new();
    private readonly LabAccess _lab;
    private readonly Terminal _terminal;

    private TakeHomeCommand(LabAccess lab, Terminal terminal)
    {
        _lab = lab;
        _terminal = terminal;
    }

    /// <summary>The command, ready to be invoked.</summary>
    public static Command Build(LabAccess lab, Terminal terminal)
    {
        var takeHome = new TakeHomeCommand(lab, terminal);
        var command = new Command("take-home", Description);
        takeHome._strategy.AddTo(command);
        command.Options.Add(takeHome._language);
        command.Options.Add(takeHome._options.Content);
        command.SetAction(takeHome.Run);
        return command;
    }

    private int Run(ParseResult parsed)
    {
        var problems = new List<string>();
        var language = ReadLanguage(parsed.GetValue(_language), problems);
        var taken = _strategy.Read(parsed, _options.Read(parsed, _lab), problems);
        if (problems.Count > 0) throw new BadInputException(problems);
        var (scenario, strategy) = taken!.Value;
        switch (TakeHomeCode.Write(scenario, strategy, language!.Value))
        {
            case TakeHomeFile file:
                _terminal.Out.Write(file.Text);
                return ExitCode.Kept;
            case NotExpressible refused:
                throw new BadInputException($"'{strategy.Id}' cannot be said in {TakeHomeLanguages.TitleOf(refused.Language)}, because {refused.Reason}.");
            default:
                throw new InvalidOperationException("there is code, or a reason why there is none");
        }
    }

    private static TakeHomeLanguage? ReadLanguage(string? word, List<string> problems)
    {
        if (word is not null && TakeHomeLanguages.ByWord.TryGetValue(word, out var language)) return language;
        var known = string.Join(", ", TakeHomeLanguages.ByWord.Keys);
        if (string.IsNullOrEmpty(word)) problems.Add($"Say which language with --language: there is {known}.");
        else if (NearestName.To(word, TakeHomeLanguages.ByWord.Keys) is { } near) problems.Add($"There is no language '{word}'; the nearest is '{near}'.");
        else problems.Add($"There is no language '{word}': there is {known}.");
        return null;
    }
}
