// Most tests wait for the server, for a deadlock's time-out or for a pause: more of them than there are processors may run at once.
[assembly: CollectionBehavior(MaxParallelThreads = 3)]

namespace RaceLab.Engine.Tests;

/// <summary>Races of a study keep all others of the lab out, and wait until those are over: beside other tests they would wait for long, and hold those up.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class RacesAlone
{
    public const string Name = "races alone";
}
