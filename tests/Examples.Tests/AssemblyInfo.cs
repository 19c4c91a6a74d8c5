// The counters of a device are for all that runs on it.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
