using BenchmarkDotNet.Attributes;
using DeepSharp.Data;

namespace DeepSharp.Benchmarks.Operators;

/// <summary>An epoch of shuffled batches of byte images, converted and normalised, against a plain loop over a shuffled index.</summary>
[MemoryDiagnoser]
public class BatchBenchmarks
{
    private const int Count = 8192;
    private const int Pixels = 784;
    private const int BatchSize = 128;
    private readonly float[] _batch = new float[BatchSize * Pixels];
    private readonly int[] _order = new int[Count];
    private readonly byte[] _images = new byte[Count * Pixels];
    private Dataset _data = null!;

    [GlobalSetup]
    public void Setup()
    {
        Device.Default = Device.Cpu;
        Random random = new(1);
        random.NextBytes(_images);
        for (int i = 0; i < Count; i++)
        {
            _order[i] = i;
        }

        random.Shuffle(_order);
        _data = new Dataset(Tensor.From(_images, [Count, Pixels]), Tensor.Zeros([Count], DType.UInt8)).Scaled(1.0 / 255);
    }

    [Benchmark(Baseline = true)]
    public void Loop()
    {
        for (int start = 0; start < Count; start += BatchSize)
        {
            for (int i = 0; i < BatchSize; i++)
            {
                ReadOnlySpan<byte> image = _images.AsSpan(_order[start + i] * Pixels, Pixels);
                Span<float> row = _batch.AsSpan(i * Pixels, Pixels);
                for (int p = 0; p < Pixels; p++)
                {
                    row[p] = image[p] * (1f / 255);
                }
            }
        }
    }

    [Benchmark]
    public void Batches()
    {
        foreach ((Tensor _, Tensor _) in _data.Batches(BatchSize, seed: 1))
        {
        }
    }
}
