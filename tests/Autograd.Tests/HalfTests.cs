using DeepSharp.Kernels;
using DeepSharp.Testing;

namespace DeepSharp.Tests;

/// <summary>Operators of 16-bit floats and their gradients, against the same operators in Float32 of the same numbers.</summary>
public class HalfTests
{
    // An operator of a matrix [4, 6] of numbers between 1/4 and 2, and how many roundings to 16 bits its gradient may pass.
    private static readonly Dictionary<string, Func<Tensor, Tensor>> s_operators = new()
    {
        ["sum"] = x => x.Sum(1),
        ["mean"] = x => x.Mean(),
        ["max"] = x => x.Max(0),
        ["variance"] = x => x.Variance([1]),
        ["deviation"] = x => x.StandardDeviation([0]),
        ["logsumexp"] = x => x.LogSumExp([1]),
        ["norm"] = x => x.Norm(),
        ["softmax"] = x => x.Softmax(1),
        ["log softmax"] = x => x.LogSoftmax(0),
        ["layer norm"] = x => x.LayerNorm(),
        ["batch norm"] = x => x.BatchNorm(null, null, null, null, 0.1, 1e-5),
        ["relu"] = x => (x - 1).ReLU(),
        ["tanh"] = x => x.Tanh(),
        ["gelu"] = x => x.GELU(),
        ["exp"] = x => x.Exp(),
        ["power"] = x => x.Pow(2.5),
        ["quotient"] = x => x / (x.Square() + 1),
        ["broadcast"] = x => x * x[0] + x[.., 1..2],
        ["product"] = x => x.MatMul(x.T),
        ["batched product"] = x => x.Reshape([2, 2, 6]).MatMul(x.Reshape([2, 6, 2])),
        ["dense"] = x => x.Linear(x[..3], x[0, ..3]),
        ["dense, tanh"] = x => (x * 0.125).Linear(x[..3], x[0, ..3], default(TanhOp)),
        ["where"] = x => Tensor.Where(x > 1, x, -x),
        ["gather"] = x => x.IndexSelect(Tensor.From([2L, 0, 2], x.Device)),
        ["scatter"] = x => x.IndexAdd(Tensor.From([1, 1], x.Device), x[..2]),
        ["concatenate"] = x => Tensor.Concatenate([x, x.T.Reshape(4, 6)]),
        ["dropout"] = x => x.Dropout(0.5, new Generator(3)),
        ["views"] = x => x.T[1..3].Expand([2, 2, 4]).Permute(2, 0, 1),
        ["cross-entropy"] = x => x.SoftmaxCrossEntropy(Tensor.From([0L, 5, 2, 1], x.Device), 0.1),
    };

