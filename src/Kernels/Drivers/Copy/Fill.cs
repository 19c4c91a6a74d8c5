using System.Runtime.CompilerServices;

namespace DeepSharp.Kernels;

/// <summary>Fills contiguous tensors with one value.</summary>
internal static unsafe class Fill
{
    internal static void Zero(in Operand output) => Value(output, 0);

    /// <summary>Sets all elements to a value, converted to their type.</summary>
    internal static void Value(in Operand output, double value)
    {
        if (output.Count > 0)
        {
            Dispatch.Scalar(output.DType, new Filling(value, output));
        }
    }

    private readonly ref struct Filling(double value, in Operand output) : IScalarVisitor
    {
        private readonly ref readonly Operand _output = ref output;

        public void Visit<T>()
            where T : unmanaged, IScalar<T>
        {
            if (_output.Device.StartsOnHost())
            {
                HostParallel.For(_output.Count, 16 * 1024, new Loop<T>(_output.Host<T>(), T.FromDouble(value)));
            }
            else
            {
                CopyKernels.Fill(_output, T.FromDouble(value));
            }
        }
    }

    private readonly struct Loop<T>(T* output, T value) : IRangeBody
        where T : unmanaged
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        public void Run(int start, int end) => new Span<T>(output + start, end - start).Fill(value);
    }
}
