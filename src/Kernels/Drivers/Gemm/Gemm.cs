using System.Numerics;

namespace DeepSharp.Kernels;

/// <summary>Matrix products, one or a batch, with what usually follows them in the same pass.</summary>
public static class Gemm
{
    // A thread adds a row up one number after the other.
    private const int LongestRowSum = 4096;

    /// <summary>C = f(alpha A B + beta C + bias).</summary>
    /// <remarks>
    /// A transposed factor is an operand with its dimensions and strides exchanged; a batch stride of 0 repeats one matrix. C must
    /// not overlap a factor. With beta 0, C is not read, so it may be uninitialised. The sums run in the precision of the
    /// operands, in an order that depends on the shapes only; those of 16-bit factors in Float32, with one rounding at the end if C
    /// has their type. C may then be Float32 too, and the bias is.
    /// </remarks>
    /// <typeparam name="TAct">The type of f; <see cref="IdentityOp"/> for none.</typeparam>
    /// <param name="activation">f, applied to each element of the result.</param>
    /// <param name="c">C, [m, n] or [batch, m, n]; neighbours in a row are neighbours in memory.</param>
    /// <param name="a">A, [m, k] or [batch, m, k].</param>
    /// <param name="b">B, [k, n] or [batch, k, n].</param>
    /// <param name="bias">[n], contiguous, added to each row; or null.</param>
    /// <param name="alpha">The factor of the product; usually 1.</param>
    /// <param name="beta">The factor of what C holds: 0 to overwrite it, 1 to add to it.</param>
    /// <exception cref="ArgumentException">Shapes, element types, devices or strides do not fit; the message says which.</exception>
    public static void Run<TAct>(
        TAct activation, in Operand c, in Operand a, in Operand b, Operand? bias, double alpha, double beta)
        where TAct : unmanaged, IUnaryOp
    {
        Check(c, a, b, bias, beta);
        if (c.Count == 0)
        {
            return;
        }

        if (a.DType.IsHalfPrecision)
        {
            RunHalf(activation, c, a, b, bias, alpha, beta);
            return;
        }

        bool isSingle = c.DType == DType.Float32;
        if (c.Device.IsHost)
        {
            c.Device.CountLaunch();
            if (isSingle)
            {
                RunHost(activation, c, a, b, bias, (float)alpha, (float)beta);
            }
            else
            {
                RunHost(activation, c, a, b, bias, alpha, beta);
            }
        }
        else if (isSingle)
        {
            RunGpu<F32, F32, F32, TAct>(activation, c, a, b, bias, alpha, beta);
        }
        else
        {
            RunGpu<F64, F64, F64, TAct>(activation, c, a, b, bias, alpha, beta);
        }
    }

    /// <summary>C = A B, or C + A B, and where that takes no launch of its own the sums of A's rows: a layer's gradients of weight
    /// and bias.</summary>
    /// <param name="c">C, [m, n]; as for <see cref="Run"/>.</param>
    /// <param name="a">A, [m, k].</param>
    /// <param name="b">B, [k, n].</param>
    /// <param name="adds">Whether to add to what C holds.</param>
    /// <param name="rowSums">[m], contiguous, of Float32 or, with factors of Float64, of Float64.</param>
    /// <param name="addsRowSums">Whether to add to what the sums hold.</param>
    /// <returns>Whether the sums were made: on GPUs, over up to 4,096 columns of A, if the product was not made by cuBLAS. Otherwise they
    /// are as they were.</returns>
    /// <exception cref="ArgumentException">Shapes, element types, devices or strides do not fit; the message says which.</exception>
    public static bool RunWithRowSums(in Operand c, in Operand a, in Operand b, bool adds, in Operand rowSums, bool addsRowSums)
    {
        Check(c, a, b, null, adds ? 1 : 0);
        DType wide = a.DType.IsHalfPrecision ? DType.Float32 : a.DType;
        if (rowSums.Dims.Length != 1 || c.Dims.Length != 2 || rowSums.Dims[0] != c.Dims[0] || rowSums.DType != wide
            || rowSums.Device != c.Device || !rowSums.IsContiguous)
        {
            throw new ArgumentException(
                $"Gemm: sums {Text(rowSums)} of {rowSums.DType} on {rowSums.Device} for the rows of A {Text(a)} of {a.DType} on {a.Device}. "
                + $"Use a contiguous [{c.Dims[^2]}] of {wide} on the same device.", nameof(rowSums));
        }

        if (c.Device.IsHost || c.Count == 0 || c.DType != wide || a.Dims[1] > LongestRowSum)
        {
            Run(default(IdentityOp), c, a, b, null, 1, adds ? 1 : 0);
            return false;
        }

        return a.DType switch
        {
            DType.Float32 => RunGpu<F32, F32, F32, IdentityOp>(default, c, a, b, null, 1, adds ? 1 : 0, rowSums, addsRowSums),
            DType.Float64 => RunGpu<F64, F64, F64, IdentityOp>(default, c, a, b, null, 1, adds ? 1 : 0, rowSums, addsRowSums),
            DType.Float16 => RunGpu<F32, F16, F32, IdentityOp>(default, c, a, b, null, 1, adds ? 1 : 0, rowSums, addsRowSums),
            _ => RunGpu<F32, BF16, F32, IdentityOp>(default, c, a, b, null, 1, adds ? 1 : 0, rowSums, addsRowSums),
        };
    }

