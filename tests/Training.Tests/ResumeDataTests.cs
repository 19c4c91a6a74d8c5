using DeepSharp.Data;
using DeepSharp.Layers;
using DeepSharp.Persistence;
using DeepSharp.Training;

namespace DeepSharp.Tests;

/// <summary>Trainings that go on to the bit whatever their samples come from and what is drawn on the way.</summary>
public class ResumeDataTests
{
    private const int Count = 38;

    public static TheoryData<string> Kinds => ["stream", "slow stream", "source", "file", "sequences", "buckets", "weighted", "images", "mixed"];

    // Of batches of 8, five an epoch: in the first epoch, at its end, in the second, and before the last step.
    [Theory]
    [MemberData(nameof(Kinds))]
    public void It_goes_on_to_the_bit_in_the_middle_of_an_epoch_and_at_its_end(string kind)
    {
        using TemporaryFolder folder = new();
        Dictionary<string, float[]> begun = Run(kind, folder, 0, null).Weights;
        (Dictionary<string, float[]> Weights, double[] Losses) whole = Run(kind, folder, int.MaxValue, null);
        Assert.NotEqual(begun, whole.Weights);
        foreach (int cut in (int[])[2, 5, 8, 14])
        {
            Run(kind, folder, cut, null);
            (Dictionary<string, float[]> Weights, double[] Losses) rest = Run(kind, folder, int.MaxValue, folder["c"]);
            Assert.Equal(whole.Losses, rest.Losses);
            Assert.Equal(whole.Weights, rest.Weights);
        }
    }

    // Without it the test above would hold for data that ignore where the training is.
    [Theory]
    [MemberData(nameof(Kinds))]
    public void Epochs_and_batches_differ(string kind)
    {
        using TemporaryFolder folder = new();
        Dataset data = Data(kind, folder);
        List<float> sums = [];
        for (int epoch = 1; epoch <= 2; epoch++)
        {
            foreach (Batch batch in data.Batches(8, seed: 6, epoch: epoch))
            {
                sums.Add(batch.X.To(DType.Float32).Sum().Item() is var sum ? (float)sum : 0);
            }
        }

        Assert.Equal(10, sums.Distinct().Count());
    }

    private static (Dictionary<string, float[]> Weights, double[] Losses) Run(string kind, TemporaryFolder folder, int steps, string? resumeFrom)
    {
        Dataset data = Data(kind, folder);
        int inputs = kind is "images" or "mixed" ? 36 : 2;
        Generator random = new(1);
        Sequential model = [new Dense(inputs, 8, generator: random, device: Device.Cpu), new ReLU(), new Dropout(0.1, generator: random), new Dense(8, 2, generator: random, device: Device.Cpu)];
        if (steps == 0)
        {
            return (Problem.Values(model), []);
        }

        History history = model.Fit(
            data, Problem.Adam(model),
            batch =>
            {
                // The mean of a sequence's steps, or an image as one vector.
                Tensor x = batch.X.Rank == 2 ? batch.X : inputs == 2 ? batch.X.Mean(1) : batch.X.Flatten(1);
                Tensor prediction = model.Forward(x);
                return (new CrossEntropyLoss().Compute(prediction, batch.Y), prediction);
            },
            epochs: 3, batchSize: 8, seed: 6, callbacks: steps == int.MaxValue ? [] : [new ModelCheckpoint(folder["c"]), ResumeTests.Stop(steps)], resumeFrom: resumeFrom);
        return (Problem.Values(model), [.. history["loss"]]);
    }

    private static Dataset Data(string kind, TemporaryFolder folder)
    {
        Dataset rings = Problem.Rings(Count);
        switch (kind)
        {
            case "stream":
                return Dataset.FromStream(Samples(), [2], Shape.Scalar, Count, shuffleBuffer: 16, device: Device.Cpu);
            case "slow stream":
                return Dataset.FromStream(Slow(), [2], Shape.Scalar, Count, shuffleBuffer: 5, device: Device.Cpu, prefetch: 1);
            case "source":
                return new Dataset(new Points(rings.Features), RowSource.FromTensor(rings.Targets), Device.Cpu, prefetch: 3).Map(new GaussianNoise(0.1));
            case "file":
                Npy.Save(folder["x.npy"], rings.Features);
                return new Dataset(RowSource.FromNpy(folder["x.npy"]), RowSource.FromTensor(rings.Targets), Device.Cpu);
            case "sequences" or "buckets":
                Tensor[] sequences = [.. Enumerable.Range(0, Count).Select(i => rings.Features.Narrow(0, i % 20, 1 + (i * 7 % 11)))];
                Dataset ragged = new(RowSource.FromSequences(sequences), RowSource.FromTensor(rings.Targets), Device.Cpu);
                return kind == "buckets" ? ragged.Bucketed(2) : ragged;
            case "weighted":
                return rings.Weighted([.. Enumerable.Range(0, Count).Select(static i => 1.0 + (i % 3))]);
            default:
                Tensor images = (Tensor.Arange(Count * 36, device: Device.Cpu) * 0.7).Sin().Reshape(Count, 1, 6, 6);
                Dataset pictures = new(images, rings.Targets);
                return kind == "images"
                    ? pictures.Map(new RandomAffine(degrees: (-20, 20)), new RandomCrop(6, 6, padding: 1, horizontalFlip: 0.5), new RandomErasing(), new GaussianNoise(0.1))
                    : pictures.Map(new MixUp(2), new RandomAffine(translate: (0.2, 0.2)));
        }

        IEnumerable<(float[] X, int[] Y)> Samples()
        {
            float[] x = rings.Features.ToArray<float>();
            int[] y = rings.Targets.ToArray<int>();
            for (int i = 0; i < Count; i++)
            {
                yield return (x[(2 * i)..((2 * i) + 2)], [y[i]]);
            }
        }

        async IAsyncEnumerable<(float[] X, int[] Y)> Slow()
        {
            foreach ((float[] x, int[] y) in Samples())
            {
                await Task.Yield();
                yield return (x, y);
            }
        }
    }

    // A source of the program's own.
    private sealed class Points(Tensor points) : RowSource
    {
        private readonly float[] _points = points.ToArray<float>();

        public override int Count => _points.Length / 2;

        public override Shape SampleShape => [2];

        public override DType DType => DType.Float32;

        public override void Read(int sample, Span<byte> row) =>
            System.Runtime.InteropServices.MemoryMarshal.AsBytes(_points.AsSpan(2 * sample, 2)).CopyTo(row);
    }
}
