using RaceLab.Engine.Content;

namespace RaceLab.Engine.TakeHome;

/// <summary>What became of writing a strategy in a language: a <see cref="TakeHomeFile"/>, or the reason why there is none.</summary>
/// <param name="Language">Which language was asked for.</param>
public abstract record TakeHomeResult(TakeHomeLanguage Language);

/// <summary>The strategy as a file.</summary>
/// <param name="Language">In which language.</param>
/// <param name="FileName">What the file is to be called; the tests expect that name of what they test.</param>
/// <param name="Text">Its lines, each ended by a line feed.</param>
public sealed record TakeHomeFile(TakeHomeLanguage Language, string FileName, string Text) : TakeHomeResult(Language);

/// <summary>The language cannot say what the strategy does.</summary>
/// <param name="Language">Which one.</param>
/// <param name="Reason">Why: what follows "because" in a sentence.</param>
public sealed record NotExpressible(TakeHomeLanguage Language, string Reason) : TakeHomeResult(Language);

/// <summary>Raised where a program meets what a language has no words for; its message is the reason, as it follows "because".</summary>
internal sealed class NotExpressibleException(string reason) : Exception(reason);

/// <summary>What is written: a strategy and the scenario that it belongs to, with its functions as they were planned.</summary>
/// <param name="Scenario">Whose schema, keys and invariants.</param>
/// <param name="Strategy">Whose program.</param>
/// <param name="Functions">One for each role.</param>
internal sealed record TakeHomeSubject(Scenario Scenario, Strategy Strategy, IReadOnlyList<PlannedFunction> Functions);

/// <summary>Writes strategies in one language.</summary>
internal interface ITakeHomeWriter
{
    /// <summary>Whether the language's code says COMMIT by itself, so that an answer inside a nested block must be carried out of it first.</summary>
    bool CommitsExplicitly { get; }

    /// <summary>The file.</summary>
    /// <exception cref="NotExpressibleException">The language cannot say it.</exception>
    TakeHomeFile Write(TakeHomeSubject subject);
}