    private static void RunHalf<TAct>(
        TAct activation, in Operand c, in Operand a, in Operand b, Operand? bias, double alpha, double beta)
        where TAct : unmanaged, IUnaryOp
    {
        if (c.Device.IsHost)
        {
            using WideFactor wideA = WideFactor.Of(a);
            using WideFactor wideB = WideFactor.Of(b);
            c.Device.CountLaunch();
            if (c.DType == DType.Float32)
            {
                RunHost(activation, c, wideA.Operand, wideB.Operand, bias, (float)alpha, (float)beta);
                return;
            }

            using Scratch wideC = Scratch.Rent(c.Device, DType.Float32, c.Dims);
            RunHost(activation, wideC.Operand, wideA.Operand, wideB.Operand, bias, (float)alpha, 0f);
            if (c.IsContiguous)
            {
                Cast.Run(c, wideC.Operand);
                return;
            }

            using Scratch narrow = Scratch.Converted(wideC.Operand, c.DType);
            StridedCopy.Run(c, narrow.Operand);
            return;
        }

        switch (a.DType, c.DType)
        {
            case (DType.Float16, DType.Float32):
                RunGpu<F32, F16, F32, TAct>(activation, c, a, b, bias, alpha, beta);
                break;
            case (DType.Float16, _):
                RunGpu<F32, F16, F16, TAct>(activation, c, a, b, bias, alpha, beta);
                break;
            case (_, DType.Float32):
                RunGpu<F32, BF16, F32, TAct>(activation, c, a, b, bias, alpha, beta);
                break;
            default:
                RunGpu<F32, BF16, BF16, TAct>(activation, c, a, b, bias, alpha, beta);
                break;
        }
    }

    private static unsafe void RunHost<T, TAct>(
        TAct activation, in Operand c, in Operand a, in Operand b, Operand? bias, T alpha, T beta)
        where T : unmanaged, IFloatingPoint<T>
        where TAct : unmanaged, IUnaryOp
    {
        bool isBatch = c.Dims.Length == 3;
        HostGemm.Run(activation, new GemmArguments<T>
        {
            A = a.Host<T>(),
            B = b.Host<T>(),
            C = c.Host<T>(),
            Bias = bias is { } row ? row.Host<T>() : null,
            Batch = isBatch ? c.Dims[0] : 1,
            Rows = c.Dims[^2],
            Columns = c.Dims[^1],
            Depth = a.Dims[^1],
            RowA = a.Strides[^2],
            ColumnA = a.Strides[^1],
            BatchA = isBatch ? a.Strides[0] : 0,
            RowB = b.Strides[^2],
            ColumnB = b.Strides[^1],
            BatchB = isBatch ? b.Strides[0] : 0,
            RowC = c.Strides[^2],
            BatchC = isBatch ? c.Strides[0] : 0,
            Alpha = alpha,
            Beta = beta,
        });
    }

