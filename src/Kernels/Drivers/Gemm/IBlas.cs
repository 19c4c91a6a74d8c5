using ILGPU;

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
