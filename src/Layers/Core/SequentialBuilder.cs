namespace DeepSharp.Layers;

/// <summary>Lets a collection expression of modules be a <see cref="Sequential"/>.</summary>
public static class SequentialBuilder
{
    /// <summary>A chain of modules.</summary>
    public static Sequential Create(ReadOnlySpan<Module> modules) => new(modules);
}
