using DeepSharp.Layers;
using DeepSharp.Optim;

namespace DeepSharp.Tests;

/// <summary>Inside a scope of mixed precision, products follow every change of the parameters. All numbers are exact in 16 bits.</summary>
public class MixedPrecisionCopyTests
{
    public static TheoryData<DType> Types => [DType.Float16, DType.BFloat16];

    [Theory]
    [MemberData(nameof(Types))]
    public void Each_step_in_an_open_scope_starts_from_the_weights_of_the_last(DType dtype)
    {
        using TensorScope scope = Tensor.Scope();
        Parameter weight = new(Tensor.From([1f, 3f], [1, 2], Device.Cpu));
        Parameter bias = new(Tensor.From([0f], Device.Cpu));
        SGD optimizer = new([weight, bias], learningRate: 1);
        Tensor x = Tensor.From([2f, -1f], [1, 2], Device.Cpu);
        using MixedPrecision mixed = new(dtype);

        // dw = x and db = 1: w_n = w_0 - n x and b_n = -n, so that w x + b falls by |x|^2 + 1 = 6 a step, from -1.
        for (int step = 0; step < 4; step++)
        {
            optimizer.ZeroGradients();
            Tensor y = x.Linear(weight, bias).To(DType.Float32).Sum();
            Assert.Equal(-1 - (6 * step), y.Item());
            y.Backward();
            optimizer.Step();
        }
    }

    [Fact]
    public void Changes_in_place_of_packed_parameters_are_seen()
    {
        using TensorScope scope = Tensor.Scope();
        Parameter first = new(Tensor.Ones([1, 2], device: Device.Cpu));
        Parameter second = new(Tensor.Ones([1, 2], device: Device.Cpu));
        _ = new SGD([first, second], learningRate: 1);
        Tensor x = Tensor.From([1f, 2f], [1, 2], Device.Cpu);
        using MixedPrecision mixed = new(DType.BFloat16);
        Assert.Equal((3, 3), Products());
        first.Fill(2);
        Assert.Equal((6, 3), Products());
        second.CopyFrom<float>([3, 4]);
        Assert.Equal((6, 11), Products());
        second.CopyFrom(Tensor.From([5.0, 6.0], [1, 2], Device.Cpu));
        Assert.Equal((6, 17), Products());
        first.AddInPlace(second, 2);
        Assert.Equal((40, 17), Products());

        // A view of a parameter writes into its memory.
        second.Narrow(1, 0, 1).Fill(0);
        Assert.Equal((40, 12), Products());

        (double First, double Second) Products() => (x.Linear(first).Item(), x.Linear(second).Item());
    }

    [Fact]
    public void Loaded_and_swapped_weights_are_seen()
    {
        using TensorScope scope = Tensor.Scope();
        Dense model = new(2, 1, weightInitializer: new Constant(1), biasInitializer: new Constant(0), device: Device.Cpu);
        SGD optimizer = new(model.Parameters(), learningRate: 1);
        StochasticWeightAverage average = new(model.Parameters());
        average.Update();
        Tensor x = Tensor.From([1f, 2f], [1, 2], Device.Cpu);
        using MixedPrecision mixed = new(DType.BFloat16);
        Assert.Equal(3, model.Forward(x).Item());
        model.LoadState(new Dictionary<string, Tensor>
        {
            ["weight"] = Tensor.From([4f, 5f], [1, 2], Device.Cpu),
            ["bias"] = Tensor.From([1f], Device.Cpu),
        });
        Assert.Equal(15, model.Forward(x).Item());

        // The mean is of the first weights alone.
        using (average.Swap())
        {
            Assert.Equal(3, model.Forward(x).Item());
        }

        Assert.Equal(15, model.Forward(x).Item());
        average.CopyToParameters();
        Assert.Equal(3, model.Forward(x).Item());
        Assert.NotNull(optimizer);
    }

    [Fact]
    public void A_graph_minds_changes_of_its_own_parameters_only()
    {
        using TensorScope scope = Tensor.Scope();
        Parameter first = new(Tensor.From([3f, 5f], [2, 1], Device.Cpu));
        Parameter second = new(Tensor.From([7f, 11f], [2, 1], Device.Cpu));
        _ = new SGD([first, second], learningRate: 1);
        Tensor x = Tensor.From([1f, 2f], [1, 2], Device.Cpu).RequireGrad();
        using MixedPrecision mixed = new(DType.BFloat16);
        Tensor a = x.MatMul(first);
        Tensor b = x.MatMul(second);
        second.Fill(1);

        // The 16-bit copies of both are made anew here; those of the first are what they were.
        Assert.Equal(13, x.MatMul(first).Item());
        a.Backward();
        Assert.Equal([3f, 5f], x.Gradient!.ToArray<float>());
        Assert.Throws<InvalidOperationException>(() => b.Backward());
    }

    [Fact]
    public void Parameters_that_are_packed_together_are_converted_by_one_launch()
    {
        using TensorScope scope = Tensor.Scope();
        Parameter first = new(Tensor.Ones([1, 2], device: Device.Cpu));
        Parameter second = new(Tensor.Ones([1, 2], device: Device.Cpu));
        SGD optimizer = new([first, second], learningRate: 1);
        Tensor x = Tensor.Ones([1, 2], DType.BFloat16, Device.Cpu);
        using MixedPrecision mixed = new(DType.BFloat16);
        Forward();
        long products = LaunchCount.Of(Forward);

        // A step that moves nothing makes no copy stale.
        optimizer.Step();
        Assert.Equal(products, LaunchCount.Of(Forward));
        first.Gradient!.Fill(1);
        second.Gradient!.Fill(1);
        optimizer.Step();
        Assert.Equal(products + 1, LaunchCount.Of(Forward));
        Assert.Equal(products, LaunchCount.Of(Forward));

        void Forward()
        {
            _ = x.Linear(first);
            _ = x.Linear(second);
        }
    }
}
