using DeepSharp.Layers;
using DeepSharp.Optim;
using DeepSharp.Training;

namespace DeepSharp.Tests;

/// <summary>What Fit asks of processes that train together, played by threads; and metrics of parts, against those of the whole.</summary>
public class ParallelTests
{
    private static readonly Device s_cpu = Device.Cpu;

    public static TheoryData<string> Metrics => ["classes", "numbers"];

    [Theory]
    [MemberData(nameof(Metrics))]
    public void Metrics_of_parts_add_up_to_those_of_the_whole(string kind)
    {
        using TensorScope scope = Tensor.Scope();
        Func<Metric>[] makes = kind == "classes"
            ? [() => new Accuracy(), () => new TopKAccuracy(2), () => new Precision(), () => new Recall(), () => new FBetaScore(), () => new ConfusionMatrix(),
                () => new Perplexity(), () => new AUROC(fromLogits: true), () => new AveragePrecision(fromLogits: true)]
            : [() => new MeanAbsoluteError(), () => new MeanSquaredError(), () => new RootMeanSquaredError(), () => new R2Score(), () => new CosineSimilarity()];
        Tensor prediction = Tensor.Normal([30, 3], device: s_cpu, generator: new Generator(1));
        Tensor target = kind == "classes"
            ? Tensor.From(Enumerable.Range(0, 30).Select(static i => (long)(i * i % 3)).ToArray(), s_cpu)
            : Tensor.Normal([30, 3], mean: 100, device: s_cpu, generator: new Generator(2));
        foreach (Func<Metric> make in makes)
        {
            Metric whole = make();
            whole.Update(prediction, target);
            Metric sum = make();

            // One has seen nothing, which changes nothing.
            foreach (Range part in new[] { 0..0, 0..7, 7..30, 30..30 })
            {
                Metric own = make();
                if (part.End.Value > part.Start.Value)
                {
                    own.Update(prediction[part], target[part]);
                }

                sum.Add(own.State());
            }

            Assert.Equal(whole.Result(), sum.Result(), Math.Abs(whole.Result()) * 1e-6);

            // And goes on.
            whole.Update(prediction[..4], target[..4]);
            sum.Update(prediction[..4], target[..4]);
            Assert.Equal(whole.Result(), sum.Result(), Math.Abs(whole.Result()) * 1e-6);
        }
    }

    [Fact]
    public void A_metric_that_cannot_be_added_up_says_so() => Assert.Contains(
        "'mine'", Assert.Throws<NotSupportedException>(static () => new Mine().Add(new Dictionary<string, Tensor>())).Message);

    [Fact]
    public void Means_add_up_by_their_weights()
    {
        using RunningMean one = new();
        using RunningMean two = new();
        one.Add(Tensor.From([3f], s_cpu), 2, 2);
        two.Add(Tensor.From([6f], s_cpu), 1);
        one.Add(two.State());
        Assert.Equal(4, one.Result());
        one.Add(Tensor.From([8f], s_cpu), 1);
        Assert.Equal(5, one.Result());
    }

    [Fact]
    public void A_batch_smaller_than_the_processes_are_many_is_refused()
    {
        Sequential model = Problem.Classifier(1);
        SGD rule = new(model.Parameters(), 0.1);
        Assert.Contains("shared by 3", Assert.Throws<ArgumentException>(() => model.Fit(Problem.Rings(8), rule, batchSize: 2, parallel: new Alone(3))).Message);
    }

    [Fact]
    public void One_process_that_is_parallel_trains_as_it_does_alone()
    {
        float[] alone = Trained(null);
        Assert.Equal(alone, Trained(new Alone(1)));

        static float[] Trained(IParallelTraining? parallel)
        {
            Sequential model = Problem.Classifier(1);
            model.Fit(
                Problem.Rings(50), new Adam(model.Parameters(), 0.01), epochs: 2, batchSize: 16, metrics: [new Accuracy()], validation: Problem.Rings(20), seed: 2,
                firstEpoch: 1, callbacks: [new EarlyStopping()], parallel: parallel);
            return [.. model.Parameters().SelectMany(static p => p.ToArray<float>())];
        }
    }

    private sealed class Alone(int size) : IParallelTraining
    {
        public int Rank => 0;

        public int Size => size;

        public bool Synchronizes { get; set; } = true;

        public void Begin(Module model, Optimizer optimizer)
        {
        }

        public void Align(Module model)
        {
        }

        public Tensor Average(Tensor loss) => loss;

        public IReadOnlyList<IReadOnlyDictionary<string, Tensor>> Gather(IReadOnlyDictionary<string, Tensor> state) =>
            [state.ToDictionary(static pair => pair.Key, static pair => pair.Value.Clone())];

        public bool Any(bool value) => value;
    }

    private sealed class Mine : Metric
    {
        public override string Name => "mine";

        public override void Update(Tensor prediction, Tensor target)
        {
        }

        public override double Result() => 0;

        public override void Reset()
        {
        }
    }
}
