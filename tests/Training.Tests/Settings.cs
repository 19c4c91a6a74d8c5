// Tests compare counters of devices, which all threads share.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
