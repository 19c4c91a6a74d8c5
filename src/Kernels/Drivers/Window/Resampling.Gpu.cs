using System.Runtime.CompilerServices;
using ILGPU;

namespace DeepSharp.Kernels;

/// <summary>The GPU form of <see cref="Resampling"/>: a thread makes one output.</summary>
internal static class GpuResampling<T>
    where T : unmanaged, IReal<T>, IScalar<T>
{
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal static void Run(in ResampleShape shape, in Operand output, in Operand source, in ResampleTables tables) => output.Device.Launch(
        output.Device.Grid(output.Count),
        Kernel,
        new ResampleArguments<T>()
        {
            Shape = shape,
            Count = output.Count,
            Output = output.View<T>(),
            Source = source.View<T>(),
            Starts = tables.Starts.View<int>(),
            Places = tables.Places.View<int>(),
            Weights = tables.Weights.View<T>(),
        });

    private static void Kernel(ResampleArguments<T> k)
    {
        for (int i = Grid.GlobalIndex.X; (uint)i < (uint)k.Count; i += Grid.DimX * Group.DimX)
        {
            PoolPlace at = PoolPlace.Of(i, k.Shape.First.Output, k.Shape.Second.Output, k.Shape.Third.Output);
            int plane = at.Plane * k.Shape.SourceSize;
            int first = k.Shape.First.Starts + at.First;
            int second = k.Shape.Second.Starts + at.Second;
            int third = k.Shape.Third.Starts + at.Third;
            T sum = default;
            for (int a = k.Starts[first]; a < k.Starts[first + 1]; a++)
            {
                for (int b = k.Starts[second]; b < k.Starts[second + 1]; b++)
                {
                    T weight = k.Weights[a] * k.Weights[b];
                    int row = plane + (((k.Places[a] * k.Shape.Second.Source) + k.Places[b]) * k.Shape.Third.Source);
                    for (int c = k.Starts[third]; c < k.Starts[third + 1]; c++)
                    {
                        sum += weight * k.Weights[c] * k.Source[row + k.Places[c]];
                    }
                }
            }

            k.Output[i] = sum;
        }
    }
}

/// <summary>The arguments of <see cref="GpuResampling{T}"/>'s kernel.</summary>
internal struct ResampleArguments<T>
    where T : unmanaged
{
    internal ArrayView<T> Output;
    internal ArrayView<T> Source;
    internal ArrayView<T> Weights;
    internal ArrayView<int> Starts;
    internal ArrayView<int> Places;
    internal ResampleShape Shape;
    internal int Count;
}
