using DeepSharp.Layers;

namespace DeepSharp.Tests;

/// <summary>Layers, losses and initialisers say which argument is null.</summary>
public class NullTests
{
    [Fact]
    public void Every_layer_names_a_null_input()
    {
        Module[] layers =
        [
            new Dense(2, 2, device: Device.Cpu), new BatchNorm(2, device: Device.Cpu), new LayerNorm(2, device: Device.Cpu), new RMSNorm(2, device: Device.Cpu), new Embedding(2, 2, device: Device.Cpu),
            new Dropout(0.5), new Flatten(), new ReLU(), new LeakyReLU(), new ELU(), new GELU(), new GELU(true), new SiLU(), new Sigmoid(), new Softplus(), new Tanh(),
            new Softmax(), new LogSoftmax(), new Residual(new ReLU()), new Sequential(), new Sequential(new ReLU(), new Dense(2, 2, device: Device.Cpu)), new Ensemble([new ReLU()]),
        ];
        foreach (Module layer in layers)
        {
            foreach (bool training in (bool[])[true, false])
            {
                if (training)
                {
                    layer.Train();
                }
                else
                {
                    layer.Eval();
                }

                Exception? error = Record.Exception(() => layer.Forward(null!));
                Assert.True(error is ArgumentNullException { ParamName.Length: > 0 }, $"{layer.GetType().Name}: {error?.GetType().Name}");
            }
        }
    }

    [Fact]
    public void Every_loss_names_a_null_prediction_or_target()
    {
        using TensorScope scope = Tensor.Scope();
        Tensor x = Tensor.Ones([2, 2], device: Device.Cpu);
        foreach (Loss loss in (Loss[])[
            new CrossEntropyLoss(), new MeanSquaredErrorLoss(), new MeanAbsoluteErrorLoss(), new HuberLoss(), new BinaryCrossEntropyLoss(), new BinaryCrossEntropyWithLogitsLoss(),
            new MultiLabelMarginLoss()])
        {
            Assert.NotEmpty(Assert.Throws<ArgumentNullException>(() => loss.Compute(null!, x)).ParamName!);
            Assert.NotEmpty(Assert.Throws<ArgumentNullException>(() => loss.Compute(x, null!)).ParamName!);
        }
    }

    [Fact]
    public void Modules_and_initialisers_of_users_that_give_null_or_something_else_are_named()
    {
        using TensorScope scope = Tensor.Scope();
        Tensor x = Tensor.Ones([2, 2], device: Device.Cpu);
        Says<ArgumentNullException>(() => _ = new Sequential(new ReLU(), null!), "module");
        Says<ArgumentNullException>(() => _ = new Residual((Module)null!), "module");
        foreach (Module network in (Module[])[new Sequential(new Custom(_ => null!), new ReLU()), new Residual(new Custom(_ => null!)), new Ensemble([new Custom(_ => null!)])])
        {
            Says<InvalidOperationException>(() => network.Forward(x), "Custom", "null");
        }

        Says<InvalidOperationException>(() => _ = new Dense(2, 2, weightInitializer: new CustomStart(() => null!), device: Device.Cpu), "CustomStart", "null");
        Says<InvalidOperationException>(() => _ = new Dense(2, 2, weightInitializer: new CustomStart(() => Tensor.Ones([2], device: Device.Cpu)), device: Device.Cpu), "CustomStart", "[2]", "[2, 2]");
        Says<InvalidOperationException>(() => _ = new Dense(2, 2, weightInitializer: new CustomStart(() => Tensor.Ones([2, 2], DType.Float64, Device.Cpu)), device: Device.Cpu), "CustomStart", "Float64", "Float32");
        Says<InvalidOperationException>(() => _ = new Dense(2, 2, weightInitializer: new CustomStart(() => Tensor.Ones([2, 2], device: TestDevice.Gpu)), device: Device.Cpu), "CustomStart", TestDevice.Gpu.ToString());
    }

    private static void Says<TError>(Action call, params string[] parts)
        where TError : Exception
    {
        string message = Assert.Throws<TError>(call).Message;
        Assert.All(parts, part => Assert.Contains(part, message, StringComparison.Ordinal));
    }

    private sealed class Custom(Func<Tensor, Tensor> forward) : Module
    {
        public override Tensor Forward(Tensor input) => forward(input);
    }

    private sealed class CustomStart(Func<Tensor> create) : Initializer
    {
        public override Tensor Create(Shape shape, DType dtype = DType.Float32, Device? device = null, Generator? generator = null) => create();
    }
}
