using DeepSharp.Kernels;

namespace DeepSharp;

/// <summary>Matrix products, with their gradients.</summary>
public static class MatMulOperators
{
    extension(Tensor a)
    {
        /// <summary>
        /// The matrix product. Matrices [m, k] and [k, n] give [m, n]; of more axes, the last two are the matrices and the others
        /// broadcast; a vector is a row on the left and a column on the right, and its axis of length one disappears.
        /// </summary>
        /// <remarks>
        /// A batch is one kernel over the factors where they stand: transposed, permuted and expanded factors are not copied. (A batch
        /// whose axes merge to more than two in memory takes a kernel for each place along the first.) A batch of matrices by one
        /// matrix is a product of all rows, which are put in a row first if they do not stand so.
        /// </remarks>
        /// <param name="b">The right factor.</param>
        /// <exception cref="ArgumentException">Inner lengths, element types or devices differ, or a factor is a scalar.</exception>
        public Tensor MatMul(Tensor b)
        {
            if (MixedPrecision.Current is { } mixed)
            {
                ArgumentNullException.ThrowIfNull(b);
                Tensor factor = mixed.Convert(a);
                b = mixed.Convert(b);
                if (!ReferenceEquals(factor, a))
                {
                    return factor.MatMul(b);
                }
            }

            Binary.Check(nameof(MatMul), a, b);
            if (!a.DType.IsFloatingPoint)
            {
                throw new ArgumentException($"MatMul: needs floating-point elements, not {a.DType}. Convert with To(DType.Float32).");
            }

            if (a.Rank == 0 || b.Rank == 0 || a.Shape[^1] != b.Shape[b.Rank == 1 ? ^1 : ^2])
            {
                throw new ArgumentException(
                    $"MatMul: the shapes {a.Shape} and {b.Shape} do not fit: the last axis of the first must be as long as the "
                    + "last but one of the second. Transpose or reshape one of them.");
            }

            if (a.Rank == 1 || b.Rank == 1)
            {
                Tensor left = a.Rank == 1 ? a.Unsqueeze(0) : a;
                Tensor right = b.Rank == 1 ? b.Unsqueeze(1) : b;
                Tensor product = left.MatMul(right);
                product = a.Rank == 1 ? product.Squeeze(-2) : product;
                return (b.Rank == 1 ? product.Squeeze(-1) : product).MadeBy(nameof(MatMul));
            }

            if (a.Rank == 2 && b.Rank == 2)
            {
                return MatMulNode.Run(a, b);
            }

            Shape rows = Shape.OfResult(nameof(MatMul), [.. a.Shape.AsSpan()[..^1], b.Shape[^1]]);
            if (b.Rank == 2)
            {
                // One matrix on the right serves all batches: they are more rows of the left one.
                return MatMulNode.Run(a.AsRows(), b).Reshape(rows).MadeBy(nameof(MatMul));
            }

            Shape batch = Shape.Broadcast(new(a.Shape.AsSpan()[..^2]), new(b.Shape.AsSpan()[..^2]), nameof(MatMul));
            return MatMulNode.Run(
                a.Expand([.. batch, a.Shape[^2], a.Shape[^1]]), b.Expand([.. batch, b.Shape[^2], b.Shape[^1]]));
        }

        /// <summary>A dense layer's product x Wᵀ + b, in one kernel.</summary>
        /// <param name="weight">W, [outputs, inputs].</param>
        /// <param name="bias">b, [outputs], or null.</param>
        /// <returns>[…, outputs].</returns>
        /// <exception cref="ArgumentException">The last axis of x is not <c>inputs</c> long, the bias not <c>outputs</c>, or element
        /// types or devices differ.</exception>
        public Tensor Linear(Tensor weight, Tensor? bias = null) => a.Linear(weight, bias, default(IdentityOp));

        /// <summary>A dense layer with its activation, f(x Wᵀ + b).</summary>
        /// <remarks>
        /// One kernel where no gradient is recorded, and where the derivative of f is a function of its output (ReLU, tanh, the
        /// logistic function); else f follows as a kernel of its own, since the backward pass needs what went into it.
        /// </remarks>
        /// <param name="weight">W, [outputs, inputs].</param>
        /// <param name="bias">b, [outputs], or null.</param>
        /// <param name="activation">f, a public <c>readonly struct</c>.</param>
        /// <returns>[…, outputs].</returns>
        /// <exception cref="ArgumentException">The last axis of x is not <c>inputs</c> long, the bias not <c>outputs</c>, or element
        /// types or devices differ.</exception>
        public Tensor Linear<TAct>(Tensor weight, Tensor? bias, TAct activation)
            where TAct : unmanaged, IUnaryOp
        {
            Tensor x = a;
            Tensor factor = weight;
            if (MixedPrecision.Current is { } mixed && weight is { DType: DType.Float32 or DType.Float16 or DType.BFloat16 })
            {
                x = a.DType.IsFloatingPoint && a.DType != DType.Float64 ? a.To(mixed.DType) : a;
                factor = weight is Parameter parameter ? mixed.Values(parameter) : weight.To(mixed.DType);
                weight = weight is Parameter ? weight : factor;
            }

            Binary.Check(nameof(Linear), x, factor);
            if (bias is not null && !(x.DType.IsHalfPrecision && bias.DType == DType.Float32))
            {
                Binary.Check(nameof(Linear), x, bias);
            }

            if (weight.Rank != 2 || x.Rank == 0 || x.Shape[^1] != weight.Shape[1]
                || (bias is not null && (bias.Rank != 1 || bias.Shape[0] != weight.Shape[0])))
            {
                throw new ArgumentException(
                    $"Linear: an input {x.Shape} does not fit a weight {weight.Shape} ([outputs, inputs]) and a bias "
                    + $"{bias?.Shape.ToString() ?? "none"} ([outputs]): the input's last axis must be as long as the weight's second.");
            }

            if (!x.DType.IsFloatingPoint)
            {
                throw new ArgumentException($"Linear: needs floating-point elements, not {x.DType}. Convert with To(DType.Float32).");
            }

            if (!LinearNode<TAct>.Fits && (x.Records() || weight.Records() || bias?.Records() == true))
            {
                return a.Linear(weight, bias).Apply(activation);
            }

            return x.Rank == 2
                ? LinearNode<TAct>.Run(x, weight, factor, bias, activation)
                : LinearNode<TAct>.Run(x.AsRows(), weight, factor, bias, activation)
                    .Reshape(new Shape([.. x.Shape.AsSpan()[..^1], weight.Shape[0]])).MadeBy(nameof(Linear));
        }
    }
}
