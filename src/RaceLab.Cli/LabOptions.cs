using System.CommandLine;
using RaceLab.Engine.Content;
using RaceLab.Engine.Settings;

namespace RaceLab.Cli;

/// <summary>The options that every command has.</summary>
internal sealed class LabOptions
{
    /// <summary>Output for programs.</summary>
    public Option<bool> Json { get; } = new("--json") { Description = "Print one JSON document on standard output, and nothing else there." };

    /// <summary>Where content is.</summary>
    public Option<string?> Content { get; } = new("--content")
    {
        Description = "The content folder. Default: RaceLab__Content from the environment, or else the nearest folder 'content', upwards from here.",
        HelpName = "folder",
    };

    /// <summary>Which server to use.</summary>
    public Option<string?> Lab { get; } = new("--lab")
    {
        Description = "Connection string of the PostgreSQL server to race on. Default: ConnectionStrings__Lab from the environment, or else a private server, started for this run.",
        HelpName = "connection string",
    };

    /// <summary>Adds them to a command.</summary>
    public void AddTo(Command command)
    {
        command.Options.Add(Json);
        command.Options.Add(Content);
        command.Options.Add(Lab);
    }

    /// <summary>The connection string that the command line gives; null: none.</summary>
    /// <exception cref="BadInputException">It cannot be one.</exception>
    public string? ConnectionString(ParseResult parsed)
    {
        var given = parsed.GetValue(Lab);
        if (string.IsNullOrWhiteSpace(given)) return null;
        return LabServersOptions.FindFault(given) is { } fault ? throw new BadInputException($"{Lab.Name}: {fault}") : given;
    }

    /// <summary>Reads the content folder.</summary>
    /// <exception cref="BadInputException">There is no such folder.</exception>
    public ReadContent Read(ParseResult parsed, LabAccess lab) => lab.ReadContent(Folder(parsed, lab));

    /// <summary>The content folder.</summary>
    /// <exception cref="BadInputException">There is no such folder.</exception>
    public string Folder(ParseResult parsed, LabAccess lab)
    {
        var named = parsed.GetValue(Content);
        if (named is not null && !Directory.Exists(named))
            throw new BadInputException($"There is no folder '{named}': give --content the folder that holds 'scenarios'.");
        return named ?? lab.Environment.Settings.Content ?? ContentFolder.Find()
            ?? throw new BadInputException(
                $"There is no content folder here or above: run this inside a RaceLab checkout, or name the folder with --content or {SettingKeys.InEnvironment(SettingKeys.Content)}.");
    }
}

/// <summary>What was asked for makes no sense.</summary>
/// <param name="problems">One sentence each, naming what would be right.</param>
internal sealed class BadInputException(params IReadOnlyList<string> problems) : Exception(string.Join(" ", problems))
{
    /// <summary>The sentences.</summary>
    public IReadOnlyList<string> Problems { get; } = problems;
}
