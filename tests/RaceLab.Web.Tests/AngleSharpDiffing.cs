using System.Runtime.CompilerServices;
using System.Runtime.Loader;

namespace RaceLab.Web.Tests;

/// <summary>
/// bUnit was built against AngleSharp.Diffing 1.x, and 0.17 is what can be restored: the runtime refuses a lower version by itself, so
/// it is handed the file that lies beside the tests.
/// </summary>
internal static class AngleSharpDiffing
{
    private const string Name = "AngleSharp.Diffing";

    [ModuleInitializer]
    internal static void Resolve() => AssemblyLoadContext.Default.Resolving += (context, wanted) =>
        wanted.Name == Name ? context.LoadFromAssemblyPath(Path.Combine(AppContext.BaseDirectory, $"{Name}.dll")) : null;
}