    public static TheoryData<string> Names => [.. s_operators.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Values_and_gradients_are_those_of_Float32(string name)
    {
        foreach (Device device in (Device[])[Device.Cpu, TestDevice.Gpu])
        {
            foreach (DType dtype in (DType[])[DType.Float16, DType.BFloat16])
            {
                using TensorScope scope = Tensor.Scope();
                double unit = dtype == DType.Float16 ? 1 / 2048.0 : 1 / 256.0;
                float[] numbers = [.. Enumerable.Range(0, 24).Select(static i => 0.25f + (i * 37 % 28 / 16f))];
                Tensor half = Tensor.From(numbers, [4, 6], device).To(dtype).RequireGrad();
                Tensor wide = half.Detach().To(DType.Float32).RequireGrad();
                Tensor y = s_operators[name](half);
                Tensor expected = s_operators[name](wide);
                Assert.Equal((dtype, expected.Shape), (y.DType, y.Shape));
                Close(expected, y, unit, $"{name} {dtype} {device}");

                Tensor upstream = Tensor.Arange(y.Count, dtype, device).Reshape(y.Shape) / y.Count;
                y.Backward(upstream + 0.5);
                expected.Backward((upstream + 0.5).To(DType.Float32));
                Assert.Equal(dtype, half.Gradient!.DType);
                Close(wide.Gradient!, half.Gradient!, unit, $"gradient of {name} {dtype} {device}");
            }
        }
    }

    [Theory]
    [InlineData(DType.Float16, "cast/float16")]
    [InlineData(DType.BFloat16, "cast/bfloat16")]
    public void Casts_round_as_PyTorch_rounds(DType dtype, string name)
    {
        GoldenCase golden = Golden.Load("half")[name];
        foreach (Device device in (Device[])[Device.Cpu, TestDevice.Gpu])
        {
            Tensor rounded = golden.Inputs["input"].Tensor().To(device).To(dtype).To(DType.Float32);
            Assert.Equal(golden.Outputs["output"].ToFloats(), rounded.ToArray<float>());
        }
    }

    [Theory]
    [InlineData(DType.Float16, "matmul/float16")]
    [InlineData(DType.BFloat16, "matmul/bfloat16")]
    public void Products_and_their_gradients_are_those_of_PyTorch(DType dtype, string name)
    {
        GoldenCase golden = Golden.Load("half")[name];
        foreach (Device device in (Device[])[Device.Cpu, TestDevice.Gpu])
        {
            Tensor a = golden.Inputs["a"].Tensor().To(device).To(dtype).RequireGrad();
            Tensor b = golden.Inputs["b"].Tensor().To(device).To(dtype).RequireGrad();
            Tensor product = a.MatMul(b);
            product.Backward(golden.OutputGradients["output"].Tensor().To(device).To(dtype));

            // Sums in another order may round to the other neighbour.
            foreach ((GoldenArray expected, Tensor actual) in ((GoldenArray, Tensor)[])[
                (golden.Outputs["output"], product), (golden.Gradients["a"], a.Gradient!), (golden.Gradients["b"], b.Gradient!)])
            {
                expected.AssertClose(actual.Detach().To(DType.Float32).ToArray<float>(), dtype == DType.Float16 ? 1 / 1024.0 : 1 / 128.0, 1e-5);
            }
        }
    }

    [Fact]
    public void Sums_at_indices_have_the_type_of_what_they_are_added_to()
    {
        using TensorScope scope = Tensor.Scope();
        Tensor sum = Tensor.From([100_000f, 1], Device.Cpu).IndexAdd(Tensor.From([0], Device.Cpu), Tensor.From([(Half)2], Device.Cpu));
        Assert.Equal(DType.Float32, sum.DType);
        Assert.Equal([100_002f, 1], sum.ToArray<float>());
    }

    [Fact]
    public void Casts_pass_gradients_back_in_the_type_they_came_from()
    {
        Tensor x = Tensor.From([1f, 2f], Device.Cpu).RequireGrad();
        (x.To(DType.Float16) * 3).To(DType.Float64).Sum().Backward();
        Assert.Equal([3f, 3f], x.Gradient!.ToArray<float>());
    }

    [Fact]
    public void Comparisons_and_positions_are_exact()
    {
        Tensor x = Tensor.From([1.0, 3, 2], Device.Cpu).To(DType.BFloat16);
        Assert.Equal([false, true, true], (x > 1.5).ToArray<bool>());
        Assert.Equal(1, x.ArgMax().Item());
        Assert.Equal(0, x.ArgMin().Item());
    }

    [Fact]
    public void Sums_do_not_stop_where_the_16_bit_type_does()
    {
        // 4,096 ones: adding one by one in Float16 would stop at 2,048, in BFloat16 at 256.
        foreach (DType dtype in (DType[])[DType.Float16, DType.BFloat16])
        {
            Assert.Equal(4096, Tensor.Ones([4096], dtype, Device.Cpu).Sum().Item());
            Assert.Equal(4096, Tensor.Ones([4096], dtype, Device.Cpu).MatMul(Tensor.Ones([4096], dtype, Device.Cpu)).Item());
        }

        Assert.Equal(20000, Tensor.Full([4], 10000, DType.Float16, Device.Cpu).Norm().Item());
    }

    [Fact]
    public void Types_that_differ_are_refused_and_so_are_parameters_of_16_bits()
    {
        Tensor half = Tensor.Ones([2], DType.Float16, Device.Cpu);
        Assert.Throws<ArgumentException>(() => half + Tensor.Ones([2], DType.Float32, Device.Cpu));
        ArgumentException error = Assert.Throws<ArgumentException>(() => new Parameter(half));
        Assert.Contains("To(DType.Float32)", error.Message, StringComparison.Ordinal);
    }

    private static void Close(Tensor expected, Tensor actual, double unit, string what)
    {
        // Some operators are made of others, each of which rounds; near zero what counts is the size of the terms.
        float[] e = expected.Detach().To(DType.Float32).ToArray<float>();
        float[] a = actual.Detach().To(DType.Float32).ToArray<float>();
        double size = e.Max(static v => Math.Abs(v));
        for (int i = 0; i < e.Length; i++)
        {
            double allowed = unit * ((2 * Math.Abs(e[i])) + (2 * size)) + 1e-6;
            Assert.True(Math.Abs(e[i] - a[i]) <= allowed, $"{what} [{i}]: expected {e[i]}, got {a[i]}");
        }
    }
}
