// Launches are counted for the whole device.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
