namespace DeepSharp.Tests;

/// <summary>What cannot be done is refused at the call, with operator, shapes and remedy.</summary>
public class ErrorTests
{
    private static readonly Tensor s_two = Tensor.Ones([2, 3], DType.Float32, Device.Cpu).Keep();
    private static readonly Tensor s_double = Tensor.Ones([2, 3], DType.Float64, Device.Cpu).Keep();
    private static readonly Tensor s_emulated = Tensor.Ones([2, 3], DType.Float32, TestDevice.Gpu).Keep();
    private static readonly Tensor s_integers = Tensor.Ones([2, 3], DType.Int32, Device.Cpu).Keep();
    private static readonly Tensor s_bytes = Tensor.Ones([2, 3], DType.UInt8, Device.Cpu).Keep();
    private static readonly Tensor s_other = Tensor.Ones([4, 5], DType.Float32, Device.Cpu).Keep();

    private static readonly Tensor s_image = Tensor.Ones([2, 3, 4, 5], DType.Float32, Device.Cpu).Keep();
    private static readonly Tensor s_kernel = Tensor.Ones([6, 2, 2, 2], DType.Float32, Device.Cpu).Keep();

    // The call, and what its message must contain.
    private static readonly (Func<Tensor> Call, string[] Says)[] s_calls =
    [
        (() => s_two + s_other, ["Add", "[2, 3]", "[4, 5]", "reshape"]),
        (() => s_two - s_double, ["Subtract", "Float32", "Float64", "To(DType)"]),
        (() => s_two * s_emulated, ["Multiply", "cpu", TestDevice.Gpu.ToString(), "To(Device)"]),
        (() => s_integers / s_integers, ["Divide", "Int32", "To(DType.Float32)"]),
        (() => s_bytes + s_bytes, ["Add", "UInt8", "To(DType.Int32)"]),
        (() => s_two.Reshape(-1, -1), ["Reshape", "[-1, -1]", "[2, 3]", "only one"]),
        (() => s_two[2], ["Index", "2", "axis 0", "[2, 3]", "-2 to 1"]),
        (() => s_two[..0][0], ["Index", "axis 0", "[0, 3]", "empty"]),
        (() => s_two[.., 1..5], ["Index", "1..5", "axis 1", "[2, 3]", "not cut off"]),
        (() => s_two[0, 0, 0], ["Index", "3 places", "[2, 3]", "at most 2"]),
        (() => s_two.IndexSelect(Tensor.From([0, 2], Device.Cpu)), ["IndexSelect", "index 2", "[1]", "0 … 1", "Correct"]),
        (() => s_two.IndexAdd(Tensor.From([0, -1], Device.Cpu), s_two), ["IndexAdd", "index -1", "[1]", "0 … 1", "Correct"]),
        (() => s_two.Pow(s_other), ["Pow", "[2, 3]", "[4, 5]"]),
        (() => Tensor.Maximum(s_two, s_double), ["Maximum", "Float32", "Float64"]),
        (() => s_two > s_other, ["Greater", "[2, 3]", "[4, 5]"]),
        (() => s_two.Equal(s_double), ["Equal", "Float32", "Float64"]),
        (() => Tensor.Where(s_two, s_two, s_two), ["Where", "Float32", "Bool", "Compare"]),
        (() => Tensor.Where(s_two > 0, s_two, s_double), ["Where", "Float32", "Float64"]),
        (() => Tensor.Where(s_two > 0, s_other, s_other), ["Where", "[2, 3]", "[4, 5]"]),
        (() => s_integers.Exp(), ["Exp", "Int32", "[2, 3]", "To(DType.Float32)"]),
        (() => s_two.Clamp(2, 1), ["Clamp", "2", "1"]),
        (() => s_two.Clamp(double.NaN, 1), ["Clamp", "NaN"]),
        (() => s_two.Sum(2), ["Sum", "[2, 3]", "-2 to 1"]),
        (() => s_two.Sum([0, -2]), ["Sum", "[2, 3]", "twice"]),
        (() => s_integers.Mean(), ["Mean", "Int32", "To(DType.Float32)"]),
        (() => s_two.MatMul(s_other), ["MatMul", "[2, 3]", "[4, 5]", "ranspose"]),
        (() => s_integers.MatMul(s_integers.T), ["MatMul", "Int32", "To(DType.Float32)"]),
        (() => s_two.MatMul(s_double.T), ["MatMul", "Float32", "Float64"]),
        (() => s_two.Linear(s_other), ["Linear", "[2, 3]", "[4, 5]", "[outputs, inputs]"]),
        (() => s_two.Linear(s_two, s_two), ["Linear", "bias"]),
        (() => s_image.Conv2D(s_kernel), ["Conv2D", "[2, 3, 4, 5]", "3 channels", "[6, 2, 2, 2]", "takes 2", "groups"]),
        (() => s_image.Conv2D(s_two), ["Conv2D", "[2, 3, 4, 5]", "[2, 3]", "[N, C, H, W]", "[outputs, C / groups"]),
        (() => s_two.ConvTranspose2D(s_kernel), ["ConvTranspose2D", "[2, 3]", "[6, 2, 2, 2]", "[C, outputs / groups"]),
        (() => s_image[.., ..2].Conv2D(s_kernel, groups: 4), ["Conv2D", "4 groups", "[6, 2, 2, 2]", "divides"]),
        (() => s_image[.., ..2].Conv2D(s_kernel, s_two[0]), ["Conv2D", "bias", "[3]", "6 output channels", "[6]"]),
        (() => s_image[.., ..2].Conv2D(s_kernel, dilation: 4), ["Conv2D", "[6, 2, 2, 2]", "dilation (4, 4)", "[2, 2, 4, 5]", "wider", "padding"]),
        (() => s_image[.., ..2].Conv2D(s_kernel, stride: (1, 0)), ["Conv2D", "stride", "at least 1", "is 0"]),
        (() => s_image[.., ..2].Conv2D(s_kernel, stride: (1, 1, 1)), ["Conv2D", "stride", "(1, 1, 1)", "2 axes"]),
        (() => s_image[.., ..2].Conv2D(s_kernel, padding: -1), ["Conv2D", "padding", "at least 0", "is -1"]),
        (() => s_image[.., ..2].Conv2D(s_kernel, groups: 0), ["Conv2D", "groups", "at least 1", "is 0"]),
        (() => s_image[.., ..2].Conv2D(s_kernel, stride: 2, padding: ConvolutionPadding.Same), ["Conv2D", "same padding", "stride 1", "(2, 2)"]),
        (() => s_image[.., ..2].Conv2D(s_kernel, padding: 4, paddingMode: PaddingMode.Reflect), ["Conv2D", "Reflect", "4", "axis 2", "[2, 2, 4, 5]", "at most 3"]),
        (() => s_image[.., ..2].Conv2D(s_kernel.To(DType.Float64)), ["Conv2D", "Float32", "Float64", "To(DType)"]),
        (() => s_image[.., ..2].Conv2D(s_kernel.To(TestDevice.Gpu)), ["Conv2D", "cpu", TestDevice.Gpu.ToString(), "To(Device)"]),
        (() => s_image[.., ..2].Conv2D(s_kernel, padding: 1 << 30), ["Conv2D", "2, 6, ", "2,147,483,647"]),
        (() => s_image.ConvTranspose2D(s_kernel[..3], stride: 1 << 30), ["ConvTranspose2D", "2, 2, ", "2,147,483,647"]),
        (() => s_image.To(DType.Int32).Conv2D(s_kernel), ["Conv2D", "Int32", "[2, 3, 4, 5]", "To(DType.Float32)"]),
        (() => s_image.ConvTranspose2D(s_kernel), ["ConvTranspose2D", "3 channels", "takes 6"]),
        (() => s_kernel[..1].ConvTranspose2D(s_kernel[..2], stride: 2, outputPadding: 2), ["ConvTranspose2D", "output padding", "(2, 2)", "less than"]),
        (() => s_kernel[..1].ConvTranspose2D(s_kernel[..2], padding: 2), ["ConvTranspose2D", "[1, 2, 2, 2]", "(2, 2)", "no output"]),
        (() => s_integers.Softmax(), ["Softmax", "Int32", "To(DType.Float32)"]),
        (() => s_two.SoftmaxCrossEntropy(s_two), ["SoftmaxCrossEntropy", "[2, 3]", "integers [N]"]),
        (() => s_two.OneHot(3), ["OneHot", "Float32", "To(DType.Int64)"]),
        (() => s_two[0].BatchNorm(null, null, null, null, 0.1, 1e-5), ["BatchNorm", "[3]"]),
        (() => s_two.Dropout(1), ["Dropout", "[0, 1)"]),
        (() => Tensor.Concatenate([]), ["Concatenate", "at least one"]),
        (() => Tensor.Concatenate([s_two, s_other]), ["Concatenate", "[2, 3]", "[4, 5]", "Reshape"]),
        (() => Tensor.Concatenate([s_two[0, ..1].Expand(2_000_000_000), s_two[0, ..1].Expand(2_000_000_000)]), ["Concatenate", "axis 0", "fewer"]),
        (() => s_two[0, ..1].Expand(65_536).Unsqueeze(1) * s_two[0, ..1].Expand(65_536), ["Multiply", "[65536, 65536]", "2,147,483,647"]),
        (() => s_two[0, ..1].Expand([65_536, 1]).MatMul(s_two[0, ..1].Expand([1, 65_536])), ["MatMul", "[65536, 65536]", "2,147,483,647"]),
        (() => s_two[0, ..1].Expand([1, 65_536, 1]).MatMul(s_two[0, ..1].Expand([1, 1, 65_536])), ["MatMul", "[1, 65536, 65536]"]),
        (() => s_two[0, ..1].Expand([65_536, 1]).Linear(s_two[0, ..1].Expand([65_536, 1])), ["Linear", "[65536, 65536]"]),
        (() => s_two[0, ..1].Expand([2, 65_536]).IndexSelect(Tensor.Zeros([1], DType.Int64, Device.Cpu).Expand(65_536)), ["IndexSelect", "[65536, 65536]"]),
        (() => Tensor.Stack([.. Enumerable.Repeat(s_two[0, ..1].Expand(1_500_000_000), 2)]), ["Concatenate", "[2, 1500000000]"]),
        (() => Tensor.Concatenate([s_two, s_two[0]]), ["Concatenate", "[2, 3]", "[3]"]),
        (() => Tensor.Concatenate([s_two, s_double]), ["Concatenate", "Float64"]),
        (() => s_integers.RequireGrad(), ["RequireGrad", "Int32"]),
        (() => new Parameter(s_integers), ["Parameter", "Int32"]),
    ];

