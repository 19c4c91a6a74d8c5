using System.Runtime.CompilerServices;
using ILGPU;

namespace DeepSharp.Kernels;

/// <summary>Matrix products by the library of a device, with bias and activation in a kernel of ours behind it.</summary>
internal static class BlasProducts
{
    /// <summary>Runs a product by the library, if it is one for it: large enough, with strides that BLAS knows.</summary>
    internal static bool TryRun<T, TIn, TOut, TAct>(Device device, IBlas blas, in GpuGemm<T, TIn, TOut, TAct>.Arguments x)
        where T : unmanaged, IReal<T>
        where TIn : unmanaged, IStored<TIn, T>
        where TOut : unmanaged, IStored<TOut, T>
        where TAct : unmanaged, IUnaryOp
    {
        // ILGPU 1.5.3 has no products of 16-bit numbers.
        bool isSingle = typeof(T) == typeof(F32);
        if ((long)x.Rows * x.Columns * x.Depth < blas.Least || typeof(TIn) != typeof(T) || typeof(TOut) != typeof(T)
            || BlasCall.Of(x.Rows, x.Columns, x.Depth, x.RowA, x.ColumnA, x.RowB, x.ColumnB, x.RowC) is not { } call)
        {
            return false;
        }

        for (int i = 0; i < x.Batch; i++)
        {
            ArrayView<TIn> a = Matrix(x.A, i * x.BatchA, x.Rows, x.RowA, x.Depth, x.ColumnA);
            ArrayView<TIn> b = Matrix(x.B, i * x.BatchB, x.Depth, x.RowB, x.Columns, x.ColumnB);
            ArrayView<TOut> c = Matrix(x.C, i * x.BatchC, x.Rows, x.RowC, x.Columns, 1);
            device.CountLaunch();
            if (isSingle)
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
            BlasEpilogue<T, TAct>.Run(device, new()
            {
                C = x.C.Cast<T>(),
                Bias = x.Bias,
                Activation = x.Activation,
                HasBias = x.HasBias,
                Count = x.Batch * x.Rows * x.Columns,
                Rows = x.Rows,
                Columns = x.Columns,
                RowC = x.RowC,
                BatchC = x.BatchC,
            });
        }

        return true;
    }

    /// <summary>cuBLAS's number of its version as text: 120304 is 12.3.4; before cuBLAS 11, 10204 was 10.2.4.</summary>
    internal static string CuBlasVersion(int version) => version >= 100_000
        ? $"{version / 10_000}.{version / 100 % 100}.{version % 100}"
        : $"{version / 1000}.{version / 100 % 10}.{version % 100}";

    private static ArrayView<T> Matrix<T>(ArrayView<T> view, long start, int rows, int row, int columns, int column)
        where T : unmanaged => view.SubView(start, ((rows - 1L) * row) + ((columns - 1L) * column) + 1);
}
