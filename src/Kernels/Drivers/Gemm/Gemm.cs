using System.Diagnostics;

namespace DeepSharp.Kernels;

/// <summary>Matrix products, one or a batch, with what usually follows them in the same pass.</summary>
internal static class Gemm
{
    private const string Name = "MatMul";

    // A thread adds a row up one number after the other.
    private const int LongestRowSum = 4096;

    /// <summary>C = f(alpha A B + beta C + bias).</summary>
    /// <remarks>
    /// A transposed factor is an operand with its dimensions and strides exchanged; a stride of 0 along an axis of the batch repeats one
    /// matrix. Nothing is copied, whatever the strides. C must not overlap a factor. With beta 0, C is not read, so it may be
    /// uninitialised. The sums run in the precision of the operands, in an order that depends on the shapes only; those of 16-bit factors
    /// in Float32, with one rounding at the end if C has their type.
    /// </remarks>
    /// <typeparam name="TAct">The type of f; <see cref="IdentityOp"/> for none.</typeparam>
    /// <param name="activation">f, applied to each element of the result.</param>
    /// <param name="c">C, […, m, n], of the factors' type or, if that has 16 bits, Float32; neighbours in a row are
    /// neighbours in memory.</param>
    /// <param name="a">A, […, m, k].</param>
    /// <param name="b">B, […, k, n].</param>
    /// <param name="bias">[n], contiguous, added to each row, Float32 for 16-bit factors; or null.</param>
    /// <param name="alpha">The factor of the product; usually 1.</param>
    /// <param name="beta">The factor of what C holds: 0 to overwrite it, 1 to add to it; 0 for a C of 16 bits.</param>
    internal static void Run<TAct>(
        TAct activation, in Operand c, in Operand a, in Operand b, in Operand? bias, double alpha, double beta)
        where TAct : unmanaged, IUnaryOp
    {
        Debug.Assert(b.Dims[^1] == c.Dims[^1] && a.Dims[^2] == c.Dims[^2] && b.Dims[^2] == a.Dims[^1] && b.DType == a.DType, "Shapes.");
        if (c.Device.IsHost && c.Dims[^1] == 1 && c.Dims[^2] > 1 && a.Strides[^1] != 1 && c.Strides[^2] == 1 && bias is null)
        {
            // A column of C that is contiguous is as well a row: C' = B' A'.
            Run(activation, Turned(c), Turned(b), Turned(a), null, alpha, beta);
            return;
        }

        if (a.DType.IsHalfPrecision && c.Device.IsHost && Span(a) <= 2L * a.Count && Span(b) <= 2L * b.Count)
        {
            // The tile reads no 16-bit floats, and converting them once is faster than in each piece that is packed.
            using Scratch wideA = Widened(a);
            using Scratch wideB = Widened(b);
            Run(
                activation, c, wideA.Operand with { Dims = a.Dims, Strides = a.Strides },
                wideB.Operand with { Dims = b.Dims, Strides = b.Strides }, bias, alpha, beta);
            return;
        }

        LoopNest batch = c.Dims.Length == 2 ? default : LoopNest.Over(c.Dims[..^2], [c.Strides, a.Strides, b.Strides]);
        if (batch.Rank <= 2)
        {
            Run(activation, Matrices(c, a, b, batch) with { Bias = bias, Alpha = alpha, Beta = beta }, default);
            return;
        }

        for (int i = 0; i < c.Dims[0]; i++)
        {
            Run(activation, Part(c, i), Part(a, i), Part(b, i), bias, alpha, beta);
        }
    }

    /// <summary>A product of factors whose numbers stand anywhere.</summary>
    internal static bool Run<TAct, TA, TB>(TAct activation, in Product<TA, TB> product, in RowSums rowSums)
        where TAct : unmanaged, IUnaryOp
        where TA : unmanaged, IFactor
        where TB : unmanaged, IFactor
    {
        Operand c = product.C;
        DType dtype = product.A.DType;
        Debug.Assert(product.B.DType == dtype, "The factors are of one type.");
        Debug.Assert(
            c.DType == dtype || (dtype.IsHalfPrecision ? c.DType == DType.Float32 : c.DType.IsHalfPrecision && c.Device.IsHost), "The type of C.");
        Debug.Assert(c.Dims[^1] == 1 || c.Strides[^1] == 1, "The columns of C must be neighbours.");
        Debug.Assert(product.Beta == 0 || !c.DType.IsHalfPrecision, "Sums of products are made in Float32.");
        if (c.Count == 0)
        {
            return false;
        }

        bool summed = false;
        Dispatch.Real(Name, dtype, c.Device, new Visitor<TAct, TA, TB>(activation, product, rowSums, ref summed));
        return summed;
    }

