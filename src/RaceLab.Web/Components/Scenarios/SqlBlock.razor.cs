using Microsoft.AspNetCore.Components;

namespace RaceLab.Web.Components.Scenarios;

/// <summary>SQL that is no step: tables, invariants.</summary>
public sealed partial class SqlBlock
{
    /// <summary>As content has it.</summary>
    [Parameter, EditorRequired]
    public string Sql { get; set; } = "";

    /// <summary>What it is, for those who hear it.</summary>
    [Parameter, EditorRequired]
    public string Label { get; set; } = "";
}
