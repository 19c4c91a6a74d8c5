using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace DeepSharp.Kernels.Tests.Numerics;

/// <summary>Operators, selections and constants of all nine number types, on all pairs of a list of values.</summary>
public class ArithmeticTests
{
    private static readonly float[] Singles =
    [
        0f, -0f, 1f, -1f, 2.5f, -3.75f, 1e-44f, -1e-38f, 3e38f, -3e38f, 1e10f, 0.1f,
        float.PositiveInfinity, float.NegativeInfinity, float.NaN, 7f,
    ];

    private static readonly double[] Doubles =
    [
        0.0, -0.0, 1, -1, 2.5, -3.75, 1e-320, -1e-300, 1e308, -1e308, 1e10, 0.1,
        double.PositiveInfinity, double.NegativeInfinity, double.NaN, 7,
    ];

    private static readonly int[] Ints =
        [0, 1, -1, 2, -2, 7, -7, 100, 46341, -46341, int.MaxValue, int.MinValue, int.MaxValue - 1, int.MinValue + 1, 3, -3];

    private static readonly long[] Longs =
        [0, 1, -1, 2, -2, 7, -7, 100, 3037000500, -3037000500, long.MaxValue, long.MinValue, int.MinValue, 1L << 40, 3, -3];

    [Fact]
    public void F32_members() => Members<F32, float>(Singles, static (a, b) => a / b);

    [Fact]
    public void F32x_members() => Members<F32x, float>(Singles, static (a, b) => a / b);

    [Fact]
    public void F32x16_members() => Members<F32x16, float>(Singles, static (a, b) => a / b);

    [Fact]
    public void F64_members() => Members<F64, double>(Doubles, static (a, b) => a / b);

    [Fact]
    public void F64x_members() => Members<F64x, double>(Doubles, static (a, b) => a / b);

    [Fact]
    public void F64x8_members() => Members<F64x8, double>(Doubles, static (a, b) => a / b);

    [Fact]
    public void I32_members() => Members<I32, int>(Ints, static (a, b) => b == 0 ? 0 : b == -1 ? unchecked(-a) : a / b);

    [Fact]
    public void I32x_members() => Members<Ix<int, I32>, int>(Ints, static (a, b) => b == 0 ? 0 : b == -1 ? unchecked(-a) : a / b);

    [Fact]
    public void I64_members() => Members<I64, long>(Longs, static (a, b) => b == 0 ? 0 : b == -1 ? unchecked(-a) : a / b);

    [Fact]
    public void I64x_members() => Members<Ix<long, I64>, long>(Longs, static (a, b) => b == 0 ? 0 : b == -1 ? unchecked(-a) : a / b);

    [Fact]
    public void Multiply_add_is_the_sum_of_the_product()
    {
        // The product is exact, so that one rounding and two agree.
        Assert.Equal(13.5f, F32.MultiplyAdd(2.5f, 5f, 1f).Value);
        Assert.Equal(13.5, F64.MultiplyAdd(2.5, 5, 1).Value);
        Assert.Equal(new Vector<float>(13.5f), F32x.MultiplyAdd(2.5f, 5f, 1f).Value);
        Assert.Equal(Vector512.Create(13.5f), F32x16.MultiplyAdd(2.5f, 5f, 1f).Value);
        Assert.Equal(new Vector<double>(13.5), F64x.MultiplyAdd(2.5, 5, 1).Value);
        Assert.Equal(Vector512.Create(13.5), F64x8.MultiplyAdd(2.5, 5, 1).Value);
    }

