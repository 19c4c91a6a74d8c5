using DeepSharp.Data;
using DeepSharp.Layers;
using DeepSharp.Optim;
using DeepSharp.Training;

namespace DeepSharp.Tests;

public class EvaluationTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(10)]
    [InlineData(1000)]
    public void The_loss_is_the_mean_over_samples_whatever_the_batches(int batchSize)
    {
        double expected = Enumerable.Range(0, 10).Average(static i =>
            Math.Pow((0.5 * Problem.Point(i).X) + 0.25 - Problem.Point(i).Y, 2));
        Dense model = Problem.LineModel();
        Assert.Equal(expected, model.Evaluate(Problem.Line(10), new MeanSquaredErrorLoss(), batchSize: batchSize)["loss"], 1e-14);
        Assert.Equal(expected, model.Evaluate(Problem.Line(10), new MeanSquaredErrorLoss(LossReduction.Sum), batchSize: batchSize)["loss"], 1e-14);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(100)]
    public void Cross_entropy_and_accuracy_are_those_worked_out_by_hand(int batchSize)
    {
        float[] scores = [2, 1, 0, 0, 3, 1, 1, 0, 2, 5, 4, 4.5f];
        int[] labels = [0, 1, 0, 2];
        double expected = labels.Select((label, row) =>
            Math.Log(Enumerable.Range(0, 3).Sum(c => Math.Exp(scores[(3 * row) + c]))) - scores[(3 * row) + label]).Average();
        Dataset data = new(Tensor.From(scores, [4, 3], Device.Cpu), Tensor.From(labels, Device.Cpu));
        IReadOnlyDictionary<string, double> values = new Same().Evaluate(data, metrics: [new Accuracy()], batchSize: batchSize);
        Assert.Equal(["loss", "accuracy"], values.Keys);
        Assert.Equal(expected, values["loss"], 1e-6);
        Assert.Equal(0.5, values["accuracy"]);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(10)]
    public void A_network_that_puts_out_one_number_for_a_batch_counts_by_the_batch_s_samples(int batchSize)
    {
        double expected = Enumerable.Range(0, 10).Average(static i => Problem.Point(i).X);
        Assert.Equal(expected, new BatchMean().Evaluate(Problem.Line(10), new Output(), batchSize: batchSize)["loss"], 1e-14);
    }

    [Theory]
    [InlineData(-100)]
    [InlineData(1)]
    [InlineData(7)]
    public void Accuracy_does_not_count_the_labels_that_the_loss_ignores(int ignored)
    {
        foreach (Device device in (Device[])[Device.Cpu, TestDevice.Gpu])
        {
            foreach (DType dtype in (DType[])[DType.Int32, DType.Int64])
            {
                // Of the five rows that count, the last is wrong.
                Tensor scores = Tensor.From(new float[,] { { 3, 1, 0 }, { 0, 1, 2 }, { 5, 4, 3 }, { 1, 2, 9 }, { 1, 0, 0 }, { 1, 0, 0 }, { 9, 0, 0 } }, device);
                Tensor labels = Tensor.From([0, 2, ignored, 2, 0, ignored, 2], device).To(dtype);
                Accuracy metric = ignored == -100 ? new() : new(ignored);
                metric.Update(scores, labels);
                Assert.Equal(0.8, metric.Result(), 1e-15);
                metric.Update(scores[2..3], labels[2..3]);
                Assert.Equal(0.8, metric.Result(), 1e-15);
                metric.Reset();
                metric.Update(scores[2..3], labels[2..3]);
                Assert.Equal(double.NaN, metric.Result());
            }
        }

        // With the loss of the same index a network that is right everywhere reaches 1.
        Dataset data = new(Tensor.From(new float[,] { { 9, 0 }, { 0, 9 }, { 9, 0 } }, Device.Cpu), Tensor.From([0, ignored == 1 ? 1 : ignored, 0], Device.Cpu));
        Assert.Equal(1, new Same().Evaluate(data, new CrossEntropyLoss(ignoreIndex: ignored), [new Accuracy(ignored)])["accuracy"]);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(100)]
    public void Means_over_weighted_and_ignored_labels_do_not_depend_on_the_batches(int batchSize)
    {
        // Batches of 4 have one, no and four labels that count.
        int[] labels = [2, -1, -1, -1, -1, -1, -1, -1, 0, 1, 0, 2];
        double[] weights = [0.5, 3, 1.25];
        double[] scores = [.. Enumerable.Range(0, 36).Select(static i => 2 * Math.Sin(3 * i))];
        double LossOf(int row) =>
            Math.Log(Enumerable.Range(0, 3).Sum(c => Math.Exp(scores[(3 * row) + c]))) - scores[(3 * row) + labels[row]];
        int[] counted = [.. Enumerable.Range(0, 12).Where(row => labels[row] >= 0)];
        double plain = counted.Average(LossOf);
        double weighted = counted.Sum(row => weights[labels[row]] * LossOf(row)) / counted.Sum(row => weights[labels[row]]);
        foreach ((Device device, DType dtype, double tolerance) in ((Device, DType, double)[])
            [(Device.Cpu, DType.Float64, 1e-12), (TestDevice.Gpu, DType.Float32, 1e-6)])
        {
            Dataset data = new(Tensor.From(scores, [12, 3], device).To(dtype), Tensor.From(labels, device));
            CrossEntropyLoss ignoring = new(ignoreIndex: -1);
            CrossEntropyLoss weighing = new(ignoreIndex: -1, classWeights: Tensor.From(weights, device).To(dtype));
            Assert.Equal(plain, new Same().Evaluate(data, ignoring, batchSize: batchSize)["loss"], tolerance);
            Assert.Equal(weighted, new Same().Evaluate(data, weighing, batchSize: batchSize)["loss"], tolerance);

            // Fit reports the same of the weights before the steps, which a rate of 0 leaves as they are.
            Dense model = new(3, 3, bias: false, dtype: dtype, device: device);
            model.Weight.CopyFrom(Tensor.Eye(3, dtype: dtype, device: device));
            SGD still = new(model.Parameters(), 0);
            Assert.Equal(weighted, model.Fit(data, still, weighing, batchSize: batchSize).Epochs[0]["loss"], tolerance);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(100)]
    public void A_loss_of_one_s_own_says_how_it_reduces_or_what_it_counts(int batchSize)
    {
        double[] squares = [.. Enumerable.Range(0, 10).Select(static i => Math.Pow((0.5 * Problem.Point(i).X) + 0.25 - Problem.Point(i).Y, 2))];
        double[] inputs = [.. Enumerable.Range(0, 10).Select(static i => Math.Abs((0.5 * Problem.Point(i).X) + 0.25))];
        Dense model = Problem.LineModel();
        Assert.Equal(squares.Average(), model.Evaluate(Problem.Line(10), new Squares(), batchSize: batchSize)["loss"], 1e-14);
        Assert.Equal(
            squares.Zip(inputs, static (s, w) => s * w).Sum() / inputs.Sum(),
            model.Evaluate(Problem.Line(10), new WeightedSquares(), batchSize: batchSize)["loss"], 1e-14);
        Assert.Throws<ArgumentOutOfRangeException>(static () => new Squares((LossReduction)7));
    }

    [Fact]
    public void Accuracy_takes_distributions_too_and_starts_again_when_reset()
    {
        Accuracy accuracy = new();
        Assert.True(double.IsNaN(accuracy.Result()));
        using Tensor scores = Tensor.From(new[,] { { 1f, 2 }, { 4, 3 }, { 0, 1 } }, Device.Cpu);
        accuracy.Update(scores, Tensor.From(new[,] { { 0f, 1 }, { 0, 1 }, { 0.2f, 0.8f } }, Device.Cpu));
        Assert.Equal(2.0 / 3, accuracy.Result());
        accuracy.Update(scores, Tensor.From([0, 0, 0], Device.Cpu));
        Assert.Equal(3.0 / 6, accuracy.Result());
        accuracy.Reset();
        accuracy.Update(scores, Tensor.From([1L, 0, 1], Device.Cpu));
        Assert.Equal(1, accuracy.Result());
        ArgumentException shapes = Assert.Throws<ArgumentException>(() => accuracy.Update(scores, Tensor.From([0, 1], Device.Cpu)));
        Assert.Contains("[3, 2]", shapes.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_running_mean_weighs()
    {
        RunningMean mean = new();
        Assert.True(double.IsNaN(mean.Result()));
        mean.Add(Tensor.Scalar(2, device: Device.Cpu), weight: 3, scale: 3);
        mean.Add(Tensor.From([6.0], Device.Cpu), weight: 1);
        Assert.Equal(3, mean.Result());

        // From another device too: (2 * 3 + 6 + 4 * 10) / 8 = 6.5.
        mean.Add(Tensor.Scalar(10, device: TestDevice.Gpu), weight: 4, scale: 4);
        Assert.Equal(6.5, mean.Result());
        mean.Reset();
        Assert.True(double.IsNaN(mean.Result()));
        mean.Add(Tensor.Scalar(7, device: TestDevice.Gpu), weight: 1);
        Assert.Equal(7, mean.Result());
        mean.Reset();
        Assert.Throws<ArgumentException>(() => mean.Add(Tensor.Zeros(2, device: Device.Cpu), 1));
        Assert.Throws<ArgumentException>(() => mean.Add(Tensor.Ones(1, device: Device.Cpu), Tensor.Zeros(2, device: Device.Cpu)));

        // Weights on the device, of other types and devices; one of 0 counts nothing. (3 * 2 + 1 * 6) / 4 = 3.
        mean.Add(Tensor.From([2], Device.Cpu), Tensor.Scalar(3, device: TestDevice.Gpu));
        mean.Add(Tensor.Scalar(double.NaN, device: Device.Cpu), Tensor.Scalar(0, device: Device.Cpu));
        mean.Add(Tensor.Scalar(6, device: Device.Cpu), Tensor.Scalar(1, DType.Float64, Device.Cpu));
        Assert.Equal(3, mean.Result());
        mean.Dispose();
        Assert.True(double.IsNaN(mean.Result()));
    }

    [Fact]
    public void Evaluation_and_prediction_use_no_dropout_no_batch_statistics_and_no_graph()
    {
        Sequential model = Problem.Classifier(1);
        Dataset data = Problem.Rings(30);
        Dictionary<string, float[]> before = Problem.Values(model);
        IReadOnlyDictionary<string, double> first = model.Evaluate(data, batchSize: 7);
        Assert.Equal(first["loss"], model.Evaluate(data, batchSize: 30)["loss"], 1e-6);
        Assert.Equal(before, Problem.Values(model));
        Assert.True(model.IsTraining);
        model.Eval();
        model.Evaluate(data);
        Assert.False(model.IsTraining);
        using Tensor output = model.Predict(data);
        Assert.False(output.BelongsToScope);
        Assert.Throws<InvalidOperationException>(() => output.Sum().Backward());
    }

    [Fact]
    public void What_is_frozen_in_evaluation_mode_stays_so_through_training_evaluation_and_prediction()
    {
        Sequential model = Problem.Classifier(1);
        Dataset data = Problem.Rings(30);
        BatchNorm frozen = (BatchNorm)model[1];
        frozen.Eval();
        bool[] modes = [true, true, false, true, true, true];
        model.Fit(data, Problem.Adam(model), epochs: 2, batchSize: 10, validation: data);
        Assert.Equal(modes, Modes());
        Assert.All(frozen.RunningMean.ToArray<float>(), static v => Assert.Equal(0, v));
        model.Evaluate(data);
        model.Predict(data).Dispose();
        model.Predict(data.Features).Dispose();
        LearningRateFinder.Run(model, data, static p => new SGD(p), steps: 10);
        Device.Cpu.Warmup(model, data, Problem.Adam(model), batchSize: 10);
        Assert.Equal(modes, Modes());

        // A network that is in evaluation mode as a whole is trained as a whole.
        model.Eval();
        model.Fit(data, Problem.Adam(model), batchSize: 10);
        Assert.All(Modes(), Assert.True);
        Assert.Contains(frozen.RunningMean.ToArray<float>(), static v => v != 0);

        bool[] Modes() => [model.IsTraining, .. model.Select(static module => module.IsTraining)];
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(30)]
    [InlineData(1000)]
    public void Predictions_stand_in_the_order_of_the_data(int batchSize)
    {
        Dataset data = Problem.Line(30);
        Dense model = Problem.LineModel();
        double[] expected = [.. Enumerable.Range(0, 30).Select(static i => (0.5 * Problem.Point(i).X) + 0.25)];
        using Tensor all = model.Predict(data, batchSize);
        Assert.Equal(new Shape(30, 1), all.Shape);
        Assert.All(expected.Zip(all.ToArray<double>()), static pair => Assert.Equal(pair.First, pair.Second, 1e-15));
        using Tensor inputs = model.Predict(data.Features, batchSize);
        Assert.Equal(all.ToArray<double>(), inputs.ToArray<double>());
        (Dataset part, Dataset _) = data.Split(0.5, seed: 3);
        double[] xs = [.. part.Batches(15, shuffle: false).SelectMany(static b => b.X.ToArray<double>())];
        Assert.All(xs.Zip(model.Predict(part, batchSize).ToArray<double>()), static p => Assert.Equal((0.5 * p.First) + 0.25, p.Second, 1e-15));
    }

    [Fact]
    public void Predictions_inside_a_scope_end_with_it()
    {
        Tensor output;
        using (Tensor.Scope())
        {
            output = Problem.LineModel().Predict(Problem.Line(5));
            Assert.True(output.BelongsToScope);
            Assert.Equal(5, output.ToArray<double>().Length);
        }

        Assert.True(output.IsDisposed);
    }

    [Fact]
    public void What_cannot_be_predicted_is_refused()
    {
        Dense model = Problem.LineModel();
        Assert.Throws<ArgumentException>(() => model.Predict(Problem.Line(5).Take(0)));
        Assert.Throws<ArgumentException>(() => model.Predict(Tensor.Scalar(1, DType.Float64, Device.Cpu)));
        Assert.Throws<ArgumentOutOfRangeException>(() => model.Predict(Tensor.Zeros([2, 1], DType.Float64, Device.Cpu), 0));
        using Tensor none = model.Predict(Tensor.Zeros([0, 1], DType.Float64, Device.Cpu));
        Assert.Equal(new Shape(0, 1), none.Shape);
    }

    private sealed class Squares(LossReduction reduction = LossReduction.Sum) : Loss(reduction)
    {
        public override Tensor Compute(Tensor prediction, Tensor target) => (prediction - target).Square().Sum();
    }

    private sealed class WeightedSquares : Loss
    {
        public override Tensor Compute(Tensor prediction, Tensor target) => ComputeWeighted(prediction, target).Value;

        public override (Tensor Value, Tensor? Weight) ComputeWeighted(Tensor prediction, Tensor target)
        {
            Tensor weights = prediction.Abs();
            Tensor sum = weights.Sum();
            return ((weights * (prediction - target).Square()).Sum() / sum, sum);
        }
    }

    private sealed class Same : Module
    {
        public override Tensor Forward(Tensor input) => input;
    }

    private sealed class BatchMean : Module
    {
        public override Tensor Forward(Tensor input) => input.Mean();
    }

    private sealed class Output : Loss
    {
        public override Tensor Compute(Tensor prediction, Tensor target) => prediction;
    }
}
