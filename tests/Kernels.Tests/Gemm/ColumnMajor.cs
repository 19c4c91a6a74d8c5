using ILGPU;
using ILGPU.Runtime;

namespace DeepSharp.Kernels.Tests.Products;

/// <summary>BLAS's gemm as the standard defines it: loops over matrices stored column by column, with its checks of arguments.</summary>
internal sealed class ColumnMajor : IBlas
{
    public string Name => "column by column";

    public long Least => 8 * 8 * 8;

    internal List<BlasCall> Calls { get; } = [];

    public void Gemm(in BlasCall call, float alpha, ArrayView<float> a, ArrayView<float> b, float beta, ArrayView<float> c) =>
        Run(call, alpha, a, b, beta, c, static x => x, static x => (float)x);

    public void Gemm(in BlasCall call, double alpha, ArrayView<double> a, ArrayView<double> b, double beta, ArrayView<double> c) =>
        Run(call, alpha, a, b, beta, c, static x => x, static x => x);

    /// <summary>C = alpha op(first) op(second) + beta C; C is not read with beta 0.</summary>
    internal static void Run(in BlasCall call, double alpha, double[] first, double[] second, double beta, double[] c)
    {
        Assert.InRange(call.LeadFirst, Math.Max(1, call.TransposeFirst ? call.K : call.M), int.MaxValue);
        Assert.InRange(call.LeadSecond, Math.Max(1, call.TransposeSecond ? call.N : call.K), int.MaxValue);
        Assert.InRange(call.LeadC, Math.Max(1, call.M), int.MaxValue);
        for (int j = 0; j < call.N; j++)
        {
            for (int i = 0; i < call.M; i++)
            {
                double sum = 0;
                for (int p = 0; p < call.K; p++)
                {
                    double x = call.TransposeFirst ? first[p + (i * call.LeadFirst)] : first[i + (p * call.LeadFirst)];
                    double y = call.TransposeSecond ? second[j + (p * call.LeadSecond)] : second[p + (j * call.LeadSecond)];
                    sum += x * y;
                }

                int at = i + (j * call.LeadC);
                c[at] = (alpha * sum) + (beta == 0 ? 0 : beta * c[at]);
            }
        }
    }

    private void Run<T>(
        in BlasCall call, double alpha, ArrayView<T> a, ArrayView<T> b, double beta, ArrayView<T> c, Func<T, double> from, Func<double, T> to)
        where T : unmanaged
    {
        Calls.Add(call);
        T[] target = Read(c);
        double[] sums = Array.ConvertAll(target, x => from(x));
        Run(call, alpha, Array.ConvertAll(Read(b), x => from(x)), Array.ConvertAll(Read(a), x => from(x)), beta, sums);
        target = Array.ConvertAll(sums, x => to(x));
        c.CopyFromCPU(ref target[0], target.Length);
    }

    private static T[] Read<T>(ArrayView<T> view)
        where T : unmanaged
    {
        T[] values = new T[view.Length];
        view.CopyToCPU(ref values[0], values.Length);
        return values;
    }
}
