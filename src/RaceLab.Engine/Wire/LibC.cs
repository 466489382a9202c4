using System.Runtime.InteropServices;

namespace RaceLab.Engine.Wire;

/// <summary>The one call that .NET does not have in a form that allocates nothing: waiting for many sockets at once.</summary>
internal static class LibC
{
    public const short Readable = 1;
    public const short Writable = 4;

    private const int Interrupted = 4;

    /// <summary>Whether there is such a call here: on Linux and macOS, whose constants are the same.</summary>
    public static bool HasPoll => OperatingSystem.IsLinux() || OperatingSystem.IsMacOS();

    /// <summary>Waits until something happens at one of the sockets (<see href="https://man7.org/linux/man-pages/man2/poll.2.html">poll</see>).</summary>
    /// <param name="polled">What to wait for, and afterwards what happened.</param>
    /// <param name="timeoutMs">At most so long; negative: for ever.</param>
    public static void Wait(Span<Polled> polled, int timeoutMs)
    {
        if (poll(ref MemoryMarshal.GetReference(polled), (nuint)polled.Length, timeoutMs) >= 0) return;

        // A signal is no event of a socket's, and then nothing is said of any.
        if (Marshal.GetLastPInvokeError() is not Interrupted and var error) throw new InvalidOperationException($"poll failed: {Marshal.GetPInvokeErrorMessage(error)}");
        foreach (ref var one in polled) one.Happened = 0;
    }

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int poll(ref Polled polled, nuint count, int timeoutMs);

    /// <summary>poll's <c>struct pollfd</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct Polled
    {
        public int Descriptor;
        public short Wanted;
        public short Happened;
    }
}