    /// <summary>C = A B, or C + A B, and where that takes no launch of its own the sums of A's rows: a layer's gradients of weight
    /// and bias.</summary>
    /// <param name="c">C, [m, n]; as for <see cref="Run{TAct}"/>.</param>
    /// <param name="a">A, [m, k].</param>
    /// <param name="b">B, [k, n].</param>
    /// <param name="adds">Whether to add to what C holds.</param>
    /// <param name="rowSums">[m], contiguous, of Float32 or, with factors of Float64, of Float64.</param>
    /// <param name="addsRowSums">Whether to add to what the sums hold.</param>
    /// <returns>Whether the sums were made: on GPUs, over up to 4,096 columns of A, if the product was not made by cuBLAS. Otherwise they
    /// are as they were.</returns>
    internal static bool RunWithRowSums(in Operand c, in Operand a, in Operand b, bool adds, in Operand rowSums, bool addsRowSums)
    {
        Debug.Assert(rowSums.IsContiguous && rowSums.Dims[0] == c.Dims[0] && !rowSums.DType.IsHalfPrecision, "Sums of rows.");
        if (c.Device.IsHost || c.DType != rowSums.DType || a.Dims[1] > LongestRowSum)
        {
            Run(default(IdentityOp), c, a, b, null, 1, adds ? 1 : 0);
            return false;
        }

        Product<MatrixFactor, MatrixFactor> product = Matrices(c, a, b, default) with { Beta = adds ? 1 : 0 };
        return Run(default(IdentityOp), product, new(rowSums, addsRowSums));
    }

    private static Product<MatrixFactor, MatrixFactor> Matrices(in Operand c, in Operand a, in Operand b, in LoopNest batch) => new(
        c, MatrixFactor.Of(c.Strides[^2], 1, batch, 0), a, MatrixFactor.Of(a.Strides[^2], a.Strides[^1], batch, 1),
        b, MatrixFactor.Of(b.Strides[^1], b.Strides[^2], batch, 2), a.Dims[^1], batch.OuterCount * batch.InnerLength);

    // The elements from an operand's first to its last in memory.
    private static long Span(in Operand x)
    {
        long last = 0;
        for (int axis = 0; axis < x.Dims.Length; axis++)
        {
            last += (x.Dims[axis] - 1L) * x.Strides[axis];
        }

        return last + 1;
    }

    // The memory of a factor as Float32, gaps too: its strides stay.
    private static Scratch Widened(in Operand x)
    {
        int[] dims = [(int)Math.Max(0, Span(x))];
        Scratch scratch = Scratch.Rent(x.Device, DType.Float32, dims);
        Cast.Run(scratch.Operand, x with { Dims = dims, Strides = [1] });
        return scratch;
    }

    private static Operand Turned(in Operand x)
    {
        int[] dims = [.. x.Dims];
        int[] strides = [.. x.Strides];
        (dims[^2], dims[^1]) = (dims[^1], dims[^2]);
        (strides[^2], strides[^1]) = (strides[^1], strides[^2]);
        return x with { Dims = dims, Strides = strides };
    }

    private static Operand Part(in Operand x, int index) =>
        x with { Offset = x.Offset + (index * x.Strides[0]), Dims = x.Dims[1..], Strides = x.Strides[1..] };

