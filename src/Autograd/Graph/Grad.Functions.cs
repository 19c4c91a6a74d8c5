namespace DeepSharp;

/// <content>Derivatives of functions: matrices of them, and their products with vectors. Names and shapes are those of PyTorch's
/// <c>torch.autograd.functional</c>. The functions run while gradients are recorded, whatever <see cref="NoGrad"/> is open around them.</content>
public static partial class Grad
{
    /// <summary>The Jacobian of a function, J[i…, j…] = ∂f(x)[i…] / ∂x[j…]: a backward pass for each element of the output.</summary>
    /// <param name="function">f.</param>
    /// <param name="input">x: floating point.</param>
    /// <param name="createGraph">Whether the result is part of a graph, through x if x takes part in one.</param>
    /// <returns>J, shaped as the output followed by the input; zeros where f does not depend on x.</returns>
    /// <exception cref="ArgumentException">Output and input have more than eight axes together.</exception>
    public static Tensor Jacobian(Func<Tensor, Tensor> function, Tensor input, bool createGraph = false) =>
        Jacobian(Several(function), [input], createGraph)[0];

    /// <summary>The Jacobians of a function by each of its inputs, J_k[i…, j…] = ∂f(x)[i…] / ∂x_k[j…].</summary>
    /// <param name="function">f.</param>
    /// <param name="inputs">Its inputs: floating point.</param>
    /// <param name="createGraph">Whether the results are part of a graph, through those inputs that take part in one.</param>
    /// <returns>One for each input, shaped as the output followed by that input; zeros where f does not depend on it.</returns>
    /// <exception cref="ArgumentException">Output and an input have more than eight axes together.</exception>
    public static Tensor[] Jacobian(Func<IReadOnlyList<Tensor>, Tensor> function, IReadOnlyList<Tensor> inputs, bool createGraph = false)
    {
        using GradMode.Restore mode = GradMode.Set(true);
        (Tensor output, Tensor[] leaves) = Evaluate(nameof(Jacobian), function, inputs, createGraph);
        return Rows(output, leaves, createGraph, isLast: true);
    }

    /// <summary>The Hessian of a function of one value, H[i…, j…] = ∂²f(x) / ∂x[i…] ∂x[j…]: a backward pass for each element of x, through the graph of
    /// the gradient.</summary>
    /// <param name="function">f: its output has one element.</param>
    /// <param name="input">x: floating point.</param>
    /// <param name="createGraph">Whether the result is part of a graph, through x if x takes part in one.</param>
    /// <returns>H, shaped as the input, twice.</returns>
    /// <exception cref="ArgumentException">The output has more than one element, or the input more than four axes.</exception>
    public static Tensor Hessian(Func<Tensor, Tensor> function, Tensor input, bool createGraph = false) =>
        Hessian(Several(function), [input], createGraph)[0][0];

    /// <summary>The blocks of the Hessian of a function of several inputs, H_kl[i…, j…] = ∂²f(x) / ∂x_k[i…] ∂x_l[j…].</summary>
    /// <param name="function">f: its output has one element.</param>
    /// <param name="inputs">Its inputs: floating point.</param>
    /// <param name="createGraph">Whether the results are part of a graph, through those inputs that take part in one.</param>
    /// <returns>[k][l], shaped as input k followed by input l.</returns>
    /// <exception cref="ArgumentException">The output has more than one element, or two inputs more than eight axes together.</exception>
    public static Tensor[][] Hessian(Func<IReadOnlyList<Tensor>, Tensor> function, IReadOnlyList<Tensor> inputs, bool createGraph = false)
    {
        using GradMode.Restore mode = GradMode.Set(true);
        (Tensor output, Tensor[] leaves) = Evaluate(nameof(Hessian), function, inputs, createGraph);
        Tensor[] gradients = Gradients(RequireOne(nameof(Hessian), output), leaves, null, createGraph: true, retainGraph: true);
        return [.. gradients.Select((gradient, i) => Rows(gradient, leaves, createGraph, isLast: i == leaves.Length - 1))];
    }

