namespace DeepSharp.Kernels;

/// <summary>One step for one element that takes a number of the element's segment besides, such as a trust ratio.</summary>
public interface ISegmentRule
{
    /// <summary>Makes the step.</summary>
    /// <param name="value">The element, which the step changes.</param>
    /// <param name="gradient">Its gradient, or another number of its own.</param>
    /// <param name="factor">The number of its segment.</param>
    /// <param name="state">State, which the step may change.</param>
    void Update<T>(ref T value, T gradient, T factor, ref T state)
        where T : unmanaged, IReal<T>;
}