    private readonly ref struct Visitor<TAct, TA, TB>(TAct activation, in Product<TA, TB> product, in RowSums rowSums, ref bool summed)
        : IRealVisitor
        where TAct : unmanaged, IUnaryOp
        where TA : unmanaged, IFactor
        where TB : unmanaged, IFactor
    {
        private readonly TAct _activation = activation;
        private readonly ref readonly Product<TA, TB> _product = ref product;
        private readonly ref readonly RowSums _rowSums = ref rowSums;
        private readonly ref bool _summed = ref summed;

        public void Visit<TStored, TScalar, TVector>()
            where TStored : unmanaged, IStored<TStored, TScalar>
            where TScalar : unmanaged, IReal<TScalar>, IScalar<TScalar>
            where TVector : unmanaged, IReal<TVector>
        {
            Operand c = _product.C;
            if (c.Device.StartsOnHost())
            {
                RunHost<TStored, TScalar, TVector>();
            }
            else if (c.DType == _product.A.DType)
            {
                _summed = GpuGemm<TScalar, TStored, TStored, TAct, TA, TB>.Run(_activation, _product, _rowSums);
            }
            else
            {
                _summed = GpuGemm<TScalar, TStored, Plain<TScalar>, TAct, TA, TB>.Run(_activation, _product, _rowSums);
            }
        }

        private unsafe void RunHost<TStored, TScalar, TVector>()
            where TStored : unmanaged, IStored<TStored, TScalar>
            where TScalar : unmanaged, IReal<TScalar>, IScalar<TScalar>
            where TVector : unmanaged, IReal<TVector>
        {
            ref readonly Product<TA, TB> x = ref _product;
            Debug.Assert(x.PlaceBias is null, "On the host a bias is of columns.");
            HostProduct<TStored, TScalar, TA, TB> host = new()
            {
                A = x.A.Host<TStored>(),
                FactorA = x.FactorA,
                B = x.B.Host<TStored>(),
                FactorB = x.FactorB,
                Bias = x.Bias is { } row ? row.Host<TScalar>() : null,
                Batch = x.Batch,
                Rows = x.Rows,
                Columns = x.Columns,
                Depth = x.Depth,
                Alpha = x.Alpha,
                Beta = x.Beta,
                Reads = x.Beta != 0,
            };
            if (!x.C.DType.IsHalfPrecision)
            {
                host.C = x.C.Host<TScalar>();
                host.PlaceC = x.PlaceC;
                HostGemm.Run<TStored, TScalar, TVector, TAct, TA, TB>(_activation, host);
                return;
            }

            // The sums of a product go through C, so they are rounded when it is done.
            using Scratch wide = Scratch.Rent(x.C.Device, DType.Float32, x.C.Dims);
            host.C = wide.Operand.Host<TScalar>();
            host.PlaceC = new(x.Columns, 1, 0, x.Rows * x.Columns, x.Batch);
            HostGemm.Run<TStored, TScalar, TVector, TAct, TA, TB>(_activation, host);
            if (x.C.IsContiguous)
            {
                Cast.Run(x.C, wide.Operand);
                return;
            }

            using Scratch narrow = Scratch.Converted(wide.Operand, x.C.DType);
            StridedCopy.Run(x.C, narrow.Operand);
        }
    }
}

/// <summary>A batch of products C = f(alpha A B + beta C + bias), on any device.</summary>
/// <param name="C">C's memory; its last two lengths are those of each matrix.</param>
/// <param name="PlaceC">Where its matrices stand; their columns are neighbours.</param>
/// <param name="A">A's memory.</param>
/// <param name="FactorA">Where its numbers stand; its lines are rows.</param>
/// <param name="B">B's memory.</param>
/// <param name="FactorB">Where its numbers stand; its lines are columns.</param>
/// <param name="Depth">The products in a sum.</param>
/// <param name="Batch">The number of matrices.</param>
/// <param name="Bias">[n], contiguous, or null.</param>
/// <param name="Alpha">The factor of the product.</param>
/// <param name="Beta">The factor of what C holds.</param>
/// <param name="PlaceBias">Where each row and column of a matrix finds its bias, on GPUs; a number for each column if null.</param>
internal readonly record struct Product<TA, TB>(
    Operand C, MatrixFactor PlaceC, Operand A, TA FactorA, Operand B, TB FactorB, int Depth, int Batch = 1, Operand? Bias = null,
    double Alpha = 1, double Beta = 0, MatrixFactor? PlaceBias = null)
    where TA : IFactor
    where TB : IFactor
{
    internal int Rows => C.Dims[^2];

    internal int Columns => C.Dims[^1];
}

/// <summary>Where the sums of A's rows go, if they are wanted.</summary>
internal readonly record struct RowSums(Operand? Target, bool Adds);

/// <summary>A number that is stored as it is computed with.</summary>
internal readonly struct Plain<T>(T value) : IStored<Plain<T>, T>
    where T : unmanaged
{
    private readonly T _value = value;

    public static T Load(Plain<T> stored) => stored._value;

    public static Plain<T> Store(T value) => new(value);
}
