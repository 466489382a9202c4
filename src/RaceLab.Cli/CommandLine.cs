using System.CommandLine;
using System.CommandLine.Invocation;
using RaceLab.Engine.Content;
using RaceLab.Engine.Sessions;
using RaceLab.Engine.Settings;

namespace RaceLab.Cli;

/// <summary>The program's command line: reads it, runs it, and says in sentences what is wrong with it.</summary>
internal static class CommandLine
{
    /// <summary>Runs one command to its end.</summary>
    /// <param name="arguments">As the shell gave them.</param>
    /// <param name="lab">The lab to use.</param>
    /// <param name="terminal">Where to write.</param>
    /// <param name="stop">Ends a race early, with a verdict about what ran.</param>
    /// <returns>An <see cref="ExitCode"/>.</returns>
    public static async Task<int> RunAsync(IReadOnlyList<string> arguments, LabAccess lab, Terminal terminal, CancellationToken stop)
    {
        var root = new RootCommand("RaceLab without a browser: race strategies on a real PostgreSQL, play their schedules, explore their interleavings, check the content, and print strategies as code.")
        {
            RaceCommand.Build(lab, terminal),
            StepCommand.Build(lab, terminal),
            ExploreCommand.Build(lab, terminal),
            CheckCommand.Build(lab, terminal),
            TakeHomeCommand.Build(lab, terminal),
        };

        // An argument that begins with @ is an argument, not a file of them.
        var parsed = root.Parse(arguments, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (parsed.Action is ParseErrorAction) return Refuse(terminal, [.. Problems(parsed)]);
        try
        {
            if (parsed.Action == parsed.CommandResult.Command.Action) CheckSettings(lab.Environment, parsed.CommandResult.Command.Name, terminal);
            return await parsed.InvokeAsync(
                new InvocationConfiguration
                {
                    Output = terminal.Out,
                    Error = terminal.Error,
                    EnableDefaultExceptionHandler = false,
                    ProcessTerminationTimeout = null,
                },
                stop);
        }
        catch (BadInputException bad)
        {
            return Refuse(terminal, bad.Problems);
        }
        catch (StatementRefusedException refused) when (refused.Refused.IsOfContent)
        {
            return Refuse(terminal, [refused.Message]);
        }
        catch (ServerRefusedException refused)
        {
            terminal.Error.WriteLine(refused.Message);
            return ExitCode.NoVerdict;
        }
        catch (Exception fault)
        {
            terminal.Error.WriteLine($"The lab itself failed, so there is no verdict; please report it: {fault.GetType().Name}, {fault.Message}");
            return ExitCode.NoVerdict;
        }
    }

    /// <summary>Before anything is done, all settings are known to make sense, and it is said which of them the command leaves alone.</summary>
    /// <exception cref="BadInputException">One makes no sense.</exception>
    private static void CheckSettings(LabEnvironment environment, string command, Terminal terminal)
    {
        _ = environment.Settings;
        if (environment.Unused(command) is { } unused) terminal.Error.WriteLine(unused);
    }

    private static int Refuse(Terminal terminal, IReadOnlyList<string> problems)
    {
        foreach (var problem in problems) terminal.Error.WriteLine(problem);
        return ExitCode.BadInput;
    }

    private static IEnumerable<string> Problems(ParseResult parsed)
    {
        var command = parsed.CommandResult.Command;
        if (command is RootCommand)
        {
            var names = command.Subcommands.Select(c => c.Name).ToList();
            yield return parsed.UnmatchedTokens is [var written, ..]
                ? $"There is no command '{written}': it is {string.Join(" or ", names)}."
                : $"Say what to do: {string.Join(" or ", names)}; --help tells more.";
            yield break;
        }

        foreach (var written in parsed.UnmatchedTokens)
        {
            var near = NearestName.To(written, command.Options.Select(o => o.Name));
            if (SettingOf(written) is { } setting) yield return $"'{command.Name}' takes settings from the environment, and '{written}' is none of its options: set {setting}.";
            else if (!written.StartsWith('-')) yield return $"'{written}' belongs to no option: every value follows its option's name, as in --workers 50.";
            else if (near is null) yield return $"There is no option '{written}': '{command.Name} --help' lists them.";
            else yield return $"There is no option '{written}'; the nearest is '{near}'.";
        }

        if (parsed.UnmatchedTokens.Count > 0) yield break;
        foreach (var error in parsed.Errors) yield return error.Message;
    }

    /// <summary>A setting as the page's own command line takes it, such as --RaceLab:Content=folder: how the environment calls it.</summary>
    private static string? SettingOf(string written)
    {
        var key = written.TrimStart('-').Split('=')[0];
        return key.Contains(':', StringComparison.Ordinal) && SettingKeys.All.FirstOrDefault(k => string.Equals(k, key, StringComparison.OrdinalIgnoreCase)) is { } known
            ? SettingKeys.InEnvironment(known)
            : null;
    }
}
