using DeepSharp.Layers;
using DeepSharp.Training;

namespace DeepSharp.Tests;

public class MetricTests
{
    private static readonly Device s_cpu = Device.Cpu;

    /// <summary>Of each kind one, with a prediction and a target of some rows that it takes.</summary>
    private static IEnumerable<(Metric Metric, Tensor Prediction, Tensor Target)> All(Device device)
    {
        Tensor scores = Tensor.From([0.1f, 0.7f, 0.2f, 0.5f, 0.25f, 0.25f, 0.3f, 0.3f, 0.4f, 0.2f, 0.2f, 0.6f], [4, 3], device);
        Tensor labels = Tensor.From([1, 2, 0, 2], device);
        Tensor truth = Tensor.From([0f, 1, 0, 1, 0, 0, 1, 1, 1, 0, 0, 1], [4, 3], device);
        foreach (Metric metric in (Metric[])[
            new Accuracy(), new TopKAccuracy(2), new Precision(), new Recall(), new FBetaScore(), new ConfusionMatrix(), new Perplexity()])
        {
            yield return (metric, scores, labels);
        }

        foreach (Metric metric in (Metric[])[
            new BinaryAccuracy(ignored: -1), new MultiLabelAccuracy(), new ExactMatch(), new Precision(threshold: 0.3), new ConfusionMatrix(threshold: 0.3),
            new MeanAbsoluteError(), new MeanSquaredError(), new RootMeanSquaredError(), new MeanAbsolutePercentageError(), new R2Score(), new CosineSimilarity()])
        {
            yield return (metric, scores, truth);
        }
    }

    [Fact]
    public void Examples_of_the_scikit_learn_documentation()
    {
        using TensorScope scope = Tensor.Scope();

        // precision_score, recall_score, f1_score, fbeta_score: y_true = [0, 1, 2, 0, 1, 2], y_pred = [0, 2, 1, 0, 0, 1].
        Tensor predicted = Tensor.From([0, 2, 1, 0, 0, 1], s_cpu).OneHot(3);
        Tensor truth = Tensor.From([0, 1, 2, 0, 1, 2], s_cpu);
        Is(2 / 9.0, new Precision(), predicted, truth);
        Is(1 / 3.0, new Precision(ClassAverage.Micro), predicted, truth);
        Is(2 / 9.0, new Precision(ClassAverage.Weighted), predicted, truth);
        Precision precision = new();
        precision.Update(predicted, truth);
        Assert.Equal([2 / 3.0, 0, 0], precision.PerClass());
        Is(1 / 3.0, new Recall(), predicted, truth);
        Is(0.8 / 3, new FBetaScore(), predicted, truth);
        Is(1 / 3.0, new FBetaScore(0.5, ClassAverage.Micro), predicted, truth);
        Is(0.2380952380952381, new FBetaScore(0.5), predicted, truth);

        // precision_score of several labels.
        Tensor several = Tensor.From([0f, 0, 0, 1, 1, 1, 1, 1, 0], [3, 3], s_cpu);
        Precision labels = new(threshold: 0.5);
        labels.Update(Tensor.From([0f, 0, 0, 1, 1, 1, 1, 1, 0], [3, 3], s_cpu), several);
        Assert.Equal([1, 1, 1], labels.PerClass());

        // confusion_matrix.
        ConfusionMatrix matrix = new(["ant", "bird", "cat"]);
        Assert.Throws<InvalidOperationException>(() => matrix.Values());
        Assert.Equal("confusion_matrix: no batch yet", matrix.ToString());
        matrix.Update(Tensor.From([0, 0, 2, 2, 0, 2], s_cpu).OneHot(3), Tensor.From([2, 0, 2, 2, 0, 1], s_cpu));
        Assert.Equal([2, 0, 0, 0, 0, 1, 1, 0, 2], matrix.Values().ToArray<long>());
        Assert.Equal(
            """
            true \ predicted   ant  bird   cat
            ant                  2     0     0
            bird                 0     0     1
            cat                  1     0     2
            """.ReplaceLineEndings("\n"), matrix.ToString());
        Assert.Equal(
            """
            true \ predicted    ant   bird    cat
            ant               1.000  0.000  0.000
            bird              0.000  0.000  1.000
            cat               0.333  0.000  0.667
            """.ReplaceLineEndings("\n"), matrix.ToString(normalize: true));

        // roc_auc_score's curve, average_precision_score; top_k_accuracy_score.
        Tensor scores = Tensor.From([0.1, 0.4, 0.35, 0.8], s_cpu);
        Is(0.75, new AUROC(), scores, Tensor.From([0, 0, 1, 1], s_cpu));
        Is(5 / 6.0, new AveragePrecision(), scores, Tensor.From([false, false, true, true], s_cpu));
        Tensor ranked = Tensor.From([0.5, 0.2, 0.2, 0.3, 0.4, 0.2, 0.2, 0.4, 0.3, 0.7, 0.2, 0.1], [4, 3], s_cpu);
        Is(0.75, new TopKAccuracy(2), ranked, Tensor.From([0, 1, 2, 2], s_cpu));

        // mean_absolute_error, mean_squared_error, mean_absolute_percentage_error, r2_score.
        Tensor prediction = Tensor.From([2.5, 0, 2, 8], s_cpu);
        Tensor numbers = Tensor.From([3, -0.5, 2, 7], s_cpu);
        Is(0.5, new MeanAbsoluteError(), prediction, numbers);
        Is(0.375, new MeanSquaredError(), prediction, numbers);
        Is(0.6123724356957945, new RootMeanSquaredError(), prediction, numbers);
        Is(0.3273809523809524, new MeanAbsolutePercentageError(), prediction, numbers);
        Is(0.9486081370449679, new R2Score(), prediction, numbers);
        Is(0, new R2Score(), Tensor.From([2.0, 2, 2], s_cpu), Tensor.From([1.0, 2, 3], s_cpu));
        Is(-3, new R2Score(), Tensor.From([3.0, 2, 1], s_cpu), Tensor.From([1.0, 2, 3], s_cpu));
        Is(
            (1 - (1.25 / (217 / 6.0)) + 1 - (3 / (98 / 3.0))) / 2, new R2Score(), Tensor.From([0.0, 2, -1, 2, 8, -5], [3, 2], s_cpu),
            Tensor.From([0.5, 1, -1, 1, 7, -6], [3, 2], s_cpu));
    }

