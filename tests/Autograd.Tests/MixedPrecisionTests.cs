using DeepSharp.Kernels;

namespace DeepSharp.Tests;

[Collection(Alone.Name)]
public class MixedPrecisionTests
{
    private static readonly Device[] s_devices = [Device.Cpu, TestDevice.Gpu];

    public static TheoryData<DType> Types => [DType.Float16, DType.BFloat16];

    [Theory]
    [MemberData(nameof(Types))]
    public void A_dense_layer_multiplies_halves_and_its_parameters_get_Float32_gradients(DType dtype)
    {
        foreach (Device device in s_devices)
        {
            using TensorScope scope = Tensor.Scope();
            float[] values = [.. Enumerable.Range(0, 24).Select(static i => ((i * 37 % 29) - 14) / 15f)];
            Parameter weight = new(Tensor.From(values[..12], [3, 4], device));
            Parameter bias = new(Tensor.From(values[12..15], device));
            Tensor x = Tensor.From(values[..20], [5, 4], device).RequireGrad();
            Tensor y;
            using (new MixedPrecision(dtype))
            {
                y = x.Linear(weight, bias, default(ReLUOp));
            }

            Assert.Equal(dtype, y.DType);
            y.Backward(Tensor.Full(y.Shape, 0.3, dtype, device));
            Assert.Equal((DType.Float32, DType.Float32, DType.Float32), (weight.Gradient!.DType, bias.Gradient!.DType, x.Gradient!.DType));

            // The same by hand: factors rounded, sums in double, Y and the gradient of X rounded.
            double[] w = Rounded(values[..12], dtype);
            double[] a = Rounded(values[..20], dtype);
            double g = Rounded([0.3f], dtype)[0];
            double unit = dtype == DType.Float16 ? 1 / 2048.0 : 1 / 256.0;
            double[] dw = new double[12];
            double[] db = new double[3];
            double[] dx = new double[20];
            float[] actual = y.Detach().To(DType.Float32).ToArray<float>();
            for (int r = 0; r < 5; r++)
            {
                for (int o = 0; o < 3; o++)
                {
                    double z = values[12 + o] + Enumerable.Range(0, 4).Sum(i => a[(r * 4) + i] * w[(o * 4) + i]);
                    Assert.Equal(Math.Max(0, z), actual[(r * 3) + o], (unit * Math.Abs(z)) + 1e-6);
                    for (int i = 0; z > 0 && i < 4; i++)
                    {
                        dw[(o * 4) + i] += g * a[(r * 4) + i];
                        dx[(r * 4) + i] += g * w[(o * 4) + i];
                    }

                    db[o] += z > 0 ? g : 0;
                }
            }

            Close(dw, weight.Gradient!, 1e-6);
            Close(db, bias.Gradient!, 1e-6);
            Close(dx, x.Gradient!, unit * 2);
        }
    }

    [Fact]
    public void What_needs_range_stays_Float32_and_types_meet_in_Float32()
    {
        using MixedPrecision mixed = new(DType.Float16);
        Tensor wide = Tensor.Full([3, 4], 300, device: Device.Cpu);
        Tensor half = wide.To(DType.Float16);
        Tensor[] ranged =
            [half.Sum(), half.Mean(), half.Softmax(), half.LogSoftmax(), half.LayerNorm(), half.Exp(), half.Square(), half.Pow(2.5), half.Log(),
            half.Norm(), half.Variance(), half + wide, wide * half, Tensor.Where(half > 1, half, wide)];
        Assert.All(ranged, static t => Assert.Equal(DType.Float32, t.DType));
        Tensor[] kept = [half.ReLU(), half * 2, half + half, half.Max(), half.Dropout(0.5), wide.MatMul(wide.T), half.MatMul(wide.T)];
        Assert.All(kept, static t => Assert.Equal(DType.Float16, t.DType));
        Assert.Equal(90000, half.Square().Max().Item());
        using (new MixedPrecision(DType.Float32))
        {
            Assert.Equal(DType.Float32, wide.MatMul(wide.T).DType);
        }

        Assert.Equal(DType.Float64, Tensor.Eye(2, DType.Float64).MatMul(Tensor.Eye(2, DType.Float64)).DType);
    }