    private static bool RunGpu<T, TIn, TOut, TAct>(
        TAct activation, in Operand c, in Operand a, in Operand b, Operand? bias, double alpha, double beta, in Operand? rowSums = null,
        bool addsRowSums = false)
        where T : unmanaged, IReal<T>
        where TIn : unmanaged, IStored<TIn, T>
        where TOut : unmanaged, IStored<TOut, T>
        where TAct : unmanaged, IUnaryOp
    {
        bool isBatch = c.Dims.Length == 3;
        return GpuGemm<T, TIn, TOut, TAct>.Run(c.Device, new()
        {
            A = a.View<TIn>(),
            B = b.View<TIn>(),
            C = c.View<TOut>(),
            Bias = bias is { } row ? row.View<T>() : c.View<TOut>().Cast<T>(),
            RowSums = rowSums is { } sums ? sums.View<T>() : c.View<TOut>().Cast<T>(),
            Activation = activation,
            Alpha = alpha,
            Beta = beta,
            ReadsC = beta != 0 ? 1 : 0,
            HasBias = bias is null ? 0 : 1,
            HasRowSums = rowSums is null ? 0 : 1,
            AddsRowSums = addsRowSums ? 1 : 0,
            Batch = isBatch ? c.Dims[0] : 1,
            Rows = c.Dims[^2],
            Columns = c.Dims[^1],
            Depth = a.Dims[^1],
            RowA = a.Strides[^2],
            ColumnA = a.Strides[^1],
            BatchA = isBatch ? a.Strides[0] : 0,
            RowB = b.Strides[^2],
            ColumnB = b.Strides[^1],
            BatchB = isBatch ? b.Strides[0] : 0,
            RowC = c.Strides[^2],
            ColumnC = c.Strides[^1],
            BatchC = isBatch ? c.Strides[0] : 0,
        });
    }

    private static void Check(in Operand c, in Operand a, in Operand b, Operand? bias, double beta)
    {
        bool half = a.DType.IsHalfPrecision;
        DType wide = half ? DType.Float32 : a.DType;
        if (!a.DType.IsFloatingPoint || b.DType != a.DType || (c.DType != wide && !(half && c.DType == a.DType))
            || (bias is { } typed && typed.DType != wide))
        {
            throw new ArgumentException(
                $"Gemm: C, A, B and the bias must all be Float32 or all Float64, or A and B of one 16-bit type, C too or Float32, and the "
                + $"bias Float32; they are {c.DType}, {a.DType}, {b.DType} and {bias?.DType.ToString() ?? "absent"}. Cast them.");
        }

        if (half && c.DType != wide && beta != 0)
        {
            throw new ArgumentException($"Gemm: sums of several products are made in Float32, not {c.DType}. Add to a Float32 C.");
        }

        if (a.Device != c.Device || b.Device != c.Device || (bias is { } placed && placed.Device != c.Device))
        {
            throw new ArgumentException(
                $"Gemm: C is on {c.Device}, A on {a.Device}, B on {b.Device}"
                + $"{(bias is { } other ? $", the bias on {other.Device}" : string.Empty)}. Bring them to one device.");
        }

        int rank = c.Dims.Length;
        bool fits = rank is 2 or 3 && a.Dims.Length == rank && b.Dims.Length == rank
            && a.Dims[^2] == c.Dims[^2] && b.Dims[^1] == c.Dims[^1] && a.Dims[^1] == b.Dims[^2]
            && (rank == 2 || (a.Dims[0] == c.Dims[0] && b.Dims[0] == c.Dims[0]))
            && (bias is not { } row || (row.Dims.Length == 1 && row.Dims[0] == c.Dims[^1]));
        if (!fits)
        {
            throw new ArgumentException(
                $"Gemm: C {Text(c)} = A {Text(a)} B {Text(b)} + bias {(bias is { } other ? Text(other) : "(none)")} does not fit. "
                + "It takes [m, n] = [m, k] [k, n] + [n], or the three matrices with one more axis in front, of equal length.");
        }

        if ((c.Strides[^1] != 1 && c.Dims[^1] > 1) || (bias is { } line && line.Strides[0] != 1 && line.Dims[0] > 1))
        {
            throw new ArgumentException(
                $"Gemm: the columns of C {Text(c)} and the bias must be neighbours in memory, with a stride of 1. "
                + "Write to a contiguous result, or multiply the transposed factors in reverse order.");
        }
    }

    private static string Text(in Operand operand) => $"[{string.Join(", ", operand.Dims)}]";
}
