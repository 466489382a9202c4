using RaceLab.Engine.Races;

namespace RaceLab.Engine.Tests.Autopsies;

/// <summary>Watches a race and keeps only its log.</summary>
internal sealed class Quiet : IRaceProgress
{
    public RaceRecording? Recording { get; private set; }

    public RaceFrame? Last { get; private set; }

    public void Queued(int place)
    {
        // Nobody asks.
    }

    public void CrowdedOut()
    {
        // Nobody asks.
    }

    public void Entered(RaceState state)
    {
        // Nobody asks.
    }

    public void Publish(RaceFrame frame) => Last = frame;

    public void Recorded(RaceRecording recording) => Recording = recording;
}