    [Fact]
    public void Examples_of_the_torchmetrics_documentation()
    {
        using TensorScope scope = Tensor.Scope();
        Tensor scores = Tensor.From(
            [0.75, 0.05, 0.05, 0.05, 0.05, 0.05, 0.75, 0.05, 0.05, 0.05, 0.05, 0.05, 0.75, 0.05, 0.05, 0.05, 0.05, 0.05, 0.75, 0.05], [4, 5], s_cpu);
        AveragePrecision precision = new();
        precision.Update(scores, Tensor.From([0, 1, 3, 2], s_cpu));
        Assert.Equal([1, 1, 0.25, 0.25, double.NaN], precision.PerClass());
        Assert.Equal(0.625, precision.Result(), 1e-15);
        Is(0.5833333333333333, new AveragePrecision(), Tensor.From([0, 0.5, 0.7, 0.8], s_cpu), Tensor.From([0, 1, 1, 0], s_cpu));
        Is(0.8 / 3, new MeanAbsolutePercentageError(), Tensor.From([0.9, 15, 1.2e6], s_cpu), Tensor.From([1.0, 10, 1e6], s_cpu));
    }

    [Fact]
    public void Logits_become_probabilities_before_samples_are_compared()
    {
        // The yes has the smaller logit and the larger probability.
        using TensorScope scope = Tensor.Scope();
        Tensor logits = Tensor.From([1.0, -9, 5, 9], [2, 2], s_cpu);
        Tensor labels = Tensor.From([0, 1], s_cpu);
        Is(0.5, new AUROC(), logits, labels);
        Is(1, new AUROC(fromLogits: true), logits, labels);
        Is(1, new AveragePrecision(fromLogits: true), logits, labels);
    }

    [Fact]
    public void A_constant_target_has_no_spread_of_rounding()
    {
        using TensorScope scope = Tensor.Scope();
        Tensor tenths = Tensor.Full([7], 0.1, DType.Float64, s_cpu);
        Is(1, new R2Score(), tenths, tenths);
        Is(0, new R2Score(), tenths + 0.1, tenths);
        R2Score score = new();
        score.Update(tenths[..1], tenths[..1]);
        Assert.Equal(double.NaN, score.Result());
        score.Update(tenths[..3], tenths[..3]);
        Assert.Equal(1, score.Result());
    }

