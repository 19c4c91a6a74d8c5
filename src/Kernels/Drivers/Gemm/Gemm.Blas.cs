using System.Runtime.CompilerServices;
using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;

namespace DeepSharp.Kernels;

/// <summary>A library for matrix products on a device: BLAS's gemm over matrices that are stored column by column.</summary>
internal interface IBlas
{
    /// <summary>The library and its version.</summary>
    string Name { get; }

    /// <summary>
    /// The multiplications from which on the library is called, for each matrix of a batch. Below, a launch costs more than the
    /// product, and our kernel does the whole batch, bias and activation in one.
    /// </summary>
    long Least { get; }

    /// <summary>C = alpha op(A) op(B) + beta C, in the order of the device's other work.</summary>
    void Gemm(in BlasCall call, float alpha, ArrayView<float> a, ArrayView<float> b, float beta, ArrayView<float> c);

    /// <summary>C = alpha op(A) op(B) + beta C, in the order of the device's other work.</summary>
    void Gemm(in BlasCall call, double alpha, ArrayView<double> a, ArrayView<double> b, double beta, ArrayView<double> c);
}

/// <summary>
/// The whole numbers of BLAS's gemm for a product of ours. BLAS stores matrices column by column, we store them row by row; what
/// it takes for a matrix is our transposed one, so it is asked for C^T = B^T A^T: B comes first.
/// </summary>
/// <param name="TransposeFirst">Whether the first factor (our B) stands transposed in memory, as BLAS sees it.</param>
/// <param name="TransposeSecond">Whether the second factor (our A) does.</param>
/// <param name="M">Our columns.</param>
/// <param name="N">Our rows.</param>
/// <param name="K">The depth.</param>
/// <param name="LeadFirst">From one line of the first factor to the next.</param>
/// <param name="LeadSecond">From one line of the second factor to the next.</param>
/// <param name="LeadC">From one line of C to the next.</param>
internal readonly record struct BlasCall(
    bool TransposeFirst, bool TransposeSecond, int M, int N, int K, int LeadFirst, int LeadSecond, int LeadC)
{
    /// <summary>
    /// The call for C [rows, columns] = A [rows, depth] B [depth, columns] with these strides from row to row and from column to
    /// column (C's columns are neighbours), or null if the strides are none that BLAS knows.
    /// </summary>
    internal static BlasCall? Of(int rows, int columns, int depth, int rowA, int columnA, int rowB, int columnB, int rowC)
    {
        int leadC = rows == 1 ? columns : rowC;
        return leadC >= columns
            && TryLines(depth, columns, rowB, columnB, out bool transposeB, out int leadB)
            && TryLines(rows, depth, rowA, columnA, out bool transposeA, out int leadA)
            ? new BlasCall(transposeB, transposeA, columns, rows, depth, leadB, leadA, leadC)
            : null;
    }

    // One of the strides must be 1, and lines must not overlap; the stride along an axis of one element is never used.
    private static bool TryLines(int rows, int columns, int row, int column, out bool isTransposed, out int lead)
    {
        isTransposed = false;
        lead = rows == 1 ? columns : row;
        if ((column == 1 || columns == 1) && lead >= columns)
        {
            return true;
        }

        isTransposed = true;
        lead = columns == 1 ? rows : column;
        return (row == 1 || rows == 1) && lead >= rows;
    }
}

/// <summary>Matrix products by the library of a device, with bias and activation in a kernel of ours behind it.</summary>
internal static class GpuBlas
{
    /// <summary>Runs a product by the library, if it is one for it: large enough, with strides that BLAS knows.</summary>
    internal static bool TryRun<T, TIn, TOut, TAct, TA, TB>(Device device, IBlas blas, in GpuGemm<T, TIn, TOut, TAct, TA, TB>.Arguments x)
        where T : unmanaged, IReal<T>
        where TIn : unmanaged, IStored<TIn, T>
        where TOut : unmanaged, IStored<TOut, T>
        where TAct : unmanaged, IUnaryOp
        where TA : unmanaged, IFactor
        where TB : unmanaged, IFactor
    {
        // ILGPU 1.5.3 has no products of 16-bit numbers.
        if ((long)x.Rows * x.Columns * x.Depth < blas.Least || typeof(TIn) != typeof(T) || typeof(TOut) != typeof(T)
            || !TA.IsStrided || !TB.IsStrided
            || BlasCall.Of(
                x.Rows, x.Columns, x.Depth, x.FactorA.LineStride, x.FactorA.DepthStride, x.FactorB.DepthStride, x.FactorB.LineStride,
                x.PlaceC.LineStride) is not { } call)
        {
            return false;
        }

        for (int i = 0; i < x.Batch; i++)
        {
            ArrayView<TIn> a = Matrix(x.A, x.FactorA, x.FactorA.Start(i), x.Rows, x.Depth);
            ArrayView<TIn> b = Matrix(x.B, x.FactorB, x.FactorB.Start(i), x.Columns, x.Depth);
            ArrayView<TOut> c = Matrix(x.C, x.PlaceC, x.PlaceC.Start(i), x.Rows, x.Columns);
            device.CountLaunch();
            if (typeof(T) == typeof(F32))
            {
                blas.Gemm(
                    call, Unsafe.BitCast<T, float>(x.Alpha), a.Cast<float>(), b.Cast<float>(), Unsafe.BitCast<T, float>(x.Beta),
                    c.Cast<float>());
            }
            else
            {
                blas.Gemm(
                    call, Unsafe.BitCast<T, double>(x.Alpha), a.Cast<double>(), b.Cast<double>(), Unsafe.BitCast<T, double>(x.Beta),
                    c.Cast<double>());
            }
        }

        if (x.HasBias != 0 || typeof(TAct) != typeof(IdentityOp))
        {
            device.Launch(device.Grid(x.Batch * x.Rows * x.Columns), BlasEpilogue<T, TAct>.Kernel, new BlasEpilogue<T, TAct>.Arguments
            {
                C = x.C.Cast<T>(),
                PlaceC = x.PlaceC,
                PlaceBias = x.PlaceBias,
                Bias = x.Bias,
                Activation = x.Activation,
                HasBias = x.HasBias,
                Count = x.Batch * x.Rows * x.Columns,
                Rows = x.Rows,
                Columns = x.Columns,
            });
        }

        return true;
    }