    [Fact]
    public void Wrong_shapes_types_and_devices_are_refused_with_a_remedy()
    {
        using TensorScope scope = Tensor.Scope();
        for (int i = 0; i < s_calls.Length; i++)
        {
            Exception? error = Record.Exception(() => s_calls[i].Call());
            Assert.True(error is ArgumentException or InvalidOperationException, $"call {i} ({s_calls[i].Says[0]}) threw {error}");
            Assert.All(s_calls[i].Says, part => Assert.Contains(part, error!.Message, StringComparison.Ordinal));
        }
    }

    [Fact]
    public void Backward_needs_a_graph_and_a_gradient_of_the_outputs_shape()
    {
        using TensorScope scope = Tensor.Scope();
        Tensor x = Tensor.Ones([2, 3], DType.Float32, Device.Cpu).RequireGrad();
        Says(() => (x * 2).Backward(), "[2, 3]", "Sum()", "Mean()");
        Says(() => s_two.Backward(), "[2, 3]", "RequireGrad()");
        Assert.Contains(
            "[4, 5]", Assert.Throws<ArgumentException>(() => (x * 2).Backward(s_other)).Message, StringComparison.Ordinal);
        Says(() => Grad.Of((x * 2).Sum(), s_two), "Grad.Of", "input 0", "RequireGrad()");
        Says(() => (x * 2).RequireGrad(), "RequireGrad", "Detach()");
    }

