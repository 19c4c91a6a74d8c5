using ILGPU;

namespace DeepSharp.Kernels;

/// <summary>Adds up weighted numbers that are on the device: a mean over many steps in one launch each, without waiting.</summary>
public static class RunningSum
{
    private const string Name = "RunningSum";

    /// <summary>sums[0] += scale · value; sums[1] += weight.</summary>
    /// <param name="sums">Two contiguous Float64; set them to zero first.</param>
    /// <param name="value">One element of Float32 or Float64.</param>
    /// <param name="scale">The factor of the value.</param>
    /// <param name="weight">What the value counts.</param>
    /// <exception cref="ArgumentException">The operands do not fit together.</exception>
    public static void Add(in Operand sums, in Operand value, double scale, double weight)
    {
        Check(sums, value, value);
        Run(sums, value, value, scale, weight, false);
    }

    /// <summary>sums[0] += weight · value; sums[1] += weight. A weight of 0 adds nothing, whatever the value is.</summary>
    /// <param name="sums">Two contiguous Float64; set them to zero first.</param>
    /// <param name="value">One element of Float32 or Float64.</param>
    /// <param name="weight">What the value counts: one element of the same type.</param>
    /// <exception cref="ArgumentException">The operands do not fit together.</exception>
    public static void Add(in Operand sums, in Operand value, in Operand weight)
    {
        Check(sums, value, weight);
        Run(sums, value, weight, 0, 0, true);
    }

    private static void Check(in Operand sums, in Operand value, in Operand weight)
    {
        SoftmaxChecks.SameDevice(Name, sums, value);
        SoftmaxChecks.SameDevice(Name, weight, value);
        SoftmaxChecks.Contiguous(Name, sums);
        if (sums.DType != DType.Float64 || sums.Count != 2)
        {
            throw new ArgumentException(
                $"{Name}: sums of type {sums.DType} and shape {ReductionChecks.Text(sums)}. They are two Float64.", nameof(sums));
        }

        if (value.Count != 1 || weight.Count != 1 || value.DType is not (DType.Float32 or DType.Float64) || weight.DType != value.DType)
        {
            throw new ArgumentException(
                $"{Name}: a value {ReductionChecks.Text(value)} of {value.DType} with a weight {ReductionChecks.Text(weight)} of {weight.DType}. "
                + "Both are one element of Float32, or of Float64.",
                nameof(value));
        }
    }

    private static void Run(in Operand sums, in Operand value, in Operand weight, double scale, double constant, bool weighted)
    {
        if (value.DType == DType.Float32)
        {
            Run<F32>(sums, value, weight, scale, constant, weighted);
        }
        else
        {
            Run<F64>(sums, value, weight, scale, constant, weighted);
        }
    }

    private static unsafe void Run<T>(in Operand sums, in Operand value, in Operand weight, double scale, double constant, bool weighted)
        where T : unmanaged, IScalar<T>
    {
        Device device = sums.Device;
        if (device.IsHost)
        {
            device.CountLaunch();
            double* sum = sums.Host<double>();
            double counts = weighted ? T.ToDouble(*weight.Host<T>()) : constant;
            sum[0] += Term(T.ToDouble(*value.Host<T>()), counts, scale, weighted ? 1 : 0);
            sum[1] += counts;
            return;
        }

        device.Kernel<Key<T>, Action<KernelConfig, ArrayView<double>, ArrayView<T>, ArrayView<T>, double, double, int>>(
            static accelerator => accelerator.Launcher<ArrayView<double>, ArrayView<T>, ArrayView<T>, double, double, int>(Kernel))(
                new KernelConfig(1, 1), sums.View<double>(), value.View<T>(), weight.View<T>(), scale, constant, weighted ? 1 : 0);
    }

    private static double Term(double value, double weight, double scale, int weighted) =>
        weighted == 0 ? scale * value : weight == 0 ? 0 : weight * value;

    private static void Kernel<T>(ArrayView<double> sums, ArrayView<T> value, ArrayView<T> weight, double scale, double constant, int weighted)
        where T : unmanaged, IScalar<T>
    {
        double counts = weighted == 0 ? constant : T.ToDouble(weight[0]);
        sums[0] += Term(T.ToDouble(value[0]), counts, scale, weighted);
        sums[1] += counts;
    }

    private readonly struct Key<T>;
}
