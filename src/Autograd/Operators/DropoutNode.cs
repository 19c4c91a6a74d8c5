using DeepSharp.Kernels;

namespace DeepSharp;

/// <summary>Dropout: the gradient passes where the value passed. The mask is not stored but drawn again.</summary>
internal sealed class DropoutNode(Tensor x, double probability, ulong seed, ulong position) : Node("Dropout", x)
{
    internal static Tensor Run(Tensor x, double probability, ulong seed, ulong position)
    {
        Tensor source = x.Contiguous();
        Tensor y = Tensor.Uninitialized(x.Shape, x.DType, x.Device, "Dropout");
        RandomFill.Dropout(y.Operand, source.Operand, probability, seed, position);
        return x.Records() ? new DropoutNode(x, probability, seed, position).Attach(y) : y;
    }

    internal override void Backward(Tensor gradient) => Send(0, Run(gradient, probability, seed, position));
}