    /// <summary>The output of a function, and the product vᵀ J of a vector with its Jacobian: Σ_i v[i] ∂f(x)[i] / ∂x[j…]. One backward pass.</summary>
    /// <param name="function">f.</param>
    /// <param name="input">x: floating point.</param>
    /// <param name="vector">v, shaped as the output.</param>
    /// <param name="createGraph">Whether the results are part of a graph, through x and v if they take part in one.</param>
    /// <returns>f(x), and the product, shaped as x.</returns>
    /// <exception cref="ArgumentException">The vector is not like the output.</exception>
    public static (Tensor Output, Tensor Product) VectorJacobianProduct(
        Func<Tensor, Tensor> function, Tensor input, Tensor vector, bool createGraph = false)
    {
        (Tensor output, Tensor[] products) = VectorJacobianProduct(Several(function), [input], vector, createGraph);
        return (output, products[0]);
    }

    /// <summary>The output of a function of several inputs, and the products of a vector with its Jacobians.</summary>
    /// <param name="function">f.</param>
    /// <param name="inputs">Its inputs: floating point.</param>
    /// <param name="vector">v, shaped as the output.</param>
    /// <param name="createGraph">Whether the results are part of a graph, through those inputs that take part in one.</param>
    /// <returns>f(x), and a product for each input, shaped as it is.</returns>
    /// <exception cref="ArgumentException">The vector is not like the output.</exception>
    public static (Tensor Output, Tensor[] Products) VectorJacobianProduct(
        Func<IReadOnlyList<Tensor>, Tensor> function, IReadOnlyList<Tensor> inputs, Tensor vector, bool createGraph = false)
    {
        ArgumentNullException.ThrowIfNull(vector);
        using GradMode.Restore mode = GradMode.Set(true);
        (Tensor output, Tensor[] leaves) = Evaluate(nameof(VectorJacobianProduct), function, inputs, createGraph);
        CheckVector(nameof(VectorJacobianProduct), vector, "the output", output);
        Tensor[] products = Gradients(output, leaves, vector, createGraph, retainGraph: createGraph);
        return (createGraph ? output : output.Detach(), products);
    }

    /// <summary>The output of a function, and the product J v of its Jacobian with a vector, Σ_j ∂f(x)[i…] / ∂x[j] v[j]: how f changes as x
    /// moves along v.</summary>
    /// <remarks>Two backward passes, whatever the number of outputs: uᵀ J is linear in u, and its gradient by u in the direction v is J v.</remarks>
    /// <param name="function">f.</param>
    /// <param name="input">x: floating point.</param>
    /// <param name="vector">v, shaped as the input.</param>
    /// <param name="createGraph">Whether the results are part of a graph, through x and v if they take part in one.</param>
    /// <returns>f(x), and the product, shaped as f(x).</returns>
    /// <exception cref="ArgumentException">The vector is not like the input.</exception>
    public static (Tensor Output, Tensor Product) JacobianVectorProduct(
        Func<Tensor, Tensor> function, Tensor input, Tensor vector, bool createGraph = false) =>
        JacobianVectorProduct(Several(function), [input], [vector], createGraph);

    /// <summary>The output of a function of several inputs, and the sum over them of the products of its Jacobians with vectors.</summary>
    /// <param name="function">f.</param>
    /// <param name="inputs">Its inputs: floating point.</param>
    /// <param name="vectors">One for each input, shaped as it is.</param>
    /// <param name="createGraph">Whether the results are part of a graph, through those inputs and vectors that take part in one.</param>
    /// <returns>f(x), and the product, shaped as f(x).</returns>
    /// <exception cref="ArgumentException">The vectors are not like the inputs.</exception>
    public static (Tensor Output, Tensor Product) JacobianVectorProduct(
        Func<IReadOnlyList<Tensor>, Tensor> function, IReadOnlyList<Tensor> inputs, IReadOnlyList<Tensor> vectors, bool createGraph = false)
    {
        using GradMode.Restore mode = GradMode.Set(true);
        (Tensor output, Tensor[] leaves) = Evaluate(nameof(JacobianVectorProduct), function, inputs, createGraph);
        CheckVectors(nameof(JacobianVectorProduct), vectors, leaves);
        Tensor seed = Tensor.ZerosLike(output).RequireGrad();
        Tensor[] products = Gradients(output, leaves, seed, createGraph: true, retainGraph: true);
        Tensor product = Directional(products, vectors, [seed], createGraph)[0];
        return (createGraph ? output : output.Detach(), product);
    }

