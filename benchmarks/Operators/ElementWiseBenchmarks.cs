using System.Numerics.Tensors;
using BenchmarkDotNet.Attributes;

namespace DeepSharp.Benchmarks.Operators;

/// <summary>Element-wise operators and a sum, each against .NET's own vector loop on one core.</summary>
[MemoryDiagnoser]
[CategoriesColumn]
public class ElementWiseBenchmarks : IDisposable
{
    private readonly NoGrad _noGrad = new();
    private Tensor _x = null!;
    private Tensor _y = null!;
    private float[] _a = [];
    private float[] _b = [];
    private float[] _c = [];

    [Params(1 << 10, 1 << 16, 1 << 20)]
    public int Size { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        Device.Default = Device.Cpu;
        _x = Tensor.Normal([Size], generator: new Generator(1));
        _y = Tensor.Normal([Size], generator: new Generator(2));
        _a = _x.ToArray<float>();
        _b = _y.ToArray<float>();
        _c = new float[Size];
    }

    [Benchmark(Baseline = true), BenchmarkCategory("add")]
    public void AddPeer() => TensorPrimitives.Add(_a, _b, _c);

    [Benchmark, BenchmarkCategory("add")]
    public void Add() => (_x + _y).Dispose();

    [Benchmark(Baseline = true), BenchmarkCategory("exp")]
    public void ExpPeer() => TensorPrimitives.Exp(_a, _c);

    [Benchmark, BenchmarkCategory("exp")]
    public void Exp() => _x.Exp().Dispose();

    [Benchmark(Baseline = true), BenchmarkCategory("tanh")]
    public void TanhPeer() => TensorPrimitives.Tanh(_a, _c);

    [Benchmark, BenchmarkCategory("tanh")]
    public void Tanh() => _x.Tanh().Dispose();

    [Benchmark(Baseline = true), BenchmarkCategory("sigmoid")]
    public void SigmoidPeer() => TensorPrimitives.Sigmoid(_a, _c);

    [Benchmark, BenchmarkCategory("sigmoid")]
    public void Sigmoid() => _x.Sigmoid().Dispose();

    [Benchmark(Baseline = true), BenchmarkCategory("sum")]
    public float SumPeer() => TensorPrimitives.Sum<float>(_a);

    [Benchmark, BenchmarkCategory("sum")]
    public void Sum() => _x.Sum().Dispose();

    public void Dispose()
    {
        _noGrad.Dispose();
        GC.SuppressFinalize(this);
    }
}
