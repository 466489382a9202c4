using System.Buffers.Text;
using System.Security.Cryptography;

namespace RaceLab.Web.Browsers;

/// <summary>
/// Gives each browser a token that only it has: what is started with it belongs to it. Scripts cannot read it. It is Lax and not
/// Strict, because a browser that follows an instructor's link out of a chat would otherwise come as a stranger, be given a new token
/// and lose its races; nothing is ever changed by a GET, and <see cref="BrowserProtection"/> keeps other sites from the hub.
/// </summary>
public sealed class OwnerCookie(RequestDelegate next)
{
    /// <summary>The cookie's name.</summary>
    public const string Name = "racelab-owner";

    private const int TokenBytes = 16;
    private static readonly int TokenLength = Base64Url.GetEncodedLength(TokenBytes);
    private static readonly object Key = new();

    /// <summary>Reads the token or makes one.</summary>
    public Task InvokeAsync(HttpContext context)
    {
        if (context.Items.ContainsKey(Key)) return next(context);
        var token = context.Request.Cookies[Name];
        if (token is null || token.Length != TokenLength || !Base64Url.IsValid(token))
        {
            token = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(TokenBytes));
            context.Response.Cookies.Append(Name, token, new CookieOptions
            {
                HttpOnly = true,
                SameSite = SameSiteMode.Lax,
                Secure = context.Request.IsHttps,
                IsEssential = true,
                MaxAge = TimeSpan.FromDays(365),
            });
        }

        context.Items[Key] = token;
        return next(context);
    }

    /// <summary>The token of the browser that sent this request.</summary>
    public static string Of(HttpContext context) => (string)context.Items[Key]!;
}
