using System.Runtime.CompilerServices;
using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;

namespace DeepSharp.Kernels.Tests.Numerics;

/// <summary>The scalar types in kernels on ILGPU's CPU accelerator: the same bits as on the host.</summary>
public sealed class KernelTests : IDisposable
{
    private static readonly double[] Reals =
    [
        0, -0.0, 1, -1, 0.37, -0.62, 2.5, -3.75, 12.3, -45.6, 88.7, -103.2, 1e-40, 250.5, -12345.6, 1e20,
        double.PositiveInfinity, double.NegativeInfinity, double.NaN,
    ];

    private static readonly double[] Others =
        [0, 0.0, 3, 5, 0.37, -2, double.NaN, 2, -0.5, 3, 1.5, 2, 1, -7, 2, double.NaN, -1, double.PositiveInfinity, 0];

    private static readonly int[] Integers = [0, 1, -1, 5, -7, 46341, int.MaxValue, int.MinValue];
    private static readonly int[] OtherIntegers = [0, -1, 3, 0, 2, 46341, -3, -1];

    private readonly Context _context;
    private readonly CPUAccelerator _accelerator;

    public KernelTests()
    {
        _context = Context.Create(builder => builder.CPU(new CPUDevice(2, 2, 1)).EnableAlgorithms());
        _accelerator = _context.CreateCPUAccelerator(0);
    }

    public void Dispose()
    {
        _accelerator.Dispose();
        _context.Dispose();
    }

    [Fact]
    public void Exponentials_are_those_of_the_host()
    {
        Real<KernelFunctions.Exp>();
        Real<KernelFunctions.Expm1>();
        Real<KernelFunctions.Tanh>();
        Real<KernelFunctions.Sigmoid>();
        Real<KernelFunctions.Erf>();
        Real<KernelFunctions.NormalTail>();
    }

    [Fact]
    public void Logarithms_and_roots_are_those_of_the_host()
    {
        Real<KernelFunctions.Log>();
        Real<KernelFunctions.Log1p>();
        Real<KernelFunctions.Sqrt>();
        Real<KernelFunctions.Floor>();
        Real<KernelFunctions.Square>();
    }

    [Fact]
    public void Trigonometric_functions_are_those_of_the_host()
    {
        Real<KernelFunctions.Sin>();
        Real<KernelFunctions.Cos>();
    }

    [Fact]
    public void Arithmetic_is_that_of_the_host() => Numeric<KernelFunctions.Arithmetic>();

    [Fact]
    public void Powers_are_those_of_the_host() => Numeric<KernelFunctions.Pow>();

    [Fact]
    public void Extremes_keep_NaN_also_beside_a_constant()
    {
        Numeric<KernelFunctions.Extremes>();
        Numeric<KernelFunctions.Rectify>();
    }

    [Fact]
    public void Comparisons_are_false_for_NaN_also_beside_a_constant() => Numeric<KernelFunctions.Comparisons>();

    private static void RealKernel<TOp, T>(Index1D i, TOp op, ArrayView<T> x, ArrayView<T> y)
        where TOp : unmanaged, IRealFunction
        where T : unmanaged, IReal<T>
        => y[i] = op.Apply(x[i]);

    private static void NumericKernel<TOp, T>(Index1D i, TOp op, ArrayView<T> x, ArrayView<T> y)
        where TOp : unmanaged, INumericFunction
        where T : unmanaged, INumeric<T>
        => y[i] = op.Apply(x[i], y[i]);

    private void Real<TOp>()
        where TOp : unmanaged, IRealFunction
    {
        F32[] singles = [.. Reals.Select(x => new F32((float)x))];
        Same<TOp, F32, int>(singles, [.. singles.Select(x => default(TOp).Apply(x))], Run<TOp, F32>(RealKernel, singles, singles));
        F64[] doubles = [.. Reals.Select(x => new F64(x))];

        // Beyond the fast reduction of an angle a kernel takes ILGPU's own function.
        doubles = [.. doubles.Where(x => default(TOp) is not (KernelFunctions.Sin or KernelFunctions.Cos) || Math.Abs(x.Value) < 1e6)];
        Same<TOp, F64, long>(doubles, [.. doubles.Select(x => default(TOp).Apply(x))], Run<TOp, F64>(RealKernel, doubles, doubles));
    }

    private void Numeric<TOp>()
        where TOp : unmanaged, INumericFunction
    {
        Pairs<TOp, F32, int>([.. Reals.Select(x => new F32((float)x))], [.. Others.Select(x => new F32((float)x))]);
        Pairs<TOp, F64, long>([.. Reals.Select(x => new F64(x))], [.. Others.Select(x => new F64(x))]);
        Pairs<TOp, I32, int>([.. Integers.Select(x => new I32(x))], [.. OtherIntegers.Select(x => new I32(x))]);
        Pairs<TOp, I64, long>([.. Integers.Select(x => new I64(x))], [.. OtherIntegers.Select(x => new I64(x))]);
    }

    private void Pairs<TOp, T, TBits>(T[] x, T[] y)
        where TOp : unmanaged, INumericFunction
        where T : unmanaged, INumeric<T>
        where TBits : unmanaged
        => Same<TOp, T, TBits>(x, [.. x.Zip(y, (a, b) => default(TOp).Apply(a, b))], Run<TOp, T>(NumericKernel, x, y));

    private T[] Run<TOp, T>(Action<Index1D, TOp, ArrayView<T>, ArrayView<T>> kernel, T[] x, T[] y)
        where TOp : unmanaged
        where T : unmanaged
    {
        using MemoryBuffer1D<T, Stride1D.Dense> input = _accelerator.Allocate1D<T>(x.Length);
        using MemoryBuffer1D<T, Stride1D.Dense> output = _accelerator.Allocate1D<T>(x.Length);
        input.View.CopyFromCPU(x);
        output.View.CopyFromCPU(y);
        _accelerator.LoadAutoGroupedStreamKernel(kernel)(x.Length, default, input.View, output.View);
        _accelerator.Synchronize();
        T[] result = new T[x.Length];
        output.View.CopyToCPU(result);
        return result;
    }

    private static void Same<TOp, T, TBits>(T[] x, T[] expected, T[] actual)
        where T : unmanaged
        where TBits : unmanaged
    {
        Assert.Equal(Unsafe.SizeOf<TBits>(), Unsafe.SizeOf<T>());
        for (int i = 0; i < x.Length; i++)
        {
            double number = Number(expected[i]);
            bool same = double.IsNaN(number)
                ? double.IsNaN(Number(actual[i]))
                : Unsafe.As<T, TBits>(ref expected[i]).Equals(Unsafe.As<T, TBits>(ref actual[i]));
            Assert.True(same, $"{typeof(TOp).Name} of {Number(x[i])} is {Number(actual[i])} in a kernel, {number} on the host");
        }

        static double Number(T value) => value switch
        {
            F32 f => f.Value,
            F64 f => f.Value,
            I32 n => n.Value,
            I64 n => n.Value,
            _ => throw new InvalidOperationException(),
        };
    }
}
