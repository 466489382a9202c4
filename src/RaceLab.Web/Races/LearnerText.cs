using Markdig;
using Microsoft.AspNetCore.Components;

namespace RaceLab.Web.Races;

/// <summary>Content's Markdown as HTML. HTML in it is shown as text, since content may come from a stranger.</summary>
public static class LearnerText
{
    private static readonly MarkdownPipeline Pipeline = new MarkdownPipelineBuilder().DisableHtml().UsePipeTables().Build();

    /// <summary>Markdown as HTML.</summary>
    public static MarkupString Html(string markdown) => new(Markdown.ToHtml(markdown, Pipeline));
}
