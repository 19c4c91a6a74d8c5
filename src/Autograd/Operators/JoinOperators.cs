using DeepSharp.Kernels;

namespace DeepSharp;

/// <summary>Several tensors as one, with gradients.</summary>
public static class JoinOperators
{
    extension(Tensor)
    {
        /// <summary>Tensors one behind the other along an axis.</summary>
        /// <param name="tensors">At least one tensor; all of one element type and device, with equal lengths along other axes.</param>
        /// <param name="axis">The axis, from the end if negative.</param>
        /// <exception cref="ArgumentException">There is no tensor, or shapes, element types or devices do not fit.</exception>
        public static Tensor Concatenate(IReadOnlyList<Tensor> tensors, int axis = 0)
        {
            ArgumentNullException.ThrowIfNull(tensors);
            if (tensors.Count == 0)
            {
                throw new ArgumentException("Concatenate: there is no tensor. Give at least one.", nameof(tensors));
            }

            Tensor first = tensors[0];
            ArgumentNullException.ThrowIfNull(first, nameof(tensors));
            int along = first.Shape.Axis(axis, nameof(Concatenate));
            int[] dims = first.Shape.ToArray();
            dims[along] = 0;
            bool records = false;
            foreach (Tensor tensor in tensors)
            {
                Binary.Check(nameof(Concatenate), first, tensor);
                for (int i = 0; i < Math.Max(dims.Length, tensor.Rank); i++)
                {
                    if (tensor.Rank != dims.Length || (i != along && tensor.Shape[i] != dims[i]))
                    {
                        throw new ArgumentException(
                            $"Concatenate: the shapes {first.Shape} and {tensor.Shape} differ in more than axis {along}. Reshape or slice one.");
                    }
                }

                if ((long)dims[along] + tensor.Shape[along] > int.MaxValue)
                {
                    throw new ArgumentException($"Concatenate: together axis {along} is longer than {int.MaxValue:N0}. Join fewer tensors.");
                }

                dims[along] += tensor.Shape[along];
                records |= tensor.Records();
            }

            Tensor result = Tensor.Uninitialized(Shape.OfResult(nameof(Concatenate), dims), first.DType, first.Device, nameof(Concatenate));
            int start = 0;
            foreach (Tensor tensor in tensors)
            {
                Operand whole = result.Operand;
                StridedCopy.Run(
                    whole with { Offset = whole.Offset + (start * whole.Strides[along]), Dims = tensor.Shape.ToArray() }, tensor.Operand);
                start += tensor.Shape[along];
            }

            return records ? new ConcatenateNode([.. tensors], along).Attach(result) : result;
        }

        /// <summary>Tensors of one shape side by side along a new axis.</summary>
        /// <param name="tensors">At least one tensor; all of one shape, element type and device.</param>
        /// <param name="axis">Where the new axis stands; -1 is behind the last.</param>
        /// <exception cref="ArgumentException">There is no tensor, or shapes, element types or devices do not fit.</exception>
        public static Tensor Stack(IReadOnlyList<Tensor> tensors, int axis = 0)
        {
            ArgumentNullException.ThrowIfNull(tensors);
            foreach (Tensor tensor in tensors)
            {
                ArgumentNullException.ThrowIfNull(tensor, nameof(tensors));
                Binary.Check(nameof(Stack), tensors[0], tensor);
                if (tensor.Shape != tensors[0].Shape)
                {
                    throw new ArgumentException(
                        $"Stack: the shapes {tensors[0].Shape} and {tensor.Shape} differ. Reshape or slice one, or use Concatenate.");
                }
            }

            if (tensors.Count == 0)
            {
                throw new ArgumentException("Stack: there is no tensor. Give at least one.", nameof(tensors));
            }

            Tensor[] wide = [.. tensors.Select(tensor => tensor.Unsqueeze(axis))];
            return Tensor.Concatenate(wide, axis);
        }
    }
}
