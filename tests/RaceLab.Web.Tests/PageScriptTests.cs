using Microsoft.JSInterop;
using RaceLab.Web.Components;

namespace RaceLab.Web.Tests;

/// <summary>Components let go of what they have in a page that may have gone first, and of nothing else that fails.</summary>
public sealed class PageScriptTests
{
    public static TheoryData<Exception> Goodbyes => [new JSDisconnectedException("over"), new TaskCanceledException("no answer"), new ObjectDisposedException("circuit")];

    [Theory(Timeout = 10_000)]
    [MemberData(nameof(Goodbyes), DisableDiscoveryEnumeration = true)]
    public async Task LetGoAsync_PageHasGoneFirst_IsNoError(Exception goodbye)
    {
        await PageScript.LetGoAsync(new Script(goodbye));
        await PageScript.LetGoAsync(new Script(goodbye), new Script(goodbye));
    }

    [Fact(Timeout = 10_000)]
    public async Task LetGoAsync_ScriptFails_Says()
    {
        await Assert.ThrowsAsync<JSException>(async () => await PageScript.LetGoAsync(null, new Script(new JSException("a fault"))));
    }

    private sealed class Script(Exception failure) : IJSObjectReference
    {
        public ValueTask<TValue> InvokeAsync<TValue>(string identifier, object?[]? args) => ValueTask.FromException<TValue>(failure);

        public ValueTask<TValue> InvokeAsync<TValue>(string identifier, CancellationToken cancellationToken, object?[]? args) => ValueTask.FromException<TValue>(failure);

        public ValueTask DisposeAsync() => ValueTask.FromException(failure);
    }
}