    /// <summary>cuBLAS's number of its version as text: 120304 is 12.3.4; before cuBLAS 11, 10204 was 10.2.4.</summary>
    internal static string CuBlasVersion(int version) => version >= 100_000
        ? $"{version / 10_000}.{version / 100 % 100}.{version % 100}"
        : $"{version / 1000}.{version / 100 % 10}.{version % 100}";

    private static ArrayView<T> Matrix<T, TFactor>(ArrayView<T> view, TFactor factor, int start, int lines, int depth)
        where T : unmanaged
        where TFactor : IFactor => view.SubView(start, factor.Place(0, lines - 1, depth - 1) + 1L);
}

/// <summary>C = f(C + bias) in place, behind a product that a library has computed.</summary>
internal static class BlasEpilogue<T, TAct>
    where T : unmanaged, IReal<T>
    where TAct : unmanaged, IUnaryOp
{
    internal static void Kernel(Arguments x)
    {
        for (int i = Grid.GlobalIndex.X; (uint)i < (uint)x.Count; i += Grid.DimX * Group.DimX)
        {
            int column = i % x.Columns;
            int line = i / x.Columns;
            int at = x.PlaceC.Place(x.PlaceC.Start(line / x.Rows), line % x.Rows, column);
            T value = x.C[at];
            if (x.HasBias != 0)
            {
                value += x.Bias[x.PlaceBias.Place(x.PlaceBias.Start(line / x.Rows), line % x.Rows, column)];
            }

            x.C[at] = x.Activation.Forward(value);
        }
    }

    /// <summary>C and what is done to it.</summary>
    internal struct Arguments
    {
        internal ArrayView<T> C;
        internal ArrayView<T> Bias;
        internal MatrixFactor PlaceC;
        internal MatrixFactor PlaceBias;
        internal TAct Activation;
        internal int HasBias;
        internal int Count;
        internal int Rows;
        internal int Columns;
    }
}

/// <summary>cuBLAS, in full precision (it does not round Float32 to TF32 unless it is told to).</summary>
internal sealed class CuBlasProducts : IBlas
{
    private readonly CuBlas _library;

    private CuBlasProducts(CuBlas library)
    {
        _library = library;
        Name = "cuBLAS " + GpuBlas.CuBlasVersion(library.Version);
    }

    public string Name { get; }

    public long Least => 64 * 64 * 64;

    public void Gemm(in BlasCall call, float alpha, ArrayView<float> a, ArrayView<float> b, float beta, ArrayView<float> c) => _library.Gemm(
        Operation(call.TransposeFirst), Operation(call.TransposeSecond), call.M, call.N, call.K, alpha, b, call.LeadFirst,
        a, call.LeadSecond, beta, c, call.LeadC);

    public void Gemm(in BlasCall call, double alpha, ArrayView<double> a, ArrayView<double> b, double beta, ArrayView<double> c) => _library.Gemm(
        Operation(call.TransposeFirst), Operation(call.TransposeSecond), call.M, call.N, call.K, alpha, b, call.LeadFirst,
        a, call.LeadSecond, beta, c, call.LeadC);

    /// <summary>The library for a device, or null if it is not there or does not start.</summary>
    internal static CuBlasProducts? TryCreate(Accelerator accelerator)
    {
        try
        {
            return accelerator is CudaAccelerator cuda ? new CuBlasProducts(new CuBlas(cuda)) : null;
        }
        catch (Exception)
        {
            // Whatever is wrong with a library that is optional, our own kernel does without it.
            return null;
        }
    }

    private static CuBlasOperation Operation(bool isTransposed) => isTransposed ? CuBlasOperation.Transpose : CuBlasOperation.NonTranspose;
}
