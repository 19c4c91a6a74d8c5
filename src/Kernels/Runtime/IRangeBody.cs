namespace DeepSharp.Kernels;

/// <summary>A range of work for <see cref="HostParallel"/>: a struct that holds pointers and sizes.</summary>
internal interface IRangeBody
{
    /// <summary>Does the items from <paramref name="start"/> up to, not including, <paramref name="end"/>.</summary>
    void Run(int start, int end);
}
