namespace DeepSharp.Examples.Mnist;

/// <summary>What the command line asks for.</summary>
internal sealed record Options(
    string Model,
    string Device,
    int Epochs,
    int Batch,
    double LearningRate,
    string Optimizer,
    string Schedule,
    string Precision,
    DirectoryInfo Data,
    ulong Seed,
    int? Limit,
    FileInfo? Out,
    FileInfo? Checkpoint,
    bool Resume);
