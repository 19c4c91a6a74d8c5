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
        Assert.Equal(expected, model.Evaluate(Problem.Line(10), new MeanSquaredError(), batchSize: batchSize)["loss"], 1e-14);
        Assert.Equal(expected, model.Evaluate(Problem.Line(10), new MeanSquaredError(LossReduction.Sum), batchSize: batchSize)["loss"], 1e-14);
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
        LearningRateFinder.Run(model, data, static p => new Sgd(p), steps: 10);
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

    private sealed class Same : Module
    {
        public override Tensor Forward(Tensor input) => input;
    }
}
