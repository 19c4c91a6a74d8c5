namespace DeepSharp;

/// <summary>Tensors one behind the other: each gets its part of the gradient.</summary>
internal sealed class ConcatenateNode(Tensor[] tensors, int axis) : Node("Concatenate", tensors)
{
    private readonly int[] _lengths = Array.ConvertAll(tensors, tensor => tensor.Shape[axis]);

    internal override void Backward(Tensor gradient)
    {
        int start = 0;
        for (int i = 0; i < _lengths.Length; i++)
        {
            if (Wants(i))
            {
                Send(i, gradient.Narrow(axis, start, _lengths[i]));
            }

            start += _lengths[i];
        }
    }
}