    [Fact]
    public void Copies_of_parameters_are_made_once_and_again_when_the_parameter_changes()
    {
        Parameter weight = new(Tensor.Ones([4, 4], device: Device.Cpu));
        Tensor x = Tensor.Ones([2, 4], DType.Float16, Device.Cpu);
        using MixedPrecision mixed = new(DType.Float16);
        Assert.Equal(4, x.Linear(weight)[0, 0].Item());
        long again = LaunchCount.Of(() => x.Linear(weight));
        weight.Fill(2);
        Assert.Equal(again + 1, LaunchCount.Of(() => x.Linear(weight)));
        Assert.Equal(8, x.Linear(weight)[0, 0].Item());
        Assert.Equal(8, x.MatMul(weight)[0, 0].Item());
    }

    [Fact]
    public void The_scope_ends_and_the_backward_pass_does_not_depend_on_it()
    {
        Parameter weight = new(Tensor.Ones([4, 4], device: Device.Cpu));
        Tensor x = Tensor.Ones([2, 4], device: Device.Cpu);
        MixedPrecision mixed = new(DType.BFloat16);
        Tensor inside = Checkpoint.Run(static input => input.ReLU(), x.Linear(weight));
        inside.Sum().Backward();
        Assert.All(weight.Gradient!.ToArray<float>(), static v => Assert.Equal(2f, v));
        Tensor loss = Checkpoint.Run(input => input.MatMul(weight), x).Sum();
        mixed.Dispose();
        mixed.Dispose();
        Assert.Equal(DType.Float32, x.Linear(weight).DType);
        loss.Backward();
        Assert.All(weight.Gradient!.ToArray<float>(), static v => Assert.Equal(4f, v));
        Assert.Throws<ArgumentOutOfRangeException>(static () => new MixedPrecision(DType.Int32));
    }

    [Fact]
    public void Gradients_have_gradients()
    {
        Parameter weight = new(Tensor.From([0.5f, -0.25f], [1, 2], Device.Cpu));
        Tensor x = Tensor.From([1f, 2f], [1, 2], Device.Cpu).RequireGrad();
        Tensor y;
        using (new MixedPrecision(DType.Float16))
        {
            // y = (x w)^2 has the gradient 2 (x w) w, the sum of which has the gradient 2 (w1 + w2) w.
            y = x.Linear(weight).To(DType.Float32).Square().Sum();
        }

        Tensor first = Grad.Of(y, [x], createGraph: true)[0]!;
        Assert.Equal(DType.Float32, first.DType);
        Tensor second = Grad.Of(first.Sum(), [x])[0]!;
        Assert.Equal([0.25f, -0.125f], second.ToArray<float>());
    }

    [Fact]
    public void A_weight_of_integers_is_refused_as_without_a_scope()
    {
        Tensor x = Tensor.Ones([2, 4], device: Device.Cpu);
        foreach (DType dtype in (DType[])[DType.Int32, DType.Int64, DType.UInt8, DType.Bool])
        {
            Tensor weight = Tensor.Ones([3, 4], dtype, Device.Cpu);
            string expected = Assert.Throws<ArgumentException>(() => x.Linear(weight)).Message;
            using MixedPrecision mixed = new(DType.BFloat16);
            Assert.Equal(expected, Assert.Throws<ArgumentException>(() => x.Linear(weight)).Message);
            Assert.Contains(dtype.ToString(), expected, StringComparison.Ordinal);
        }
    }

    private static double[] Rounded(float[] values, DType dtype) => Array.ConvertAll(
        Tensor.From(values, Device.Cpu).To(dtype).To(DType.Float32).ToArray<float>(), static v => (double)v);

    private static void Close(double[] expected, Tensor actual, double relative)
    {
        float[] values = actual.ToArray<float>();
        Assert.Equal(expected.Length, values.Length);
        double size = expected.Max(Math.Abs);
        for (int i = 0; i < values.Length; i++)
        {
            Assert.Equal(expected[i], values[i], relative * size);
        }
    }
}
