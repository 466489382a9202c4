using Microsoft.AspNetCore.Components;
using RaceLab.Engine.Schedules;

namespace RaceLab.Web.Components.Schedules;

/// <summary>What <c>pg_locks</c> says of the sessions, what keeps others out first.</summary>
public sealed partial class LockTable
{
    /// <summary>The lines.</summary>
    [Parameter, EditorRequired]
    public IReadOnlyList<HeldLock> Locks { get; set; } = [];
}
