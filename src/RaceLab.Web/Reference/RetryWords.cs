using RaceLab.Engine.Content;

namespace RaceLab.Web.Reference;

/// <summary>Whether a retry can help, in words.</summary>
public static class RetryWords
{
    /// <summary>A word or two for a list.</summary>
    public static string Of(RetryAdvice advice) => advice switch
    {
        RetryAdvice.Yes => "retry",
        RetryAdvice.No => "do not retry",
        _ => "it depends",
    };
}