    [Fact]
    public void Nothing_that_counts_is_NaN()
    {
        using TensorScope scope = Tensor.Scope();
        Tensor scores = Tensor.Ones([3, 2], DType.Float32, s_cpu);
        Tensor ignored = Tensor.Full([3], -100, DType.Int64, s_cpu);
        foreach (Metric metric in (Metric[])[
            new Accuracy(), new TopKAccuracy(), new Precision(), new Recall(ClassAverage.Micro), new FBetaScore(1, ClassAverage.Weighted), new ConfusionMatrix(),
            new Perplexity(), new AUROC(), new AveragePrecision()])
        {
            metric.Update(scores, ignored);
            Assert.Equal(double.NaN, metric.Result());
        }

        // A label that is no class is a wrong prediction.
        Tensor stray = Tensor.From([0, 7, -1], s_cpu);
        Is(1 / 3.0, new Accuracy(), scores, stray);
        Is(1 / 3.0, new Precision(), scores, stray);
        Is(1, new Recall(), scores, stray);
    }

    [Fact]
    public void A_score_that_is_NaN_has_no_place_in_an_order()
    {
        using TensorScope scope = Tensor.Scope();
        Tensor scores = Tensor.From([0.5f, float.NaN, 0.25f], s_cpu);
        Is(double.NaN, new AUROC(), scores, Tensor.From([1, 0, 0], s_cpu));
        Is(1, new AUROC(), scores, Tensor.From([1, -100, 0], s_cpu));
    }

    [Theory]
    [InlineData("cpu", 60)]
    [InlineData("emulated", 6)]
    public void Memory_is_flat_over_batches_and_nothing_is_waited_for(string name, int batches)
    {
        Device device = name == "cpu" ? s_cpu : TestDevice.Gpu;
        using TensorScope scope = Tensor.Scope();
        Tensor labels = Tensor.From([1, 0], device);
        AUROC order = new(fromLogits: true);
        order.Update(Tensor.Ones([2, 2], device: device), labels);
        long waits = device.Statistics.Waits;
        order.Update(Tensor.Ones([2, 2], device: device), labels);
        Assert.Equal(waits, device.Statistics.Waits);
        (Metric Metric, Tensor Prediction, Tensor Target)[] all = [.. All(device)];
        Collect();
        foreach ((Metric metric, Tensor prediction, Tensor target) in all)
        {
            metric.Update(prediction, target);
            metric.Update(prediction, target);
            DeviceStatistics before = device.Statistics;
            for (int i = 0; i < batches; i++)
            {
                metric.Update(prediction, target);
            }

            DeviceStatistics after = device.Statistics;
            Assert.True(
                (before.LiveBytes, before.Allocations, before.Waits) == (after.LiveBytes, after.Allocations, after.Waits), $"{metric.Name}: {before}, {after}");
        }

        GC.KeepAlive(all);
    }

    [Fact]
    public void An_exact_order_takes_the_memory_of_the_scores_and_gives_it_back()
    {
        using TensorScope scope = Tensor.Scope();
        Tensor scores = Tensor.Uniform([1000, 16], device: s_cpu);
        Tensor truth = Tensor.Bernoulli([1000, 16], device: s_cpu);
        AUROC metric = new();
        metric.Update(scores, truth);
        metric.Reset();
        Collect();
        long before = s_cpu.Statistics.LiveBytes;
        for (int i = 0; i < 20; i++)
        {
            metric.Update(scores, truth);
        }

        // Blocks come in sizes a quarter of an octave apart.
        Assert.InRange(s_cpu.Statistics.LiveBytes - before, 20 * 5 * 16000, 20 * 5 * 16000 * 1.25);
        Assert.InRange(metric.Result(), 0.45, 0.55);
        metric.Reset();
        Assert.Equal(before, s_cpu.Statistics.LiveBytes);
    }

    [Theory]
    [InlineData(DType.Float32)]
    [InlineData(DType.BFloat16)]
    public void Fit_and_Evaluate_take_them_all(DType precision)
    {
        Sequential model = Problem.Classifier(1);
        Metric[] metrics =
        [
            new Accuracy(), new TopKAccuracy(2), new Precision(), new Recall(), new FBetaScore(), new ConfusionMatrix(["in", "out"]), new Perplexity(),
            new AUROC(fromLogits: true), new AveragePrecision(fromLogits: true),
        ];
        History history = model.Fit(
            Problem.Rings(60), Problem.Adam(model), epochs: 20, batchSize: 16, metrics: metrics, validation: Problem.Rings(20), mixedPrecision: precision);
        Assert.Equal(1, history["val_top_2_accuracy"][^1]);
        Assert.All(
            (string[])["val_precision", "val_recall", "val_f1", "val_auroc", "val_average_precision", "val_confusion_matrix"],
            name => Assert.InRange(history[name][^1], 0.8, 1));
        Assert.Equal(Math.Exp(history["val_loss"][^1]), history["val_perplexity"][^1], 1e-2);
        Assert.Equal(history["val_accuracy"][^1], ((ConfusionMatrix)metrics[5]).Result());
    }

