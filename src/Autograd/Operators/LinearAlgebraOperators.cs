using DeepSharp.Kernels;

namespace DeepSharp;

/// <summary>Linear equations with small matrices, batches of them and batches that broadcast, with gradients of any order.</summary>
/// <remarks>They need Float32 or Float64. A singular matrix is an error on <see cref="Device.Cpu"/>; elsewhere, where looking would mean waiting, its
/// results are infinite or NaN.</remarks>
public static class LinearAlgebraOperators
{
    extension(Tensor a)
    {
        /// <summary>The X of A X = B, by Gaussian elimination with pivots: NumPy's and PyTorch's linalg.solve.</summary>
        /// <param name="b">[…, n, columns], or a vector [n]; the axes in front broadcast with those of A.</param>
        /// <exception cref="ArgumentException">A is not […, n, n], shapes, element types or devices do not fit, or a matrix is singular.</exception>
        public Tensor Solve(Tensor b)
        {
            Check(nameof(Solve), a, b);
            if (b.Rank == 1)
            {
                return a.Solve(b.Unsqueeze(1)).Squeeze(-1).MadeBy(nameof(Solve));
            }

            (Tensor left, Tensor right) = Batches(nameof(Solve), a, b);
            return SolveNode.Run(left, right);
        }

        /// <summary>The inverse of square matrices […, n, n].</summary>
        /// <exception cref="ArgumentException">The matrices are not square, hold other elements, or one is singular.</exception>
        public Tensor Inverse()
        {
            Square(nameof(Inverse), a);
            return a.Solve(Tensor.Eye(a.Shape[^1], a.DType, a.Device)).MadeBy(nameof(Inverse));
        }

        /// <summary>The determinants of square matrices […, n, n]: […]. NumPy's and PyTorch's linalg.det.</summary>
        /// <remarks>The gradient, det(A) A⁻ᵀ, is taken with the inverse, so that a singular matrix, whose determinant is 0, has none.</remarks>
        /// <exception cref="ArgumentException">The matrices are not square, or hold other elements.</exception>
        public Tensor Determinant()
        {
            Square(nameof(Determinant), a);
            return DeterminantNode.Run(nameof(Determinant), a, Pivots(a).Prod(-1), isLogarithm: false);
        }

        /// <summary>Sign and logarithm of the magnitude of the determinants of square matrices, which neither overflow nor vanish as the determinants
        /// of large ones do: det(A) = sign · exp(logarithm). NumPy's and PyTorch's linalg.slogdet.</summary>
        /// <returns>The signs, 1, -1, or 0 of singular matrices, without a gradient; the logarithms, -infinity of singular matrices, whose gradient
        /// is A⁻ᵀ. Both are […].</returns>
        /// <exception cref="ArgumentException">The matrices are not square, or hold other elements.</exception>
        public (Tensor Sign, Tensor Logarithm) LogDeterminant()
        {
            Square(nameof(LogDeterminant), a);
            Tensor pivots = Pivots(a);
            Tensor logarithm = DeterminantNode.Run(nameof(LogDeterminant), a, pivots.Abs().Log().Sum(-1), isLogarithm: true);
            return (pivots.Sign().Prod(-1).MadeBy(nameof(LogDeterminant)), logarithm);
        }

        /// <summary>The lower triangle L with A = L Lᵀ of symmetric positive definite matrices […, n, n]; of A the lower triangle is read.</summary>
        /// <exception cref="ArgumentException">The matrices are not square, hold other elements, or one is not positive definite.</exception>
        public Tensor Cholesky()
        {
            Square(nameof(Cholesky), a);
            return CholeskyNode.Run(a);
        }

        /// <summary>The X of A X = B for triangles A; the other triangle is not read.</summary>
        /// <param name="b">[…, n, columns]; the axes in front broadcast with those of A.</param>
        /// <param name="upper">Whether A is an upper triangle; else a lower one.</param>
        /// <param name="unitriangular">Whether the diagonal of A counts as ones, and is not read.</param>
        /// <exception cref="ArgumentException">A is not […, n, n], shapes, element types or devices do not fit, or a matrix is singular.</exception>
        public Tensor SolveTriangular(Tensor b, bool upper, bool unitriangular = false)
        {
            Check(nameof(SolveTriangular), a, b);
            (Tensor left, Tensor right) = Batches(nameof(SolveTriangular), a, b);
            return TriangularNode.Run(left, right, upper, unitriangular);
        }
    }