    /// <summary>The output of a function of one value, and the product H v of its Hessian with a vector, Σ_j ∂²f(x) / ∂x[i…] ∂x[j] v[j]. Two backward
    /// passes; no Hessian exists. Pearlmutter 1994.</summary>
    /// <param name="function">f: its output has one element.</param>
    /// <param name="input">x: floating point.</param>
    /// <param name="vector">v, shaped as the input.</param>
    /// <param name="createGraph">Whether the results are part of a graph, through x and v if they take part in one.</param>
    /// <returns>f(x), and the product, shaped as x.</returns>
    /// <exception cref="ArgumentException">The output has more than one element, or the vector is not like the input.</exception>
    public static (Tensor Output, Tensor Product) HessianVectorProduct(
        Func<Tensor, Tensor> function, Tensor input, Tensor vector, bool createGraph = false)
    {
        (Tensor output, Tensor[] products) = HessianVectorProduct(Several(function), [input], [vector], createGraph);
        return (output, products[0]);
    }

    /// <summary>The output of a function of several inputs and one value, and the product of its whole Hessian with vectors:
    /// Σ_l Σ_j ∂²f(x) / ∂x_k[i…] ∂x_l[j] v_l[j] for each input x_k.</summary>
    /// <param name="function">f: its output has one element.</param>
    /// <param name="inputs">Its inputs: floating point.</param>
    /// <param name="vectors">One for each input, shaped as it is.</param>
    /// <param name="createGraph">Whether the results are part of a graph, through those inputs and vectors that take part in one.</param>
    /// <returns>f(x), and a product for each input, shaped as it is.</returns>
    /// <exception cref="ArgumentException">The output has more than one element, or the vectors are not like the inputs.</exception>
    public static (Tensor Output, Tensor[] Products) HessianVectorProduct(
        Func<IReadOnlyList<Tensor>, Tensor> function, IReadOnlyList<Tensor> inputs, IReadOnlyList<Tensor> vectors, bool createGraph = false)
    {
        using GradMode.Restore mode = GradMode.Set(true);
        (Tensor output, Tensor[] leaves) = Evaluate(nameof(HessianVectorProduct), function, inputs, createGraph);
        CheckVectors(nameof(HessianVectorProduct), vectors, leaves);
        Tensor[] gradients = Gradients(RequireOne(nameof(HessianVectorProduct), output), leaves, null, createGraph: true, retainGraph: true);
        return (createGraph ? output : output.Detach(), Directional(gradients, vectors, leaves, createGraph));
    }

    private static Func<IReadOnlyList<Tensor>, Tensor> Several(Func<Tensor, Tensor> function)
    {
        ArgumentNullException.ThrowIfNull(function);
        return inputs => function(inputs[0]);
    }

    // The function of tensors of its own, so that only what flows through its arguments counts; they hang on the inputs if a graph is wanted.
    private static (Tensor Output, Tensor[] Leaves) Evaluate(
        string name, Func<IReadOnlyList<Tensor>, Tensor> function, IReadOnlyList<Tensor> inputs, bool createGraph)
    {
        ArgumentNullException.ThrowIfNull(function);
        ArgumentNullException.ThrowIfNull(inputs);
        Tensor[] leaves = new Tensor[inputs.Count];
        for (int i = 0; i < leaves.Length; i++)
        {
            Tensor input = inputs[i];
            ArgumentNullException.ThrowIfNull(input, nameof(inputs));
            if (!input.DType.IsFloatingPoint)
            {
                throw new ArgumentException($"Grad.{name}: input {i} is {input.Shape} of {input.DType}. Derivatives need floating-point elements.", nameof(inputs));
            }

            leaves[i] = createGraph && input.RequiresGrad ? new ReshapeNode(input).Attach(input.Detach()) : input.Detach().RequireGrad();
        }

        return (Given.Required($"Grad.{name}", "the function's result", function(leaves)), leaves);
    }

