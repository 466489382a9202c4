// Most tests wait for the server, for a deadlock's time-out or for a pause: more of them than there are processors may run at once.
[assembly: CollectionBehavior(MaxParallelThreads = 4)]
