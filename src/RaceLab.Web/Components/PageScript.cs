using Microsoft.JSInterop;

namespace RaceLab.Web.Components;

/// <summary>What components have in the page, and how they find that the page has gone first.</summary>
public static class PageScript
{
    /// <summary>
    /// Whether a call failed because nobody is there any more: the circuit is over, the component was left meanwhile, or the page did not answer within the framework's time-out, as one does
    /// that was left while its circuit still waits for it to come back.
    /// </summary>
    public static bool IsGone(Exception failure) => failure is JSDisconnectedException or OperationCanceledException or ObjectDisposedException;

    /// <summary>Lets go of what a component has in the page. Where the page has gone first, so has that.</summary>
    /// <param name="module">Its script; null: it had none yet.</param>
    /// <param name="view">What the script made for it, which has a <c>dispose</c> of its own; null: nothing.</param>
    public static async ValueTask LetGoAsync(IJSObjectReference? module, IJSObjectReference? view = null)
    {
        try
        {
            if (view is not null)
            {
                await view.InvokeVoidAsync("dispose");
                await view.DisposeAsync();
            }

            if (module is not null) await module.DisposeAsync();
        }
        catch (Exception gone) when (IsGone(gone))
        {
            // Nothing is left to let go of.
        }
    }
}
