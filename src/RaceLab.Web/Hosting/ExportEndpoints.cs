using System.Net.Mime;
using System.Text;
using RaceLab.Engine.Races;
using RaceLab.Engine.Studies;
using RaceLab.Web.Components.Exports;
using RaceLab.Web.Exports;
using RaceLab.Web.Races;

namespace RaceLab.Web.Hosting;

/// <summary>The files that can be taken from a race or study, by whoever has its link, like the page itself.</summary>
public static class ExportEndpoints
{
    private const string Csv = "text/csv; charset=utf-8";

    /// <summary>Adds the addresses.</summary>
    public static void MapExports(this IEndpointRouteBuilder routes)
    {
        ArgumentNullException.ThrowIfNull(routes);
        var races = routes.MapGroup("/races/{id}");
        races.MapGet("/export.html", (string id, RaceFinder finder, HtmlReport report, CancellationToken cancellation) =>
            OfRaceAsync(id, finder, async race => Text(race, ".html", MediaTypeNames.Text.Html, await report.WriteAsync(race)), cancellation));
        races.MapGet("/export.json", (string id, RaceFinder finder, CancellationToken cancellation) =>
            OfRaceAsync(id, finder, race => Task.FromResult(Text(race, ".json", MediaTypeNames.Application.Json, RaceDocument.From(race.Result!).ToJson())), cancellation));
        races.MapGet("/summary.csv", (string id, RaceFinder finder, CancellationToken cancellation) =>
            OfRaceAsync(id, finder, race => Task.FromResult(Text(race, "-summary.csv", Csv, SummaryCsv.Of(race.Result!))), cancellation));
        races.MapGet("/attempts.csv", (string id, RaceFinder finder, CancellationToken cancellation) => OfRaceAsync(id, finder, race => Task.FromResult(Attempts(race, cancellation)), cancellation));

        var studies = routes.MapGroup("/studies/{id}");
        studies.MapGet("/export.json", (string id, StudyRegistry registry, CancellationToken cancellation) =>
            OfStudyAsync(id, registry, (study, when) => File(study.ToJson(), MediaTypeNames.Application.Json, ExportWords.FileName($"{study.Scenario}-{study.Kind}", when, ".json")), cancellation));
        studies.MapGet("/races.csv", (string id, StudyRegistry registry, CancellationToken cancellation) =>
            OfStudyAsync(id, registry, (study, when) => File(SummaryCsv.Of(study), Csv, ExportWords.FileName($"{study.Scenario}-{study.Kind}", when, "-races.csv")), cancellation));
    }

    private static async Task<IResult> OfRaceAsync(string id, RaceFinder finder, Func<ShownRace, Task<IResult>> export, CancellationToken cancellation)
    {
        try
        {
            var race = await finder.FindAsync(id, cancellation);
            if (race is null) return Results.NotFound();
            return race.Result is null ? Sentence("The race is not over yet: export it when it is.", StatusCodes.Status409Conflict) : await export(race);
        }
        catch (ArchiveUnavailableException unavailable)
        {
            return Sentence(unavailable.Message, StatusCodes.Status503ServiceUnavailable);
        }
    }

    private static async Task<IResult> OfStudyAsync(string id, StudyRegistry registry, Func<StudyRecord, DateTimeOffset, IResult> export, CancellationToken cancellation)
    {
        try
        {
            if (registry.Find(id) is { } study)
                return study.Completion.IsCompleted ? export(study.Record, study.CreatedAt) : Sentence("It is not over yet: export it when it is.", StatusCodes.Status409Conflict);
            return await registry.FindArchivedAsync(id, cancellation) is { } kept ? export(StudyRecord.Read(kept.Document), kept.CreatedAt) : Results.NotFound();
        }
        catch (Exception trouble) when (trouble is ArchiveUnavailableException or InvalidDataException)
        {
            return Sentence(trouble.Message, StatusCodes.Status503ServiceUnavailable);
        }
    }

    private static IResult Attempts(ShownRace race, CancellationToken cancellation)
    {
        if (ExportWords.NoAttempts(race) is { } reason) return Sentence(reason, StatusCodes.Status410Gone);
        var recording = race.Live!.Recording!;
        return Results.Stream(stream => AttemptsCsv.WriteAsync(recording, stream, cancellation), Csv, NameOf(race, ExportWords.AttemptsPart(recording)));
    }

    private static IResult Text(ShownRace race, string what, string type, string text) => File(text, type, NameOf(race, what));

    private static IResult File(string text, string type, string name) => Results.File(Encoding.UTF8.GetBytes(text), type, name);

    private static string NameOf(ShownRace race, string what) => ExportWords.FileName($"{race.ScenarioId}-{race.StrategyId}", race.Result!.StartedAt, what);

    private static IResult Sentence(string sentence, int status) => Results.Text(sentence, MediaTypeNames.Text.Plain, Encoding.UTF8, status);
}
