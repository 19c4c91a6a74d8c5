namespace DeepSharp.Kernels;

/// <summary>One step of an optimizer for one element, written once for scalars, registers and GPU threads.</summary>
/// <remarks>
/// Implemented by <c>readonly struct</c>s whose fields are the step's hyper-parameters; one of your own is public, and nested in nothing that is
/// not, or GPUs cannot use it. <see cref="Slots"/> is a constant to both
/// compilers: state that it does not count is neither loaded nor stored. In Float32 a GPU rounds the fields before it computes, so a
/// difference such as 1 - beta is a field of its own.
/// </remarks>
public interface IUpdateRule
{
    /// <summary>The numbers of state that an element has: 0 to 3.</summary>
    static abstract int Slots { get; }

    /// <summary>Makes the step.</summary>
    /// <param name="value">The element, which the step changes.</param>
    /// <param name="gradient">Its gradient.</param>
    /// <param name="s0">State, zero before the first step.</param>
    /// <param name="s1">State, zero before the first step.</param>
    /// <param name="s2">State, zero before the first step.</param>
    void Update<T>(ref T value, T gradient, ref T s0, ref T s1, ref T s2)
        where T : unmanaged, IReal<T>;
}
