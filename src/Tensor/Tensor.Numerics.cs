using System.Numerics.Tensors;

namespace DeepSharp;

/// <content>Copies from and to the tensors of .NET, <c>System.Numerics.Tensors</c>. Its class <c>Tensor</c> has this one's name: where both namespaces are
/// open, <c>using Tensor = DeepSharp.Tensor;</c> says which is meant; <c>Tensor&lt;T&gt;</c> is always .NET's.</content>
public partial class Tensor
{
    /// <summary>A copy of a tensor span of .NET, of its lengths; strides may be any.</summary>
    /// <param name="values">The elements, in the order of the axes. Of a <c>Tensor&lt;T&gt;</c>: <c>AsReadOnlyTensorSpan()</c>.</param>
    /// <param name="device">Where; <see cref="Device.Default"/> if null.</param>
    /// <exception cref="ArgumentException">No tensor holds such elements, or there are too many axes.</exception>
    public static Tensor From<T>(in ReadOnlyTensorSpan<T> values, Device? device = null)
        where T : unmanaged
    {
        int[] lengths = new int[values.Rank];
        for (int i = 0; i < lengths.Length; i++)
        {
            lengths[i] = checked((int)values.Lengths[i]);
        }

        Shape shape = new(lengths);
        T[] elements = new T[checked((int)values.FlattenedLength)];
        values.FlattenTo(elements);
        return From(elements, shape, device);
    }

    /// <summary>Writes the elements into a tensor span of .NET with this tensor's lengths; a scalar into one of length 1.</summary>
    /// <inheritdoc cref="ToArray{T}"/>
    public void CopyTo<T>(in TensorSpan<T> target)
        where T : unmanaged
    {
        if (!target.Lengths.SequenceEqual(Lengths()))
        {
            throw new ArgumentException(
                $"CopyTo: a tensor {Shape} does not fit a span of lengths [{string.Join(", ", target.Lengths.ToArray())}]. They must be the same.", nameof(target));
        }

        ToTensor<T>().AsReadOnlyTensorSpan().CopyTo(target);
    }

    /// <summary>A copy as a tensor of .NET, with this one's lengths; a scalar, which .NET does not have, gets one axis of length 1.</summary>
    /// <inheritdoc cref="ToArray{T}"/>
    public Tensor<T> ToTensor<T>()
        where T : unmanaged => System.Numerics.Tensors.Tensor.Create(ToArray<T>(), Lengths());

    private nint[] Lengths() => Rank == 0 ? [1] : Array.ConvertAll(Shape.ToArray(), static length => (nint)length);
}
