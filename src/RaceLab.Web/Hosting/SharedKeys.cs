using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection.Repositories;
using RaceLab.Engine.Archive;

namespace RaceLab.Web.Hosting;

/// <summary>Data-protection keys in the state database, so that several instances of the application understand what each of them has signed.</summary>
public sealed class SharedKeys(StateServer state) : IXmlRepository
{
    /// <inheritdoc/>
    public IReadOnlyCollection<XElement> GetAllElements() => [.. state.ReadProtectionKeys().Select(XElement.Parse)];

    /// <inheritdoc/>
    public void StoreElement(XElement element, string friendlyName)
    {
        ArgumentNullException.ThrowIfNull(element);
        state.AddProtectionKey(friendlyName, element.ToString(SaveOptions.DisableFormatting));
    }
}
