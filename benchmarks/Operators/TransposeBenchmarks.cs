using BenchmarkDotNet.Attributes;

namespace DeepSharp.Benchmarks.Operators;

/// <summary>A transposed matrix made contiguous, against two plain loops.</summary>
public class TransposeBenchmarks
{
    private Tensor _x = null!;
    private float[] _a = [];
    private float[] _c = [];

    [Params(64, 512)]
    public int Size { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        Device.Default = Device.Cpu;
        _x = Tensor.Normal([Size, Size], generator: new Generator(1));
        _a = _x.ToArray<float>();
        _c = new float[Size * Size];
    }

    [Benchmark(Baseline = true)]
    public void Loops()
    {
        for (int i = 0; i < Size; i++)
        {
            for (int j = 0; j < Size; j++)
            {
                _c[(i * Size) + j] = _a[(j * Size) + i];
            }
        }
    }

    [Benchmark]
    public void Transpose() => _x.Transpose(0, 1).Contiguous().Dispose();
}
