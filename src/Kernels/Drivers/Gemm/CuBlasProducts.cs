using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;

namespace DeepSharp.Kernels;

/// <summary>cuBLAS, in full precision (it does not round Float32 to TF32 unless it is told to).</summary>
internal sealed class CuBlasProducts : IBlas
{
    private readonly CuBlas _library;

    private CuBlasProducts(CuBlas library)
    {
        _library = library;
        Name = "cuBLAS " + BlasProducts.CuBlasVersion(library.Version);
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