    private static void Members<T, TElement>(TElement[] values, Func<TElement, TElement, TElement> divide)
        where T : unmanaged, INumeric<T>
        where TElement : unmanaged, INumber<TElement>
    {
        TElement two = TElement.CreateChecked(2);
        TElement five = TElement.CreateChecked(5);
        (TElement[] a, TElement[] b) = Pairs(values);
        bool AreNumbers(TElement x, TElement y) => !TElement.IsNaN(x) && !TElement.IsNaN(y);
        TElement Magnitude(TElement x) => x < TElement.Zero || (x == TElement.Zero && TElement.IsNegative(x)) ? -x : x;

        Check("+", a, b, Map<T, TElement>(a, b, static (x, y) => x + y), static (x, y) => x + y);
        Check("-", a, b, Map<T, TElement>(a, b, static (x, y) => x - y), static (x, y) => x - y);
        Check("*", a, b, Map<T, TElement>(a, b, static (x, y) => x * y), static (x, y) => x * y);
        Check("/", a, b, Map<T, TElement>(a, b, static (x, y) => x / y), divide);
        Check("negate", a, b, Map<T, TElement>(a, b, static (x, y) => -x), static (x, y) => -x);
        Check("abs", a, b, Map<T, TElement>(a, b, static (x, y) => T.Abs(x)), (x, y) => Magnitude(x));
        Check("max", a, b, Map<T, TElement>(a, b, T.Max), (x, y) => !AreNumbers(x, y) ? x + y : x > y ? x : y, zeros: true);
        Check("min", a, b, Map<T, TElement>(a, b, T.Min), (x, y) => !AreNumbers(x, y) ? x + y : x < y ? x : y, zeros: true);
        Check("greater", a, b, Map<T, TElement>(a, b, static (x, y) => T.IfGreater(x, y, 2, 5)), (x, y) => x > y ? two : five);
        Check("not less", a, b, Map<T, TElement>(a, b, static (x, y) => T.IfGreaterOrEqual(x, y, 2, 5)), (x, y) => x >= y ? two : five);
        Check("equal", a, b, Map<T, TElement>(a, b, static (x, y) => T.IfEqual(x, y, 2, 5)), (x, y) => x == y ? two : five);
        Check("select lanes", a, b, Map<T, TElement>(a, b, static (x, y) => T.IfGreater(x, y, y, x)), (x, y) => x > y ? y : x);
        Check("int", a, b, Map<T, TElement>(a, b, static (x, y) => -3), (x, y) => TElement.CreateChecked(-3));
        Check("float", a, b, Map<T, TElement>(a, b, static (x, y) => 2.75f), (x, y) => TElement.CreateTruncating(2.75f));
        Check("double", a, b, Map<T, TElement>(a, b, static (x, y) => -2.1), (x, y) => TElement.CreateTruncating(-2.1));
    }

    private static void Check<TElement>(
        string name, TElement[] a, TElement[] b, TElement[] actual, Func<TElement, TElement, TElement> oracle, bool zeros = false)
        where TElement : INumber<TElement>
    {
        for (int i = 0; i < a.Length; i++)
        {
            TElement expected = oracle(a[i], b[i]);
            bool same = TElement.IsNaN(expected)
                ? TElement.IsNaN(actual[i])
                : actual[i] == expected && (zeros || TElement.IsNegative(actual[i]) == TElement.IsNegative(expected));
            Assert.True(same, $"{name} of {a[i]} and {b[i]} is {actual[i]}, not {expected}");
        }
    }

    /// <summary>All pairs, one after the other, so that the lanes of a vector hold different ones.</summary>
    private static (TElement[] A, TElement[] B) Pairs<TElement>(TElement[] values) =>
        ([.. values.SelectMany(_ => values)], [.. values.SelectMany(x => Enumerable.Repeat(x, values.Length))]);

    private static TElement[] Map<T, TElement>(TElement[] a, TElement[] b, Func<T, T, T> f)
        where T : unmanaged
        where TElement : unmanaged
    {
        Assert.Equal(0, a.Length * Unsafe.SizeOf<TElement>() % Unsafe.SizeOf<T>());
        TElement[] result = new TElement[a.Length];
        Span<T> x = MemoryMarshal.Cast<TElement, T>(a.AsSpan());
        Span<T> y = MemoryMarshal.Cast<TElement, T>(b.AsSpan());
        Span<T> z = MemoryMarshal.Cast<TElement, T>(result.AsSpan());
        for (int i = 0; i < z.Length; i++)
        {
            z[i] = f(x[i], y[i]);
        }

        return result;
    }
}
