using DeepSharp.Testing;
using DeepSharp.Training;

namespace DeepSharp.Tests;

/// <summary>Metrics against values from their definitions: ties, classes that never occur, ignored labels, batches of different sizes.</summary>
public class MetricGoldens
{
    private const double Threshold = 0.5;

    public static IEnumerable<object[]> Names => Golden.Names("metrics");

    [Theory]
    [MemberData(nameof(Names))]
    public void Metrics_have_the_values_of_their_definitions(string name)
    {
        GoldenCase golden = Golden.Load("metrics")[name];
        foreach (Device device in golden.DType == "float32" ? (Device[])[Device.Cpu, TestDevice.Gpu] : [Device.Cpu])
        {
            using TensorScope scope = Tensor.Scope();
            Tensor prediction = golden.Inputs["input"].Tensor(device);
            Tensor target = golden.Inputs["target"].Tensor(device);
            foreach ((string output, Func<Metric> make) in Metrics(golden.Kind))
            {
                if (!golden.Outputs.Contains(output))
                {
                    continue;
                }

                Metric metric = Fed(make, prediction, target);
                double tolerance = golden.DType == "float32" || metric is RootMeanSquaredError ? 2e-6 : 1e-12;
                golden.Outputs[output].AssertClose([metric.Result()], tolerance, tolerance);
                string perClass = $"{output.Split('/')[0]}/per_class";
                double[]? values = metric switch
                {
                    ClassMetric counting => counting.PerClass(),
                    RankingMetric ranking => [.. ranking.PerClass().Select(static value => double.IsNaN(value) ? -1 : value)],
                    R2Score r2 => r2.PerOutput(),
                    _ => null,
                };
                if (values is not null)
                {
                    golden.Outputs[perClass].AssertClose(values, tolerance, tolerance);
                }

                metric.Reset();
                Assert.Equal(double.NaN, metric.Result());
                metric.Update(prediction, target);
                golden.Outputs[output].AssertClose([metric.Result()], tolerance, tolerance);
            }

            if (golden.Kind != "numbers")
            {
                ConfusionMatrix matrix = (ConfusionMatrix)Fed(
                    () => new ConfusionMatrix(threshold: golden.Kind == "labels" ? Threshold : null), prediction, target);
                golden.Outputs["confusion"].Matches(matrix.Values());
                golden.Outputs["accuracy"].AssertClose([matrix.Result()], 2e-7, 0);
                Assert.All(
                    matrix.Values(normalize: true).Sum(1).ToArray<double>().Zip(matrix.Values().Sum(1).ToArray<long>()),
                    static row => Assert.Equal(row.Second > 0 ? 1 : 0, row.First, 1e-12));
            }
        }
    }

    /// <summary>A metric that saw batches of different sizes, the later ones after its state went to a new one.</summary>
    private static Metric Fed(Func<Metric> make, Tensor prediction, Tensor target)
    {
        Metric metric = make();
        Assert.Equal(double.NaN, metric.Result());
        int[] sizes = [2, 1, 7, 5, int.MaxValue];
        int start = 0;
        for (int i = 0; start < prediction.Shape[0]; i++)
        {
            int size = Math.Min(sizes[i], prediction.Shape[0] - start);
            metric.Update(prediction.Narrow(0, start, size), target.Narrow(0, start, size));
            start += size;
            if (i == 1)
            {
                Metric next = make();
                next.LoadState(metric.State().ToDictionary(static pair => pair.Key, static pair => pair.Value.To(Device.Cpu)));
                metric.Reset();
                metric = next;
            }
        }

        return metric;
    }

    private static IEnumerable<(string Output, Func<Metric> Make)> Metrics(string kind)
    {
        double? threshold = kind == "labels" ? Threshold : null;
        if (kind == "numbers")
        {
            return
            [
                ("mae", static () => new MeanAbsoluteError()), ("mse", static () => new MeanSquaredError()),
                ("rmse", static () => new RootMeanSquaredError()), ("mape", static () => new MeanAbsolutePercentageError()),
                ("r2", static () => new R2Score()), ("cosine", static () => new CosineSimilarity()),
            ];
        }

        IEnumerable<(string, Func<Metric>)> averaged = Enum.GetValues<ClassAverage>().SelectMany(average =>
        {
            string name = average.ToString().ToLowerInvariant();
            return ((string, Func<Metric>)[])
            [
                ($"precision/{name}", () => new Precision(average, threshold)), ($"recall/{name}", () => new Recall(average, threshold)),
                ($"f1/{name}", () => new FBetaScore(average: average, threshold: threshold)),
                ($"f0.5/{name}", () => new FBetaScore(0.5, average, threshold)),
                ($"multi_label_accuracy/{name}", () => new MultiLabelAccuracy(average)),
                ($"auroc/{name}", () => new AUROC(average)), ($"average_precision/{name}", () => new AveragePrecision(average)),
            ];
        });
        return kind == "labels"
            ? averaged.Concat([("accuracy", static () => new BinaryAccuracy(ignored: -100)), ("exact_match", static () => new ExactMatch())])
            : averaged.Concat(
            [
                ("accuracy", static () => new Accuracy()), ("accuracy", static () => new TopKAccuracy(1)), ("top_2", static () => new TopKAccuracy(2)),
                ("top_3", static () => new TopKAccuracy(3)), ("perplexity", static () => new Perplexity()),
            ]);
    }
}
