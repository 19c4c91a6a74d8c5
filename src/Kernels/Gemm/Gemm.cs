using System.Numerics;

namespace DeepSharp.Kernels;

/// <summary>Matrix products, one or a batch, with what usually follows them in the same pass.</summary>
public static class Gemm
{
    /// <summary>C = f(alpha A B + beta C + bias).</summary>
    /// <remarks>
    /// A transposed factor is an operand with its dimensions and strides exchanged; a batch stride of 0 repeats one matrix. C must
    /// not overlap a factor. With beta 0, C is not read, so it may be uninitialised. The sums run in the precision of the
    /// operands, in an order that depends on the shapes only.
    /// </remarks>
    /// <typeparam name="TAct">The type of f; <see cref="Identity"/> for none.</typeparam>
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
        Check(c, a, b, bias);
        if (c.Count == 0)
        {
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
            RunGpu<F32, TAct>(activation, c, a, b, bias, alpha, beta);
        }
        else
        {
            RunGpu<F64, TAct>(activation, c, a, b, bias, alpha, beta);
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

    private static void RunGpu<T, TAct>(
        TAct activation, in Operand c, in Operand a, in Operand b, Operand? bias, double alpha, double beta)
        where T : unmanaged, IReal<T>
        where TAct : unmanaged, IUnaryOp
    {
        bool isBatch = c.Dims.Length == 3;
        GpuGemm<T, TAct>.Run(c.Device, new()
        {
            A = a.View<T>(),
            B = b.View<T>(),
            C = c.View<T>(),
            Bias = bias is { } row ? row.View<T>() : c.View<T>(),
            Activation = activation,
            Alpha = alpha,
            Beta = beta,
            ReadsC = beta != 0 ? 1 : 0,
            HasBias = bias is null ? 0 : 1,
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

    private static void Check(in Operand c, in Operand a, in Operand b, Operand? bias)
    {
        if (c.DType is not (DType.Float32 or DType.Float64) || a.DType != c.DType || b.DType != c.DType || (bias is { } typed && typed.DType != c.DType))
        {
            throw new ArgumentException(
                $"Gemm: C, A, B and the bias must all be Float32 or all Float64; they are {c.DType}, {a.DType}, {b.DType} and "
                + $"{(bias is { } other ? other.DType.ToString() : "absent")}. Cast them to one type.");
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
