using Microsoft.AspNetCore.Components;
using RaceLab.Web.History;

namespace RaceLab.Web.Components.History;

/// <summary>Races and studies in a table, on a phone as cards. Deleting is asked for twice, on the same button.</summary>
public sealed partial class HistoryTable
{
    private string? _asked;

    /// <summary>The lines.</summary>
    [Parameter, EditorRequired]
    public IReadOnlyList<HistoryRow> Rows { get; set; } = [];

    /// <summary>Ids of the races that are to be laid over each other.</summary>
    [Parameter, EditorRequired]
    public IReadOnlyList<string> Chosen { get; set; } = [];

    /// <summary>Called when a race is chosen or no longer chosen.</summary>
    [Parameter, EditorRequired]
    public EventCallback<(string Id, bool IsChosen)> Choose { get; set; }

    /// <summary>Called for a line that is to be deleted for good.</summary>
    [Parameter, EditorRequired]
    public EventCallback<HistoryRow> Delete { get; set; }

    /// <summary>Whether somebody hears clicks.</summary>
    [Parameter]
    public bool IsAlive { get; set; }

    private async Task AskAsync(HistoryRow row)
    {
        if (_asked != row.Id)
        {
            _asked = row.Id;
            return;
        }

        _asked = null;
        await Delete.InvokeAsync(row);
    }
}
