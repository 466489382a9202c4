using RaceLab.Engine.Content;

namespace RaceLab.Engine.TakeHome;

/// <summary>Strategies as code to take home: the same program of steps, written in a language.</summary>
public static class TakeHomeCode
{
    private static readonly Dictionary<TakeHomeLanguage, ITakeHomeWriter> _writers = new()
    {
        [TakeHomeLanguage.CSharp] = new CSharpWriter(),
        [TakeHomeLanguage.TypeScript] = new TypeScriptWriter(),
        [TakeHomeLanguage.Python] = new PythonWriter(),
        [TakeHomeLanguage.Psql] = new PsqlWriter(),
        [TakeHomeLanguage.XUnit] = new XUnitWriter(),
        [TakeHomeLanguage.Node] = new NodeWriter(),
    };

    /// <summary>Writes a strategy in a language, or says why that cannot be.</summary>
    public static TakeHomeResult Write(Scenario scenario, Strategy strategy, TakeHomeLanguage language)
    {
        try
        {
            KnownParts.RefuseOthers(scenario);
            KnownParts.RefuseOthers(strategy);
            var writer = _writers[language];
            return writer.Write(SubjectOf(scenario, strategy, writer.CommitsExplicitly));
        }
        catch (NotExpressibleException reason)
        {
            return new NotExpressible(language, reason.Message);
        }
    }

    /// <summary>A strategy with its functions as they are planned.</summary>
    /// <exception cref="NotExpressibleException">It has what no language is told how to say.</exception>
    internal static TakeHomeSubject SubjectOf(Scenario scenario, Strategy strategy, bool commitsExplicitly)
    {
        var drawn = strategy.Program.Drawn.Select(input => new PlannedDraw(input, scenario.Deliveries, scenario.Workload?.Seed ?? 1)).ToList();
        return new TakeHomeSubject(scenario, strategy, [.. strategy.Program.Written.Select(role => FunctionPlanner.Plan(role, commitsExplicitly, drawn))]);
    }
}
