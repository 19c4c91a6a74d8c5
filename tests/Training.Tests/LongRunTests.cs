using DeepSharp.Data;
using DeepSharp.Layers;
using DeepSharp.Optim;
using DeepSharp.Training;

namespace DeepSharp.Tests;

/// <summary>Memory over five thousand steps of what does not come in equal batches or does not come to its end.</summary>
public class LongRunTests
{
    private const int Steps = 5000;

    [Fact]
    public void Ragged_batches_leave_nothing_behind()
    {
        Tensor[] sequences = [.. Enumerable.Range(0, 100).Select(static i => Tensor.Ones([1 + (i * 13 % 47), 2], device: Device.Cpu) * i)];
        Dataset data = new(RowSource.FromSequences(sequences), RowSource.FromTensor((Tensor.Arange(100, device: Device.Cpu) > 50).To(DType.Int64)), Device.Cpu);
        Sequential model = Problem.Classifier(1);
        List<DeviceStatistics> ends = [];
        model.Fit(
            data, new SGD(model.Parameters(), 0.01),
            batch =>
            {
                Tensor prediction = model.Forward(batch.X.Mean(1) / 100);
                return (new CrossEntropyLoss().Compute(prediction, batch.Y), prediction);
            },
            epochs: Steps / 20, batchSize: 5, metrics: [new Accuracy()], callbacks: [new Recorder { AtEpoch = (_, _) => ends.Add(Settled()) }]);
        AssertFlat(ends);
    }

    // The last ten of what it keeps, as an average of weights or a log of activations does.
    [Fact]
    public void A_callback_that_keeps_tensors_has_what_it_keeps_and_no_more()
    {
        Sequential model = Problem.Classifier(1);
        Queue<Tensor> kept = new();
        List<DeviceStatistics> ends = [];
        LambdaCallback keeps = new()
        {
            BatchEnd = context =>
            {
                Tensor weight = context.Model.Parameters().First();
                kept.Enqueue((weight.Detach() * 2).Keep());
                if (kept.Count > 10)
                {
                    kept.Dequeue().Dispose();
                }
            },
            EpochEnd = (_, _) => ends.Add(Settled()),
        };
        model.Fit(Problem.Rings(100), Problem.Adam(model), epochs: Steps / 10, batchSize: 10, callbacks: [keeps]);
        AssertFlat(ends);
        long before = Settled().LiveBytes;
        while (kept.TryDequeue(out Tensor? tensor))
        {
            tensor.Dispose();
        }

        // Ten tensors of 16 x 2 numbers, in blocks of at least as many bytes.
        Assert.InRange(before - Settled().LiveBytes, 10 * 16 * 2 * sizeof(float), 10 * 4096);
    }

    [Fact]
    public void Steps_that_end_in_an_exception_leave_nothing_behind()
    {
        Sequential model = Problem.Classifier(1);
        Optimizer optimizer = Problem.Adam(model);
        Dataset data = Problem.Rings(100);
        List<DeviceStatistics> ends = [];
        int steps = 0;
        for (int round = 0; steps < Steps; round++)
        {
            // In the forward pass, with half of the graph made; behind the loss; in the middle of a Fit.
            Assert.Throws<NotFiniteNumberException>(() =>
            {
                foreach ((Tensor x, Tensor y) in data.Batches(10))
                {
                    steps++;
                    optimizer.ZeroGradients();
                    Tensor loss = new CrossEntropyLoss().Compute(model.Forward(x), y);
                    Fail(round % 2 == 0 && steps % 7 == 0);
                    loss.Backward();
                    Fail(steps % 7 == 0);
                    optimizer.Step();
                }
            });
            Assert.Throws<NotFiniteNumberException>(() => model.Fit(data, optimizer, batch =>
            {
                steps++;
                Tensor prediction = model.Forward(batch.X);
                Fail(steps % 6 == 0);
                return (new CrossEntropyLoss().Compute(prediction, batch.Y), prediction);
            }, batchSize: 10, metrics: [new Accuracy()]));
            if (round % 20 == 0)
            {
                ends.Add(Settled());
            }
        }

        AssertFlat(ends);

        static void Fail(bool now)
        {
            if (now)
            {
                throw new NotFiniteNumberException();
            }
        }
    }

    // What nobody holds is given back by the collector.
    private static DeviceStatistics Settled()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return Device.Cpu.Statistics;
    }

    // From the first fifth on, the same bytes in use; and the pool, which by then has met most sizes, does not grow by a tenth.
    private static void AssertFlat(List<DeviceStatistics> ends)
    {
        Assert.InRange(ends.Count, 10, int.MaxValue);
        DeviceStatistics early = ends[ends.Count / 5];
        Assert.Equal(early.LiveBytes, ends[^1].LiveBytes);
        Assert.InRange(ends[^1].LiveBytes + ends[^1].CachedBytes, 0, (long)(1.1 * (early.LiveBytes + early.CachedBytes)) + 65536);
    }
}
