using System.Runtime.CompilerServices;
using ILGPU;

namespace DeepSharp.Kernels;

/// <summary>The GPU form of <see cref="RunningSum"/>: one thread.</summary>
internal static class GpuRunningSum<TScalar>
    where TScalar : unmanaged, IScalar<TScalar>
{
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal static void Run(in Operand sums, in Operand value, in Operand weight, RunningTerm term)
    {
        KernelConfig one = new(1, 1);
        if (sums.DType == DType.Float64)
        {
            sums.Device.Launch(one, Kernel, (sums.View<double>(), value.View<TScalar>(), weight.View<TScalar>(), term));
        }
        else
        {
            sums.Device.Launch(
                one, GpuRunningPairs.Kernel,
                (sums.View<float>(), value.View<float>(), weight.View<float>(), (float)term.Scale, (float)term.Weight, term.Weighted));
        }
    }

    private static void Kernel((ArrayView<double> Sums, ArrayView<TScalar> Value, ArrayView<TScalar> Weight, RunningTerm Term) x)
    {
        double counts = x.Term.Counts(TScalar.ToDouble(x.Weight[0]));
        x.Sums[0] += x.Term.Of(TScalar.ToDouble(x.Value[0]), counts);
        x.Sums[1] += counts;
    }
}

/// <summary>The same in single precision: a sum is a pair of numbers, which keep 48 bits of it.</summary>
/// <remarks>
/// What the rounding of a sum loses is exactly a number (D. E. Knuth, The Art of Computer Programming 2, 4.2.2), and goes into the second.
/// A product is made of four of half its factors' digits, none of which is rounded (T. J. Dekker, 1971).
/// </remarks>
internal static class GpuRunningPairs
{
    internal static void Kernel(
        (ArrayView<float> Sums, ArrayView<float> Value, ArrayView<float> Weight, float Scale, float Known, int Weighted) x)
    {
        float counts = x.Weighted != 0 ? x.Weight[0] : x.Known;
        if (x.Weighted == 0 || counts != 0)
        {
            AddProduct(x.Sums, x.Value[0], x.Weighted != 0 ? counts : x.Scale);
        }

        Add(x.Sums, 2, counts);
    }

    private static void AddProduct(ArrayView<float> sums, float a, float b)
    {
        // A number that is not finite has no halves; nor have products that are out of range.
        float product = a * b;
        if (!(product - product == 0))
        {
            Add(sums, 0, product);
            return;
        }

        float highA = Half(a);
        float highB = Half(b);
        Add(sums, 0, highA * highB);
        Add(sums, 0, highA * (b - highB));
        Add(sums, 0, (a - highA) * highB);
        Add(sums, 0, (a - highA) * (b - highB));
    }

    private static float Half(float a) => FloatBits.ToNumber(FloatBits.Of(a) & 0xFFFFF000);

    private static void Add(ArrayView<float> sums, int at, float value)
    {
        float old = sums[at];
        float sum = old + value;
        float taken = sum - old;
        float lost = (old - (sum - taken)) + (value - taken);
        lost = lost - lost == 0 ? sums[at + 1] + lost : 0;

        // Made into a sum and what it lacks again, so that the second stays small.
        float whole = sum + lost;
        sums[at] = whole;
        sums[at + 1] = sum - sum == 0 ? lost - (whole - sum) : 0;
    }
}
