namespace DeepSharp;

/// <summary>Whether operators on this thread record a graph.</summary>
internal static class GradMode
{
    [ThreadStatic]
    private static bool t_disabled;

    internal static bool IsEnabled => !t_disabled;

    internal static Restore Set(bool enabled)
    {
        Restore restore = new(!t_disabled);
        t_disabled = !enabled;
        return restore;
    }

    internal readonly ref struct Restore(bool enabled)
    {
        public void Dispose() => t_disabled = !enabled;
    }
}
