using DeepSharp.Testing;

namespace DeepSharp.Tests;

/// <summary>Jacobians, Hessians and their products with vectors, against torch.autograd.functional and closed forms.</summary>
public class DerivativeTests
{
    private static readonly Dictionary<string, Func<IReadOnlyList<Tensor>, Tensor>> s_functions = new()
    {
        ["product"] = static x => x[0].MatMul(x[1]),
        ["tanh of the first"] = static x => x[0].Tanh(),
        ["softmax"] = static x => x[0].MatMul(x[1]).Softmax(1)[0],
        ["value"] = static x => (x[0].Exp() * x[1].T).Sum(),
        ["cubic"] = static x => x[0].MatMul(x[1]).Pow(3).Sum(),
        ["linear"] = static x => (2 * x[0]).Sum() + x[1].Sum(),
        ["log-sum-exp"] = static x => x[0].MatMul(x[1]).Reshape(4).LogSumExp([0]) + x[0].Sin().Sum(),
    };

    public static IEnumerable<object[]> Names => Golden.Names("derivatives", "jacobian", "vjp", "jvp", "hessian", "hvp");

    [Theory]
    [MemberData(nameof(Names))]
    public void Derivatives_agree_with_PyTorch(string name)
    {
        GoldenCase golden = Golden.Load("derivatives")[name];
        using TensorScope scope = Tensor.Scope();
        Func<IReadOnlyList<Tensor>, Tensor> function = s_functions[name.Split('/')[1]];
        Tensor[] inputs = [golden.Inputs["x"].Tensor(), golden.Inputs["y"].Tensor()];
        foreach (bool createGraph in (bool[])[false, true])
        {
            // Whatever mode is on, and whether or not the inputs have a place in a graph already.
            using NoGrad? off = createGraph ? null : new NoGrad();
            Tensor[] given = createGraph ? [inputs[0].Clone().RequireGrad(), inputs[1]] : inputs;
            foreach ((string key, Tensor value) in Of(golden, function, given, createGraph))
            {
                golden.Outputs[key].Matches(value);
                Assert.True(createGraph || !value.RequiresGrad);
            }
        }
    }

    [Fact]
    public void A_quadratic_form_has_the_derivatives_of_textbooks()
    {
        // f = xᵀ A x: gradient (A + Aᵀ) x, Hessian A + Aᵀ.
        using TensorScope scope = Tensor.Scope();
        Tensor a = Tensor.From(new[,] { { 1.0, 2, 0 }, { -1, 3, 5 }, { 4, 0.5, -2 } }, Device.Cpu);
        Tensor x = Tensor.From([1.0, -2, 0.5], Device.Cpu);
        Tensor v = Tensor.From([0.25, 1.0, -3], Device.Cpu);
        Tensor symmetric = a + a.T;
        double[] expected = symmetric.ToArray<double>();
        Tensor F(Tensor z) => z.MatMul(a).MatMul(z);
        Assert.Equal(expected, Grad.Hessian(F, x).ToArray<double>());
        Assert.Equal(symmetric.MatMul(x).ToArray<double>(), Grad.Jacobian(F, x).ToArray<double>());
        (Tensor value, Tensor product) = Grad.HessianVectorProduct(F, x, v);
        Assert.Equal(symmetric.MatMul(v).ToArray<double>(), product.ToArray<double>());
        Assert.Equal(F(x).Item(), value.Item());
        Assert.Equal(a.MatMul(v).ToArray<double>(), Grad.JacobianVectorProduct(z => a.MatMul(z), x, v).Product.ToArray<double>());
        Assert.Equal(v.MatMul(a).ToArray<double>(), Grad.VectorJacobianProduct(z => a.MatMul(z), x, v).Product.ToArray<double>());
        Assert.Equal([3, 3, 3], Grad.Jacobian(z => z.Unsqueeze(0) * a, x).Shape);
        Assert.Equal([0, 3], Grad.Jacobian(static z => z.Narrow(0, 0, 0), x).Shape);
    }

