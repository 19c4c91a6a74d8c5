namespace DeepSharp;

/// <summary>Gradients of tensors.</summary>
public static class GraphExtensions
{
    extension(Tensor tensor)
    {
        /// <summary>Whether gradients flow to the tensor.</summary>
        public bool RequiresGrad => Present(tensor).Node is not null;

        /// <summary>The gradient that backward passes have added up in a leaf; null before the first, and for other tensors.</summary>
        public Tensor? Gradient => (Present(tensor).Node as LeafNode)?.Gradient;

        /// <summary>Makes the tensor a leaf that collects its gradient.</summary>
        /// <returns>The tensor itself.</returns>
        /// <exception cref="InvalidOperationException">The elements are not floating point, or the tensor is the result of
        /// operators that record gradients.</exception>
        public Tensor RequireGrad()
        {
            if (!Present(tensor).DType.IsFloatingPoint)
            {
                throw new InvalidOperationException($"RequireGrad: gradients need floating-point elements, not {tensor.DType}.");
            }

            if (tensor.Node is not null and not LeafNode)
            {
                throw new InvalidOperationException(
                    $"RequireGrad: the tensor made by {tensor.Origin} has its place in a graph already. Detach() it first.");
            }

            tensor.Node ??= new LeafNode("Leaf", tensor.Shape, tensor.DType, tensor.Device);
            return tensor;
        }

        /// <summary>
        /// Computes the gradients of all leaves the tensor was computed from, and adds them to what the leaves have.
        /// </summary>
        /// <param name="gradient">The gradient of this tensor; ones if null, which needs a tensor of one element.</param>
        /// <param name="retainGraph">Whether the graph can be used for another pass; else it is freed on the way.</param>
        /// <exception cref="ArgumentException">The gradient's shape, element type or device is not the tensor's.</exception>
        /// <exception cref="InvalidOperationException">The tensor takes no part in a graph, has more than one element and no
        /// gradient is given, or its graph has been used.</exception>
        public void Backward(Tensor? gradient = null, bool retainGraph = false) =>
            BackwardPass.Run(Present(tensor), gradient, null, createGraph: false, retainGraph);

        /// <summary>The same elements without the graph behind them; nothing is copied. Also known as stop-gradient.</summary>
        public Tensor Detach() =>
            Present(tensor).Alias(tensor.Shape, tensor.Strides.ToArray(), tensor.Operand.Offset, tensor.Origin);

        /// <summary>Sets a leaf's gradient to zero.</summary>
        /// <remarks>Until a backward pass reaches it, or something is written into it, an optimizer then leaves a parameter as it is.</remarks>
        public void ZeroGradient()
        {
            if (Present(tensor).Node is LeafNode leaf)
            {
                leaf.SetToZero();
                leaf.Settle();
            }
        }

        internal bool Records() => tensor.Node is not null && GradMode.IsEnabled;
    }

    private static Tensor Present(Tensor tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        return tensor;
    }
}