    [Fact]
    public void A_gradient_of_another_type_or_device_is_refused()
    {
        using TensorScope scope = Tensor.Scope();
        Tensor x = Tensor.Ones([2, 3], DType.Float32, Device.Cpu).RequireGrad();
        foreach (Tensor wrong in (Tensor[])[s_double, s_emulated])
        {
            string message = Assert.Throws<ArgumentException>(() => x.Square().Backward(wrong)).Message;
            Assert.Contains("Float32", message, StringComparison.Ordinal);
            Assert.Contains("To", message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void What_a_graph_saved_must_not_change_before_its_backward_pass()
    {
        using TensorScope scope = Tensor.Scope();
        Action<Tensor>[] changes =
        [
            static t => t.Fill(3), static t => t.AddInPlace(t), static t => t.CopyFrom<double>([5, 6]), static t => t[0].Fill(1),
            static t => t.CopyFrom(Tensor.From([7.0, 8], Device.Cpu)),
        ];
        foreach (Action<Tensor> change in changes)
        {
            Tensor x = Tensor.From([1.0, 2], Device.Cpu).RequireGrad();
            Tensor y = x.Square();
            Tensor z = y.Exp();
            change(z.Detach());
            Says(() => z.Sum().Backward(), "Exp", "changed in place", "Clone()");
            Tensor again = x.Square().Sum();
            change(x.Detach());
            Says(() => again.Backward(), "Square", "made by From", "changed in place");
        }

        // Changes before the operator, after the pass, and of what no gradient needs, are no harm.
        Tensor free = Tensor.From([1.0, 2], Device.Cpu).RequireGrad();
        free.Detach().Fill(4);
        Tensor sum = (free + 1).Sum();
        free.Detach().Fill(5);
        sum.Backward();
        Tensor square = free.Square().Sum();
        square.Backward();
        free.Detach().Fill(6);
        Assert.Equal([11, 11], free.Gradient!.ToArray<double>());
    }

    [Fact]
    public void A_graph_ends_with_its_scope()
    {
        Tensor loss;
        Tensor x = Tensor.From([1.0], Device.Cpu).RequireGrad();
        using (Tensor.Scope())
        {
            loss = x.Exp().Sum().Keep();
        }

        Says(() => loss.Backward(), "freed", "the scope (Tensor.Scope(), or a step of Batches) in which it was computed has ended", "Keep()");
        Assert.Equal(Math.E, loss.Item(), 1e-14);
        loss.Dispose();

        // Without Keep the tensor is gone as well; and a pass that has used the graph is another fault.
        using (Tensor.Scope())
        {
            loss = x.Exp().Sum();
        }

        string message = Assert.Throws<ObjectDisposedException>(() => loss.Backward()).Message;
        Assert.Contains("at the end of the scope", message, StringComparison.Ordinal);
        Assert.Contains("Keep()", message, StringComparison.Ordinal);
        using TensorScope scope = Tensor.Scope();
        loss = x.Exp().Sum();
        loss.Backward();
        Says(() => loss.Backward(), "earlier backward pass", "retainGraph: true", "Step(() => loss)");
        Says(() => Tensor.Ones([1], device: Device.Cpu).Backward(), "RequireGrad()", "NoGrad", "scope", "Keep()");
    }

    [Fact]
    public void An_error_in_mid_pass_leaves_everything_usable()
    {
        using TensorScope scope = Tensor.Scope();
        Tensor x = Tensor.From([1.0, 2], Device.Cpu).RequireGrad();
        Tensor y = x.Square();
        Tensor z = y.Exp();
        z.Detach().Fill(1);
        Assert.Throws<InvalidOperationException>(() => z.Sum().Backward());
        Assert.True(Grad.IsEnabled);
        Tensor next = x * 3;
        Assert.True(next.BelongsToScope);
        next.Sum().Backward();
        Assert.Equal([3, 3], x.Gradient!.ToArray<double>());
    }

    private static void Says(Action call, params string[] parts)
    {
        string message = Assert.Throws<InvalidOperationException>(call).Message;
        Assert.All(parts, part => Assert.Contains(part, message, StringComparison.Ordinal));
    }
}