    [Fact]
    public void A_mean_of_ones_own_is_one_formula()
    {
        using TensorScope scope = Tensor.Scope();
        Tensor x = Tensor.From([1f, 2, 3, 9], s_cpu);
        MeanMetric metric = new Largest();
        metric.Update(x[..3], x[..3]);
        metric.Update(x[3..], x[3..]);
        Assert.Equal(15 / 4.0, metric.Result());
    }

    [Fact]
    public void What_does_not_fit_is_refused_by_name()
    {
        using TensorScope scope = Tensor.Scope();
        Tensor scores = Tensor.Ones([4, 3], DType.Float32, s_cpu);
        Tensor labels = Tensor.Zeros([4], DType.Int64, s_cpu);
        Tensor column = Tensor.Ones([4, 1], DType.Float32, s_cpu);
        foreach ((Metric metric, Tensor prediction, Tensor target) in All(s_cpu))
        {
            string type = metric.GetType().Name;
            Tensor three = prediction[..3];
            Says(() => metric.Update(three, target), type == "Perplexity" ? "SoftmaxCrossEntropy" : type);
            Assert.Throws<ArgumentNullException>(() => metric.Update(null!, target));
            Assert.Throws<ArgumentNullException>(() => metric.Update(prediction, null!));
            Assert.Throws<ArgumentNullException>(() => metric.LoadState(null!));
            Says(() => metric.LoadState(new Dictionary<string, Tensor> { ["x"] = column }), type);
        }

        Says(() => new Precision().Update(scores, labels.To(DType.Float32)), "Precision", "Float32", "To(DType.Int64)");
        Says(() => new Precision().Update(column, labels), "Precision", "[4, 1]", "threshold");
        Says(() => new AUROC().Update(column, labels), "AUROC", "[4, 1]");
        Says(() => new Precision(threshold: 0.5).Update(scores, labels), "Precision", "[4, 3]", "[4]");
        Says(() => new ConfusionMatrix(["a", "b"]).Update(scores, labels), "ConfusionMatrix", "2 names (a, b)", "3 classes");
        Says(() => new Recall().Update(scores, labels.To(TestDevice.Gpu)), "Recall", "To(Device)");
        Says(() => new AUROC().Update(scores, labels.To(TestDevice.Gpu)), "AUROC", "To(Device)");
        Says(() => new MeanAbsoluteError().Update(labels, labels), "MeanAbsoluteError", "Int64");
        Precision two = new();
        two.Update(scores[.., ..2].Contiguous(), labels);
        Says(() => two.Update(scores, labels), "Precision", "Reset()");
        AUROC of = new();
        of.Update(scores[.., ..2], labels);
        Says(() => of.Update(scores, labels), "AUROC", "Reset()");
        Assert.Throws<ArgumentOutOfRangeException>(() => new FBetaScore(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new TopKAccuracy(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Precision(threshold: double.NaN));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Precision((ClassAverage)9));
        Assert.Throws<ArgumentOutOfRangeException>(() => new AUROC((ClassAverage)9));
        Assert.Throws<ArgumentOutOfRangeException>(() => new MeanAbsolutePercentageError(0));
        Assert.Equal(("f1", "f0.5", "top_5_accuracy"), (new FBetaScore().Name, new FBetaScore(0.5).Name, new TopKAccuracy().Name));

        static void Says(Action call, params string[] parts)
        {
            string message = Assert.Throws<ArgumentException>(call).Message;
            Assert.All(parts, part => Assert.Contains(part, message, StringComparison.Ordinal));
        }
    }

    // What earlier tests left to the collector goes now, not while bytes are counted.
    private static void Collect()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        _ = s_cpu.Statistics;
        _ = TestDevice.Gpu.Statistics;
    }

    private static void Is(double expected, Metric metric, Tensor prediction, Tensor target)
    {
        metric.Update(prediction, target);
        Assert.Equal(expected, metric.Result(), 1e-12);
    }

    private sealed class Largest : MeanMetric
    {
        public override string Name => "largest";

        protected override Tensor Values(Tensor prediction, Tensor target) => prediction;
    }
}