    [Fact]
    public void With_a_graph_the_results_have_derivatives_themselves()
    {
        using TensorScope scope = Tensor.Scope();
        Tensor x = Tensor.From([0.5, -1.5, 2.0], Device.Cpu);
        Tensor v = Tensor.From([1.0, 0.5, -2], Device.Cpu);
        Tensor weights = Tensor.From([1.0, -2, 3, 0.5, 1, 2, -1, 0.25, 1], [3, 3], Device.Cpu);
        GradCheck.Run(xs => Grad.Jacobian(static z => z.Exp() * z.Sum(), xs[0], createGraph: true) * weights, [x], order: 2);
        GradCheck.Run(xs => Grad.Hessian(static z => (z.Sin() * z.Sum()).Sum(), xs[0], createGraph: true) * weights, [x], order: 2);
        GradCheck.Run(static xs => Grad.JacobianVectorProduct(static z => z.Exp() * z.Sum(), xs[0], xs[1], createGraph: true).Product, [x, v], order: 2);
        GradCheck.Run(static xs => Grad.VectorJacobianProduct(static z => z.Exp() * z.Sum(), xs[0], xs[1], createGraph: true).Product, [x, v], order: 2);
        GradCheck.Run(static xs => Grad.HessianVectorProduct(static z => (z.Sin() * z.Sum()).Sum(), xs[0], xs[1], createGraph: true).Product, [x, v], order: 2);

        // Only what goes through the argument counts: x itself is a constant in there.
        Tensor leaf = x.Clone().RequireGrad();
        Assert.Equal([1.0, 0, 0, 0, 1, 0, 0, 0, 1], Grad.Jacobian(z => z + leaf, leaf, createGraph: true).ToArray<double>());
        Assert.Null(leaf.Gradient);
    }

    [Fact]
    public void Errors_name_the_shapes_and_the_remedy()
    {
        using TensorScope scope = Tensor.Scope();
        Tensor x = Tensor.Ones([2, 3], device: Device.Cpu);
        Fails(() => Grad.Hessian(static z => z, x), "Hessian", "[2, 3]", "one element");
        Fails(() => Grad.HessianVectorProduct(static z => z.Sum(), x, x[0]), "HessianVectorProduct", "[3]", "input 0 is [2, 3]");
        Fails(() => Grad.VectorJacobianProduct(static z => z.Sum(0), x, x), "VectorJacobianProduct", "[2, 3]", "the output is [3]");
        Fails(() => Grad.JacobianVectorProduct(static z => z[0], [x, x], [x]), "1 vectors for 2 inputs");
        Fails(() => Grad.Jacobian(static z => z, x.To(DType.Int64)), "Int64", "floating-point");
        Assert.Throws<InvalidOperationException>(() => Grad.Jacobian(static z => null!, x));
    }

    private static (string, Tensor)[] Of(GoldenCase golden, Func<IReadOnlyList<Tensor>, Tensor> function, Tensor[] inputs, bool createGraph)
    {
        Tensor Vector(string name) => golden.Inputs[name].Tensor();
        switch (golden.Kind)
        {
            case "jacobian":
                Tensor[] jacobian = Grad.Jacobian(function, inputs, createGraph);
                return [("x", jacobian[0]), ("y", jacobian[1])];
            case "hessian":
                Tensor[][] hessian = Grad.Hessian(function, inputs, createGraph);
                return [("xx", hessian[0][0]), ("xy", hessian[0][1]), ("yx", hessian[1][0]), ("yy", hessian[1][1])];
            case "vjp":
                (Tensor output, Tensor[] products) = Grad.VectorJacobianProduct(function, inputs, Vector("w"), createGraph);
                return [("output", output), ("x", products[0]), ("y", products[1])];
            case "jvp":
                (output, Tensor product) = Grad.JacobianVectorProduct(function, inputs, [Vector("v"), Vector("u")], createGraph);
                return [("output", output), ("product", product)];
            default:
                (output, products) = Grad.HessianVectorProduct(function, inputs, [Vector("v"), Vector("u")], createGraph);
                return [("output", output), ("x", products[0]), ("y", products[1])];
        }
    }

    private static void Fails(Func<object?> action, params string[] words)
    {
        ArgumentException error = Assert.ThrowsAny<ArgumentException>(action);
        Assert.All(words, word => Assert.Contains(word, error.Message, StringComparison.Ordinal));
    }
}