    /// <summary>A copy as [batch, rows, columns], for a kernel that writes over it.</summary>
    internal static Operand Matrices(this Tensor x, out Tensor copy)
    {
        copy = x.Detach().Clone();
        int rows = x.Shape[^2];
        int columns = x.Shape[^1];
        int batch = x.Count == 0 ? 0 : x.Count / (rows * columns);
        return copy.Operand with { Dims = [batch, rows, columns], Strides = [rows * columns, columns, 1] };
    }

    /// <summary>Names the operator in the error of a kernel about one of the matrices.</summary>
    internal static void Named(string name, Tensor a, Action kernel)
    {
        try
        {
            kernel();
        }
        catch (ArgumentException error) when (error.ParamName is null)
        {
            throw new ArgumentException($"{name}: of {a.Shape}, {error.Message}. Add a small multiple of the identity, or look where it comes from.", error);
        }
    }

    // The pivots of matrices, […, n].
    private static Tensor Pivots(Tensor a)
    {
        Operand matrices = a.Matrices(out Tensor copy);
        Tensor pivots = Tensor.Uninitialized(new Shape(a.Shape.AsSpan()[..^1]), a.DType, a.Device, nameof(Pivots));
        SmallMatrices.Pivots(matrices, pivots.Operand with { Dims = [.. matrices.Dims[..2], 1], Strides = [a.Shape[^1], 1, 1] });
        copy.Dispose();
        return pivots;
    }

    private static void Square(string name, Tensor a)
    {
        ArgumentNullException.ThrowIfNull(a);
        if (a.DType is not (DType.Float32 or DType.Float64))
        {
            throw new ArgumentException($"{name}: needs Float32 or Float64, not {a.DType} of shape {a.Shape}. Convert with To(DType.Float32).");
        }

        if (a.Rank < 2 || a.Shape[^1] != a.Shape[^2])
        {
            throw new ArgumentException($"{name}: the matrices {a.Shape} are not square. The last two axes must have one length.");
        }
    }

    private static void Check(string name, Tensor a, Tensor b)
    {
        Square(name, a);
        Binary.Check(name, a, b);
        if (b.Rank == 0 || b.Shape[b.Rank == 1 ? ^1 : ^2] != a.Shape[^1] || (b.Rank == 1 && name != nameof(Solve)))
        {
            throw new ArgumentException($"{name}: a right side {b.Shape} does not go with matrices {a.Shape}. It must be […, {a.Shape[^1]}, columns].", nameof(b));
        }
    }

    private static (Tensor A, Tensor B) Batches(string name, Tensor a, Tensor b)
    {
        Shape batch = Shape.Broadcast(new(a.Shape.AsSpan()[..^2]), new(b.Shape.AsSpan()[..^2]), name);
        return (a.Expand([.. batch, a.Shape[^2], a.Shape[^1]]), b.Expand([.. batch, b.Shape[^2], b.Shape[^1]]));
    }
}

/// <summary>A determinant, dA = g det(A) A⁻ᵀ, or the logarithm of its magnitude, dA = g A⁻ᵀ.</summary>
internal sealed class DeterminantNode : Node
{
    private readonly bool _isLogarithm;

    private DeterminantNode(string name, Tensor a, Tensor y, bool isLogarithm)
        : base(name, a)
    {
        _isLogarithm = isLogarithm;
        SaveInputs(a);
        Save(y);
    }

    internal static Tensor Run(string name, Tensor a, Tensor y, bool isLogarithm)
    {
        y.MadeBy(name);
        return a.Records() ? new DeterminantNode(name, a, y, isLogarithm).Attach(y) : y;
    }

    internal override void Backward(Tensor gradient)
    {
        Tensor scale = _isLogarithm ? gradient : gradient * SavedOutput(1);
        Send(0, scale.Unsqueeze(-1).Unsqueeze(-1) * Saved(0).Inverse().T);
    }
}

