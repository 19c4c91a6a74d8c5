namespace DeepSharp.Kernels.Tests.Scans;

/// <summary>Running values against a loop in double precision.</summary>
public class ScanTests
{
    private static readonly int[] s_lengths = [.. Enumerable.Range(1, 256), 1023, 4099];

    public static TheoryData<string> Names => ["Sum", "Product", "Largest", "Smallest", "LogSumExp", "Recurrence"];

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_length_agrees_with_a_loop(string name)
    {
        foreach (int length in s_lengths)
        {
            Check(name, Device.Cpu, DType.Float64, [length], 0, reverse: false, Layout.Contiguous);
            Check(name, Device.Cpu, DType.Float32, [3, length], 1, reverse: true, Layout.Contiguous);
            Check(name, Device.Cpu, DType.Float32, [length, 17], 0, reverse: false, Layout.Gapped);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_axis_of_strided_and_empty_operands_agrees_with_a_loop(string name)
    {
        foreach (Device device in (Device[])[Device.Cpu, TestDevice.Gpu])
        {
            foreach (DType dtype in (DType[])[DType.Float32, DType.Float64])
            {
                foreach (int[] dims in (int[][])[[3, 5, 7], [2, 33], [0, 4], [4, 0, 3], [1, 1], [2, 1, 3, 2, 1, 2]])
                {
                    for (int axis = 0; axis < dims.Length; axis++)
                    {
                        Check(name, device, dtype, dims, axis, reverse: false, Layout.Transposed);
                        Check(name, device, dtype, dims, axis, reverse: true, Layout.Gapped);
                    }
                }
            }
        }
    }

    [Theory]
    [InlineData(DType.Int32)]
    [InlineData(DType.Int64)]
    public void Integers_wrap_as_their_arithmetic_does(DType dtype)
    {
        foreach (Device device in (Device[])[Device.Cpu, TestDevice.Gpu])
        {
            Check("Sum", device, dtype, [5, 40], 1, reverse: false, Layout.Transposed);
            Check("Product", device, dtype, [8, 5], 0, reverse: true, Layout.Contiguous);
            Check("Largest", device, dtype, [8, 5], 0, reverse: true, Layout.Contiguous);
            Check("Smallest", device, dtype, [5, 40], 1, reverse: false, Layout.Gapped);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void NaN_stays_and_infinities_follow_the_formula(string name)
    {
        double[] values = [1, double.NegativeInfinity, 2, double.PositiveInfinity, 0, double.NaN, 3];
        foreach (Device device in (Device[])[Device.Cpu, TestDevice.Gpu])
        {
            for (int first = 0; first < values.Length; first++)
            {
                using Sample a = Sample.Of(device, DType.Float64, [values.Length - first], i => values[i + first]);
                using Sample b = Sample.Filled(device, DType.Float64, [values.Length - first], 0.5);
                using Sample y = Sample.Filled(device, DType.Float64, [values.Length - first], 9);
                Run(name, y.Operand, a.Operand, b.Operand, 0, false);
                Numbers.AssertClose(Expected(name, a.Read(), b.Read(), a.Operand.Dims, 0, false, DType.Float64), y.Read(), 1e-14, 0, $"{name} {device} from {first}");
            }
        }
    }

    private static void Check(string name, Device device, DType dtype, int[] dims, int axis, bool reverse, Layout layout)
    {
        double size = name == "Product" ? 1.02 : 1;
        bool whole = !dtype.IsFloatingPoint;
        using Sample a = Sample.Of(device, dtype, dims, i => whole ? (i % 7) - 3 : size * Numbers.Noise(i, 3), layout);
        using Sample b = Sample.Of(device, dtype, dims, i => Numbers.Noise(i, 4), layout);
        using Sample y = Sample.Filled(device, dtype, dims, 99, layout == Layout.Transposed ? Layout.Contiguous : layout);
        Run(name, y.Operand, a.Operand, b.Operand, axis, reverse);
        double[] expected = Expected(name, a.Read(), b.Read(), dims, axis, reverse, dtype);
        double tolerance = dtype == DType.Float32 ? Math.Max(3e-5, dims[axis] * 3e-8) : whole ? 0 : 1e-12;
        Numbers.AssertClose(expected, y.Read(), tolerance, tolerance, $"{name} {dtype} {device} [{string.Join(", ", dims)}] axis {axis} {reverse} {layout}");
    }

    private static void Run(string name, Operand y, Operand a, Operand b, int axis, bool reverse)
    {
        switch (name)
        {
            case "Sum":
                Kernels.Scan.RunNumeric(default(SumScan), y, a, axis, reverse);
                break;
            case "Product":
                Kernels.Scan.RunNumeric(default(ProductScan), y, a, axis, reverse);
                break;
            case "Largest":
                Kernels.Scan.RunNumeric(default(Running<Largest>), y, a, axis, reverse);
                break;
            case "Smallest":
                Kernels.Scan.RunNumeric(default(Running<Smallest>), y, a, axis, reverse);
                break;
            case "LogSumExp":
                Kernels.Scan.Run(default(LogSumExpScan), y, a, a, axis, reverse);
                break;
            default:
                Kernels.Scan.Run(default(RecurrenceScan), y, a, b, axis, reverse);
                break;
        }
    }

    private static double[] Expected(string name, double[] a, double[] b, int[] dims, int axis, bool reverse, DType dtype)
    {
        double[] y = new double[a.Length];
        int step = dims[(axis + 1)..].Aggregate(1, static (product, dim) => product * dim);
        int length = dims[axis];
        for (int line = 0; length > 0 && line < a.Length / length; line++)
        {
            int start = (line / step * step * length) + (line % step);
            double last = name switch
            {
                "Product" => 1,
                "LogSumExp" or "Largest" => double.NegativeInfinity,
                "Smallest" => double.PositiveInfinity,
                _ => 0,
            };
            for (int i = 0; i < length; i++)
            {
                int at = start + ((reverse ? length - 1 - i : i) * step);
                last = name switch
                {
                    "Sum" => last + a[at],
                    "Product" => last * a[at],
                    "Largest" => Math.Max(last, a[at]),
                    "Smallest" => Math.Min(last, a[at]),
                    "LogSumExp" => LogSumExp(last, a[at]),
                    _ => (a[at] * last) + b[at],
                };
                last = dtype switch { DType.Int32 => (int)(long)last, DType.Int64 => (long)last, _ => last };
                y[at] = last;
            }
        }

        return y;
    }

    private static double LogSumExp(double a, double b)
    {
        double larger = Math.Max(a, b);
        return double.IsInfinity(larger) || double.IsNaN(larger) ? larger : larger + Math.Log(Math.Exp(a - larger) + Math.Exp(b - larger));
    }
}
