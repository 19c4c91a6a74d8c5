using System.Numerics.Tensors;

namespace DeepSharp;

/// <summary>Copies from and to the tensors of .NET, <c>System.Numerics.Tensors</c>.</summary>
/// <remarks>Its class <c>Tensor</c> has the name of this library's: where both namespaces are open, <c>using Tensor = DeepSharp.Tensor;</c> says which is
/// meant. <c>Tensor&lt;T&gt;</c> is always .NET's.</remarks>
public static class NumericsTensors
{
    extension(Tensor)
    {
        /// <summary>A copy of a tensor span of .NET, of its lengths; its strides may be any.</summary>
        /// <param name="values">The elements. Of a <c>Tensor&lt;T&gt;</c> they are its <c>AsReadOnlyTensorSpan()</c>.</param>
        /// <param name="device">Where; <see cref="Device.Default"/> if null.</param>
        /// <exception cref="ArgumentException">No tensor holds such elements, there are too many axes, or none at all.</exception>
        public static Tensor From<T>(ReadOnlyTensorSpan<T> values, Device? device = null)
            where T : unmanaged
        {
            Shape shape = new(Array.ConvertAll(values.Lengths.ToArray(), static length => checked((int)length)));
            T[] elements = new T[checked((int)values.FlattenedLength)];
            if (elements.Length > 0)
            {
                values.FlattenTo(elements);
            }

            return Tensor.From(elements, shape, device);
        }
    }

    extension(Tensor tensor)
    {
        /// <summary>Writes the elements into a tensor span of .NET with this tensor's lengths; a scalar into one of length 1.</summary>
        /// <inheritdoc cref="Tensor.ToArray{T}"/>
        /// <exception cref="ArgumentException">The lengths differ.</exception>
        public void CopyTo<T>(TensorSpan<T> target)
            where T : unmanaged
        {
            ArgumentNullException.ThrowIfNull(tensor);
            if (!target.Lengths.SequenceEqual(Lengths(tensor)))
            {
                throw new ArgumentException(
                    $"CopyTo: a tensor {tensor.Shape} does not fit a span of lengths [{string.Join(", ", target.Lengths.ToArray())}]. They must be the same.",
                    nameof(target));
            }

            tensor.ToTensor<T>().AsReadOnlyTensorSpan().CopyTo(target);
        }

        /// <summary>A copy as a tensor of .NET, with this one's lengths; a scalar, which .NET does not have, gets one axis of length 1.</summary>
        /// <inheritdoc cref="Tensor.ToArray{T}"/>
        public Tensor<T> ToTensor<T>()
            where T : unmanaged
        {
            ArgumentNullException.ThrowIfNull(tensor);
            return System.Numerics.Tensors.Tensor.Create(tensor.ToArray<T>(), Lengths(tensor));
        }
    }

    private static nint[] Lengths(Tensor tensor) =>
        tensor.Rank == 0 ? [1] : Array.ConvertAll(tensor.Shape.ToArray(), static length => (nint)length);
}