/// <summary>X of A X = B: dB = A⁻ᵀ G, dA = -dB Xᵀ.</summary>
internal sealed class SolveNode : Node
{
    private SolveNode(Tensor a, Tensor b, Tensor x)
        : base("Solve", a, b)
    {
        SaveInputs(a);
        Save(x);
    }

    internal static Tensor Run(Tensor a, Tensor b)
    {
        Operand factors = a.Matrices(out Tensor copy);
        Operand solution = b.Matrices(out Tensor x);
        LinearAlgebraOperators.Named("Solve", a, () => SmallMatrices.Solve(factors, solution));
        copy.Dispose();
        x.MadeBy("Solve");
        return a.Records() || b.Records() ? new SolveNode(a, b, x).Attach(x) : x;
    }

    internal override void Backward(Tensor gradient)
    {
        Tensor right = Run(Saved(0).T, gradient);
        if (Wants(0))
        {
            Send(0, -right.MatMul(SavedOutput(1).T));
        }

        if (Wants(1))
        {
            Send(1, right);
        }
    }
}

/// <summary>X of A X = B for a triangle A: dB = A⁻ᵀ G, dA = the triangle of -dB Xᵀ.</summary>
internal sealed class TriangularNode : Node
{
    private readonly bool _upper;
    private readonly bool _unit;

    private TriangularNode(Tensor a, Tensor b, Tensor x, bool upper, bool unit)
        : base("SolveTriangular", a, b)
    {
        (_upper, _unit) = (upper, unit);
        SaveInputs(a);
        Save(x);
    }

    internal static Tensor Run(Tensor a, Tensor b, bool upper, bool unit)
    {
        Tensor factors = a.Detach().Contiguous();
        Operand matrices = factors.Operand with
        {
            Dims = [a.Count == 0 ? 0 : a.Count / (a.Shape[^1] * a.Shape[^1]), a.Shape[^1], a.Shape[^1]],
            Strides = [a.Shape[^1] * a.Shape[^1], a.Shape[^1], 1],
        };
        Operand solution = b.Matrices(out Tensor x);
        LinearAlgebraOperators.Named("SolveTriangular", a, () => SmallMatrices.SolveTriangle(matrices, solution, upper, unit));
        x.MadeBy("SolveTriangular");
        return a.Records() || b.Records() ? new TriangularNode(a, b, x, upper, unit).Attach(x) : x;
    }

    internal override void Backward(Tensor gradient)
    {
        Tensor right = Run(Saved(0).T, gradient, !_upper, _unit);
        if (Wants(0))
        {
            Tensor own = -right.MatMul(SavedOutput(1).T);
            int edge = _unit ? 1 : 0;
            Send(0, _upper ? own.Triu(edge) : own.Tril(-edge));
        }

        if (Wants(1))
        {
            Send(1, right);
        }
    }
}

/// <summary>A Cholesky factor: dA = (S + Sᵀ)/2 with S = L⁻ᵀ P L⁻¹ and P the lower triangle of Lᵀ G with half its diagonal. Murray 2016: Differentiation of
/// the Cholesky decomposition.</summary>
internal sealed class CholeskyNode : Node
{
    private CholeskyNode(Tensor a, Tensor factor)
        : base("Cholesky", a) => Save(factor);

    internal static Tensor Run(Tensor a)
    {
        Operand matrices = a.Matrices(out Tensor factor);
        LinearAlgebraOperators.Named("Cholesky", a, () => SmallMatrices.Cholesky(matrices));
        factor.MadeBy("Cholesky");
        return a.Records() ? new CholeskyNode(a, factor).Attach(factor) : factor;
    }

    internal override void Backward(Tensor gradient)
    {
        Tensor factor = SavedOutput(0);
        Tensor product = factor.T.MatMul(gradient.Tril());
        Tensor half = (product.Tril() + product.Tril(-1)) * 0.5;
        Tensor left = TriangularNode.Run(factor.T, half, upper: true, unit: false);
        Tensor inner = TriangularNode.Run(factor.T, left.T, upper: true, unit: false).T;
        Send(0, (inner + inner.T) * 0.5);
    }
}
