using RaceLab.Engine.Programs;

namespace RaceLab.Engine.TakeHome;

/// <summary>Writes a strategy as a class in C#, with Npgsql.</summary>
internal sealed class CSharpWriter : ITakeHomeWriter
{
    /// <inheritdoc/>
    public bool CommitsExplicitly => true;

    /// <summary>The class's name.</summary>
    public static string ClassOf(TakeHomeSubject subject) => Naming.Pascal(subject.Strategy.Id);

    /// <summary>The namespace of the class and of its test.</summary>
    public static string NamespaceOf(TakeHomeSubject subject) => Naming.Pascal(subject.Scenario.Id);

    /// <summary>The method of a role.</summary>
    public static string MethodOf(PlannedFunction function) => (function.Role is null ? "Run" : Naming.Pascal(function.Role)) + "Async";

    /// <inheritdoc/>
    public TakeHomeFile Write(TakeHomeSubject subject)
    {
        var code = new CodeText("    ", "//");
        Preamble.Write(code, subject);
        var (level, hashes) = (subject.Functions.Any(f => f.Any(n => n is PlannedBlock { Step.Isolation: not null })), subject.Functions.Any(f => f.Draws(Generator.Hash)));
        if (hashes) code.Line("using System.Buffers.Binary;");
        if (subject.Functions.Any(f => f.Has(BlockKind.Mutex) || f.Has(BlockKind.SingleFlight))) code.Line("using System.Collections.Concurrent;");
        if (level) code.Line("using System.Data;");
        code.Line("using System.Globalization;");
        if (hashes) code.Line("using System.Security.Cryptography;");
        if (hashes) code.Line("using System.Text;");
        code.Line("using Npgsql;");
        code.Line("using NpgsqlTypes;");
        code.Gap();
        code.Line($"namespace {NamespaceOf(subject)};");
        code.Gap();
        code.Line($"/// <summary>{Escape(subject.Strategy.Title)}</summary>");
        using (code.Braces($"public static class {ClassOf(subject)}", ownLine: true))
        {
            code.Line("/// <summary>What the caller is told.</summary>");
            code.Line("public enum Answer { Created, Found, Updated, Failed }");
            var keeps = subject.Functions.Any(f => f.Any(n => n is PlannedSend { Keep.Count: > 0 }));
            foreach (var function in subject.Functions)
            {
                code.Gap();
                new CSharpProgram(code, function, keeps).Write(MethodOf(function));
            }

            CSharpPlumbing.Write(code, subject.Functions, keeps);
            CSharpApplication.Write(code, subject.Functions);
        }

        return new TakeHomeFile(TakeHomeLanguage.CSharp, $"{ClassOf(subject)}.cs", code.ToString());
    }

    /// <summary>Text as it stands in a documentation comment.</summary>
    public static string Escape(string text) =>
        text.Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal).Replace(">", "&gt;", StringComparison.Ordinal);

    /// <summary>A string constant of one line.</summary>
    public static string Quote(string text) =>
        "\"" + text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal) + "\"";

    /// <summary>Whether a text is better written as a raw string of several lines.</summary>
    public static bool IsRaw(string text) => text.AsSpan().ContainsAny('\n', '"', '\\');

    /// <summary>The quotes around a raw string.</summary>
    public static string RawQuotes(string text)
    {
        var quotes = "\"\"\"";
        while (text.Contains(quotes, StringComparison.Ordinal)) quotes += '"';
        return quotes;
    }
}