    private static Tensor[] Gradients(Tensor output, Tensor[] leaves, Tensor? gradient, bool createGraph, bool retainGraph) =>
        output.RequiresGrad ? Of(output, leaves, createGraph, gradient, retainGraph) : Array.ConvertAll(leaves, Tensor.ZerosLike);

    // The gradients by some leaves of the sum of the products of results with vectors.
    private static Tensor[] Directional(Tensor[] results, IReadOnlyList<Tensor> vectors, Tensor[] leaves, bool createGraph)
    {
        Tensor? total = null;
        for (int i = 0; i < results.Length; i++)
        {
            if (results[i].RequiresGrad)
            {
                Tensor part = (results[i] * vectors[i]).Sum();
                total = total is null ? part : total + part;
            }
        }

        return total is null ? Array.ConvertAll(leaves, Tensor.ZerosLike) : Gradients(total, leaves, null, createGraph, createGraph);
    }

    // A backward pass for each element of an output.
    private static Tensor[] Rows(Tensor output, Tensor[] leaves, bool createGraph, bool isLast)
    {
        Shape[] shapes = Array.ConvertAll(leaves, leaf => new Shape([.. output.Shape, .. leaf.Shape]));
        if (!output.RequiresGrad || output.Count == 0)
        {
            return [.. leaves.Select((leaf, k) => Tensor.Zeros(shapes[k], leaf.DType, leaf.Device))];
        }

        Tensor[][] rows = new Tensor[output.Count][];
        Tensor[] whole = createGraph ? [] : Array.ConvertAll(leaves, leaf => Tensor.Zeros([rows.Length, leaf.Count], leaf.DType, leaf.Device));
        for (int i = 0; i < rows.Length; i++)
        {
            using TensorScope? scope = createGraph ? null : Tensor.Scope();
            Tensor one = Tensor.Zeros(rows.Length, output.DType, output.Device);
            one.Narrow(0, i, 1).Fill(1);
            rows[i] = Of(output, leaves, createGraph, one.Reshape(output.Shape), !isLast || i < rows.Length - 1);
            for (int k = 0; k < whole.Length; k++)
            {
                whole[k].Narrow(0, i, 1).CopyFrom(rows[i][k].Detach().Reshape(1, leaves[k].Count));
            }
        }

        return [.. leaves.Select((_, k) => (createGraph ? Tensor.Stack([.. rows.Select(row => row[k])]) : whole[k]).Reshape(shapes[k]))];
    }

    private static Tensor RequireOne(string name, Tensor output) => output.Count == 1 ? output : throw new ArgumentException(
        $"Grad.{name}: the function's result has shape {output.Shape}, not one element. Reduce it with Sum() or Mean(), or take Grad.Jacobian.");

    private static void CheckVectors(string name, IReadOnlyList<Tensor> vectors, Tensor[] leaves)
    {
        ArgumentNullException.ThrowIfNull(vectors);
        if (vectors.Count != leaves.Length)
        {
            throw new ArgumentException($"Grad.{name}: {vectors.Count} vectors for {leaves.Length} inputs. Give one for each.", nameof(vectors));
        }

        for (int i = 0; i < leaves.Length; i++)
        {
            ArgumentNullException.ThrowIfNull(vectors[i], nameof(vectors));
            CheckVector(name, vectors[i], $"input {i}", leaves[i]);
        }
    }

    private static void CheckVector(string name, Tensor vector, string whose, Tensor like)
    {
        if (vector.Shape != like.Shape || vector.DType != like.DType || !ReferenceEquals(vector.Device, like.Device))
        {
            throw new ArgumentException(
                $"Grad.{name}: the vector is {vector.Shape} of {vector.DType} on {vector.Device}, and {whose} is {like.Shape} of {like.DType} on "
                + $"{like.Device}. It must be alike: use Reshape, or To.");
        }
    }
}
