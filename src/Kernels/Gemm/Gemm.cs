#pragma warning disable
using System.Runtime.CompilerServices;
namespace DeepSharp.Kernels;
public readonly struct Identity : IUnaryOp { public static Saved Saves => Saved.Nothing; public T Forward<T>(T x) where T : unmanaged, IReal<T> => x; public T Derivative<T>(T s) where T : unmanaged, IReal<T> => 1; }
public static unsafe class Gemm {
  static double Get(in Operand o, int i) => o.DType switch { DType.Float32 => o.Block.Host<float>(0)[i], DType.Float64 => o.Block.Host<double>(0)[i], _ => throw new Exception() };
  static void Set(in Operand o, int i, double v) { if (o.DType == DType.Float32) o.Block.Host<float>(0)[i] = (float)v; else o.Block.Host<double>(0)[i] = v; }
  public static void Run<TAct>(TAct act, in Operand c, in Operand a, in Operand b, Operand? bias, double alpha, double beta) where TAct : unmanaged, IUnaryOp {
    int r = c.Dims.Length; int batch = r == 3 ? c.Dims[0] : 1; int m = c.Dims[^2], n = c.Dims[^1], k = a.Dims[^1];
    for (int z = 0; z < batch; z++) for (int i = 0; i < m; i++) for (int j = 0; j < n; j++) { double s = 0; for (int p = 0; p < k; p++) s += Get(a, a.Offset + (r == 3 ? z * a.Strides[0] : 0) + i * a.Strides[^2] + p * a.Strides[^1]) * Get(b, b.Offset + (r == 3 ? z * b.Strides[0] : 0) + p * b.Strides[^2] + j * b.Strides[^1]);
      int ci = c.Offset + (r == 3 ? z * c.Strides[0] : 0) + i * c.Strides[^2] + j * c.Strides[^1]; s *= alpha; if (beta != 0) s += beta * Get(c, ci); if (bias is { } bb) s += Get(bb, bb.Offset + j * bb.Strides[0]); Set(c, ci, s); } }
}
