using System.Runtime.CompilerServices;
using ILGPU;

namespace DeepSharp.Kernels;

/// <summary>The GPU form of <see cref="Pooling"/>: a thread makes one element of what is written.</summary>
internal static class GpuPooling<T>
    where T : unmanaged, IReal<T>, IScalar<T>
{
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal static void Run(PoolPass pass, in PoolShape shape, in Operand target, in Operand? places, in Operand given)
    {
        Device device = target.Device;
        PoolArguments<T> arguments = new()
        {
            Shape = shape,
            Count = target.Count,
            Target = target.View<T>(),
            Given = given.View<T>(),
            Places = places is { } marks ? marks.View<int>() : target.View<int>(),
            HasPlaces = places is null ? 0 : 1,
        };
        switch (pass)
        {
            case PoolPass.Max:
                device.Launch(device.Grid(target.Count), MaxKernel, arguments);
                break;
            case PoolPass.MaxGradient:
                device.Launch(device.Grid(target.Count), MaxGradientKernel, arguments);
                break;
            case PoolPass.Average:
                device.Launch(device.Grid(target.Count), AverageKernel, arguments);
                break;
            default:
                device.Launch(device.Grid(target.Count), AverageGradientKernel, arguments);
                break;
        }
    }

    private static void MaxKernel(PoolArguments<T> k)
    {
        for (int i = Grid.GlobalIndex.X; (uint)i < (uint)k.Count; i += Grid.DimX * Group.DimX)
        {
            PoolPlace at = PoolPlace.Of(i, k.Shape.First.Output, k.Shape.Second.Output, k.Shape.Third.Output);
            int plane = at.Plane * k.Shape.SourceSize;
            int place = -1;
            T largest = default;
            for (int a = k.Shape.First.First(at.First); a < k.Shape.First.End(at.First); a += k.Shape.First.Dilation)
            {
                for (int b = k.Shape.Second.First(at.Second); b < k.Shape.Second.End(at.Second); b += k.Shape.Second.Dilation)
                {
                    for (int c = k.Shape.Third.First(at.Third); c < k.Shape.Third.End(at.Third); c += k.Shape.Third.Dilation)
                    {
                        int here = (((a * k.Shape.Second.Source) + b) * k.Shape.Third.Source) + c;
                        T value = k.Given[plane + here];
                        if (place < 0 || Beats(value, largest))
                        {
                            largest = value;
                            place = here;
                        }
                    }
                }
            }

            k.Target[i] = largest;
            if (k.HasPlaces != 0)
            {
                k.Places[i] = place;
            }
        }
    }

    private static void MaxGradientKernel(PoolArguments<T> k)
    {
        for (int i = Grid.GlobalIndex.X; (uint)i < (uint)k.Count; i += Grid.DimX * Group.DimX)
        {
            PoolPlace at = PoolPlace.Of(i, k.Shape.First.Source, k.Shape.Second.Source, k.Shape.Third.Source);
            int plane = at.Plane * k.Shape.OutputSize;
            int here = i - (at.Plane * k.Shape.SourceSize);
            T sum = default;
            for (int a = k.Shape.First.FirstOutput(at.First); a < k.Shape.First.EndOutput(at.First); a++)
            {
                for (int b = k.Shape.Second.FirstOutput(at.Second); b < k.Shape.Second.EndOutput(at.Second); b++)
                {
                    for (int c = k.Shape.Third.FirstOutput(at.Third); c < k.Shape.Third.EndOutput(at.Third); c++)
                    {
                        int output = plane + (((a * k.Shape.Second.Output) + b) * k.Shape.Third.Output) + c;
                        if (k.Places[output] == here)
                        {
                            sum += k.Given[output];
                        }
                    }
                }
            }

            k.Target[i] = sum;
        }
    }

    private static void AverageKernel(PoolArguments<T> k)
    {
        for (int i = Grid.GlobalIndex.X; (uint)i < (uint)k.Count; i += Grid.DimX * Group.DimX)
        {
            PoolPlace at = PoolPlace.Of(i, k.Shape.First.Output, k.Shape.Second.Output, k.Shape.Third.Output);
            int plane = at.Plane * k.Shape.SourceSize;
            T sum = default;
            for (int a = k.Shape.First.First(at.First); a < k.Shape.First.End(at.First); a++)
            {
                for (int b = k.Shape.Second.First(at.Second); b < k.Shape.Second.End(at.Second); b++)
                {
                    for (int c = k.Shape.Third.First(at.Third); c < k.Shape.Third.End(at.Third); c++)
                    {
                        sum += k.Given[plane + (((a * k.Shape.Second.Source) + b) * k.Shape.Third.Source) + c];
                    }
                }
            }

            k.Target[i] = sum / k.Shape.Divisor(at.First, at.Second, at.Third);
        }
    }

    private static void AverageGradientKernel(PoolArguments<T> k)
    {
        for (int i = Grid.GlobalIndex.X; (uint)i < (uint)k.Count; i += Grid.DimX * Group.DimX)
        {
            PoolPlace at = PoolPlace.Of(i, k.Shape.First.Source, k.Shape.Second.Source, k.Shape.Third.Source);
            int plane = at.Plane * k.Shape.OutputSize;
            T sum = default;
            for (int a = k.Shape.First.FirstOutput(at.First); a < k.Shape.First.EndOutput(at.First); a++)
            {
                for (int b = k.Shape.Second.FirstOutput(at.Second); b < k.Shape.Second.EndOutput(at.Second); b++)
                {
                    for (int c = k.Shape.Third.FirstOutput(at.Third); c < k.Shape.Third.EndOutput(at.Third); c++)
                    {
                        sum += k.Given[plane + (((a * k.Shape.Second.Output) + b) * k.Shape.Third.Output) + c] / k.Shape.Divisor(a, b, c);
                    }
                }
            }

            k.Target[i] = sum;
        }
    }

    // Not a number beats all but itself.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool Beats(T value, T largest) =>
        T.IsNonzero(T.IfGreaterOrEqual(largest, value, 0, T.IfEqual(largest, largest, 1, 0)));
}

/// <summary>The arguments of <see cref="GpuPooling{T}"/>'s kernels.</summary>
internal struct PoolArguments<T>
    where T : unmanaged
{
    internal ArrayView<T> Target;
    internal ArrayView<T> Given;
    internal ArrayView<int> Places;
    internal PoolShape Shape;
    internal int Count;
    internal int HasPlaces;
}

/// <summary>A plane and a place in it.</summary>
internal readonly struct PoolPlace(int plane, int first, int second, int third)
{
    internal readonly int Plane = plane;
    internal readonly int First = first;
    internal readonly int Second = second;
    internal readonly int Third = third;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static PoolPlace Of(int index, int firsts, int seconds, int thirds)
    {
        int rest = index / thirds;
        int row = rest / seconds;
        return new(row / firsts, row % firsts, rest % seconds, index % thirds);
    }
}
