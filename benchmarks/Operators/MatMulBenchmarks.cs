using System.Numerics.Tensors;
using BenchmarkDotNet.Attributes;

namespace DeepSharp.Benchmarks.Operators;

/// <summary>Matrix products, plain and transposed, against dot products of .NET's on one core.</summary>
[CategoriesColumn]
public class MatMulBenchmarks : IDisposable
{
    private readonly NoGrad _noGrad = new();
    private Tensor _x = null!;
    private Tensor _y = null!;
    private float[] _a = [];
    private float[] _b = [];
    private float[] _c = [];

    [Params(32, 128, 512)]
    public int Size { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        Device.Default = Device.Cpu;
        _x = Tensor.Normal([Size, Size], generator: new Generator(1));
        _y = Tensor.Normal([Size, Size], generator: new Generator(2));
        _a = _x.ToArray<float>();
        _b = _y.ToArray<float>();
        _c = new float[Size * Size];
    }

    [Benchmark(Baseline = true)]
    public void DotProducts()
    {
        for (int i = 0; i < Size; i++)
        {
            for (int j = 0; j < Size; j++)
            {
                _c[(i * Size) + j] = TensorPrimitives.Dot<float>(_a.AsSpan(i * Size, Size), _b.AsSpan(j * Size, Size));
            }
        }
    }

    [Benchmark]
    public void MatMul() => _x.MatMul(_y).Dispose();

    [Benchmark]
    public void MatMulOfTransposed() => _x.MatMul(_y.Transpose(0, 1)).Dispose();

    public void Dispose()
    {
        _noGrad.Dispose();
        GC.SuppressFinalize(this);
    }
}
