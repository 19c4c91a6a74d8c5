using DeepSharp.Data;
using DeepSharp.Layers;
using DeepSharp.Optim;
using DeepSharp.Testing;
using DeepSharp.Training;

namespace DeepSharp.Tests;

/// <summary>Weights of samples: what is reported against scikit-learn, what is made small against Keras's definition, in plain loops.</summary>
public class SampleWeightTests
{
    private static readonly double[] s_weights = [.. Enumerable.Range(0, 11).Select(static i => i % 4 == 3 ? 0 : 0.5 + (0.25 * (i % 5)))];

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(10)]
    [InlineData(100)]
    public void Evaluations_are_scikit_learns_weighted_means_whatever_the_batches(int batchSize)
    {
        GoldenCase classes = Golden.Load("sample_weights")["classes/labels/float64"];
        Tensor weights = classes.Inputs["weights"].Tensor();
        Dataset data = new([classes.Inputs["input"].Tensor()], [classes.Inputs["target"].Tensor(), weights]);
        Check(classes, "loss", data, new CrossEntropyLoss());
        Check(classes, "balanced", data, new CrossEntropyLoss(classWeights: classes.Inputs["class_weights"].Tensor()));
        Dataset logarithms = new([classes.Inputs["input"].Tensor().LogSoftmax(1)], [classes.Inputs["target"].Tensor(), weights]);
        Check(classes, "balanced", logarithms, new NLLLoss(classes.Inputs["class_weights"].Tensor()));

        GoldenCase numbers = Golden.Load("sample_weights")["numbers/three/float64"];
        Dataset regression = new([numbers.Inputs["input"].Tensor()], [numbers.Inputs["target"].Tensor(), numbers.Inputs["weights"].Tensor().Unsqueeze(1)]);
        Check(numbers, "mse", regression, new MeanSquaredErrorLoss());
        Check(numbers, "mae", regression, new MeanAbsoluteErrorLoss());

        // A sum reports itself, divided by the samples and not by their three numbers.
        Assert.Equal(
            3 * numbers.Outputs["mse"].ToDoubles()[0],
            new Same().Evaluate(regression, new MeanSquaredErrorLoss(LossReduction.Sum), batchSize: batchSize, sampleWeights: 1)["loss"], 1e-12);

        void Check(GoldenCase golden, string name, Dataset of, Loss loss) =>
            Assert.Equal(golden.Outputs[name].ToDoubles()[0], new Same().Evaluate(of, loss, batchSize: batchSize, sampleWeights: 1)["loss"], 1e-12);
    }

    // Keras: a step makes sum(w l) / n small. Accumulated, n is that of all batches of the step, the short last one included.
    [Theory]
    [InlineData(11, 1)]
    [InlineData(4, 1)]
    [InlineData(2, 3)]
    [InlineData(3, 2)]
    [InlineData(4, 100)]
    public void A_training_takes_the_steps_of_a_plain_loop(int batchSize, int accumulate)
    {
        Dense model = Problem.LineModel();
        int[] order = Order(batchSize);
        (double w, double b) = (0.5, 0.25);
        (double sum, double all) = (0, 0);
        for (int first = 0; first < 11; first += batchSize * accumulate)
        {
            int[] step = [.. order.Skip(first).Take(batchSize * accumulate)];
            (double dw, double db) = (0, 0);
            foreach (int i in step)
            {
                (double x, double y) = Problem.Point(i);
                double error = (w * x) + b - y;
                dw += s_weights[i] * 2 * error * x / step.Length;
                db += s_weights[i] * 2 * error / step.Length;
                sum += s_weights[i] * error * error;
                all += s_weights[i];
            }

            w -= 0.1 * dw;
            b -= 0.1 * db;
        }

        History history = model.Fit(
            Data(), new SGD(model.Parameters(), 0.1), new MeanSquaredErrorLoss(), batchSize: batchSize, accumulate: accumulate, sampleWeights: 1, seed: 3,
            firstEpoch: 1, validation: Problem.Line(11));
        Assert.Equal(w, Problem.LineOf(model).W, 1e-13);
        Assert.Equal(b, Problem.LineOf(model).B, 1e-13);
        Assert.Equal(sum / all, history["loss"][0], 1e-13);

        // Validation data without weights has none, and data with weights is weighted.
        double[] errors = [.. Enumerable.Range(0, 11).Select(i => Math.Pow((w * Problem.Point(i).X) + b - Problem.Point(i).Y, 2))];
        Assert.Equal(errors.Average(), history["val_loss"][0], 1e-13);
        double weighted = errors.Zip(s_weights, static (error, weight) => error * weight).Sum() / s_weights.Sum();
        Assert.Equal(weighted, model.Evaluate(Data(), new MeanSquaredErrorLoss(), batchSize: 4, sampleWeights: 1)["loss"], 1e-13);
    }

    [Fact]
    public void A_weight_of_two_is_the_gradient_of_having_the_sample_twice_and_one_changes_nothing()
    {
        GoldenCase golden = Golden.Load("sample_weights")["classes/labels/float64"];
        Tensor x = golden.Inputs["input"].Tensor();
        Tensor y = golden.Inputs["target"].Tensor();
        Tensor classes = golden.Inputs["class_weights"].Tensor();
        double[] once = Gradient(x, [y]);
        Assert.Equal(once, Gradient(x, [y, Tensor.Ones(23, DType.Float64, Device.Cpu)]), Near);

        Tensor twice = Tensor.Concatenate([x, x[..1]]);
        Tensor labels = Tensor.Concatenate([y, y[..1]]);
        double[] weights = [2, .. Enumerable.Repeat(1.0, 22)];
        double total = Total(y);
        Assert.Equal(
            Gradient(twice, [labels]).Select(value => value * Total(labels)),
            Gradient(x, [y, Tensor.From(weights, Device.Cpu)]).Select(value => value * total), Near);

        double Total(Tensor of) => classes.IndexSelect(of).Sum().Item();

        // One step of rate 1 from a weight of 0 is minus the gradient.
        double[] Gradient(Tensor inputs, Tensor[] targets)
        {
            Dense model = new(4, 4, bias: false, weightInitializer: new Constant(0), dtype: DType.Float64, device: Device.Cpu);
            model.Fit(
                new Dataset([inputs], targets), new SGD(model.Parameters(), 1), new CrossEntropyLoss(classWeights: classes), batchSize: 100,
                sampleWeights: targets.Length > 1 ? 1 : null);
            return model.Weight.ToArray<double>();
        }

        static bool Near(double a, double b) => Math.Abs(a - b) < 1e-12;
    }

    // Labels of pixels, of which some are ignored: the weighted mean counts those that are not.
    [Fact]
    public void Ignored_labels_count_nothing()
    {
        double[] scores = [.. Enumerable.Range(0, 3 * 2 * 4).Select(static i => Math.Sin(i))];
        long[] labels = [0, -100, 1, 1, -100, -100, 0, 1, -100, -100, -100, -100];
        double[] weights = [0.5, 2, 7];
        (double sum, double all) = (0, 0);
        for (int n = 0; n < 3; n++)
        {
            for (int place = 0; place < 4; place++)
            {
                if (labels[(4 * n) + place] is var label and >= 0)
                {
                    double[] two = [scores[(8 * n) + place], scores[(8 * n) + 4 + place]];
                    sum += weights[n] * (Math.Log(Math.Exp(two[0]) + Math.Exp(two[1])) - two[label]);
                    all += weights[n];
                }
            }
        }

        Dataset data = new([Tensor.From(scores, [3, 2, 4], Device.Cpu)], [Tensor.From(labels, [3, 4], Device.Cpu), Tensor.From(weights, Device.Cpu)]);
        foreach (int batchSize in (int[])[1, 2, 3])
        {
            Assert.Equal(sum / all, new Same().Evaluate(data, batchSize: batchSize, sampleWeights: 1)["loss"], 1e-12);
        }
    }

    [Fact]
    public void A_training_with_weights_and_a_split_goes_on_to_the_bit_in_the_middle_of_an_epoch()
    {
        using TemporaryFolder folder = new();
        (double W, double B, double[] Losses) whole = Run([]);
        Run([new ModelCheckpoint(folder["c"]), ResumeTests.Stop(5)]);
        (double W, double B, double[] Losses) rest = Run([], TrainingCheckpoint.Latest(folder["c"]));
        Assert.Equal((whole.W, whole.B), (rest.W, rest.B));
        Assert.Equal(whole.Losses, rest.Losses);

        static (double W, double B, double[] Losses) Run(ICallback[] callbacks, string? resumeFrom = null)
        {
            Dense model = Problem.LineModel();
            History history = model.Fit(
                Data(), new Adam(model.Parameters(), 0.1), new MeanSquaredErrorLoss(), epochs: 3, batchSize: 2, validationSplit: 0.3, sampleWeights: 1,
                callbacks: callbacks, resumeFrom: resumeFrom);
            (double w, double b) = Problem.LineOf(model);
            return (w, b, [.. history.Epochs.SelectMany(static epoch => epoch.Values.Values)]);
        }
    }

    [Fact]
    public void An_optimizer_that_evaluates_the_loss_itself_makes_the_weighted_one_least()
    {
        // The weighted line by its normal equations.
        (double sw, double sx, double sy, double sxx, double sxy) = (0, 0, 0, 0, 0);
        for (int i = 0; i < 11; i++)
        {
            (double x, double y) = Problem.Point(i);
            double weight = s_weights[i];
            (sw, sx, sy, sxx, sxy) = (sw + weight, sx + (weight * x), sy + (weight * y), sxx + (weight * x * x), sxy + (weight * x * y));
        }

        double slope = ((sw * sxy) - (sx * sy)) / ((sw * sxx) - (sx * sx));
        Dense model = Problem.LineModel();
        model.Fit(Data(), new LBFGS(model.Parameters()), new MeanSquaredErrorLoss(), epochs: 20, batchSize: 11, sampleWeights: 1);
        Assert.Equal(slope, Problem.LineOf(model).W, 1e-5);
    }

    [Fact]
    public void Weights_that_cannot_be_are_refused_before_the_first_step()
    {
        Dense model = Problem.LineModel();
        Assert.Contains("which has 1 in all", Assert.Throws<ArgumentOutOfRangeException>(() => Fit(Problem.Line(4), 1)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => Fit(Data(), 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => model.Evaluate(Data(), new MeanSquaredErrorLoss(), sampleWeights: 2));
        Tensor x = Tensor.Zeros([4, 1], DType.Float64, Device.Cpu);
        Assert.Contains("[2] of Float32", Assert.Throws<ArgumentException>(() => Fit(new Dataset([x], [x, Tensor.Zeros([4, 2], device: Device.Cpu)]), 1)).Message, StringComparison.Ordinal);
        Assert.Contains("of Int32", Assert.Throws<ArgumentException>(() => Fit(new Dataset([x], [x, Tensor.Zeros(4, DType.Int32, Device.Cpu)]), 1)).Message, StringComparison.Ordinal);
        Assert.Contains("OneNumber: the losses [] of a batch of 4", Assert.Throws<ArgumentException>(() => model.Fit(
            Data().Take(4), new SGD(model.Parameters()), new OneNumber(), sampleWeights: 1)).Message, StringComparison.Ordinal);

        void Fit(Dataset data, int weights) => model.Fit(data, new SGD(model.Parameters()), new MeanSquaredErrorLoss(), sampleWeights: weights);
    }

    private static Dataset Data() => new([Problem.Line(11).Features], [Problem.Line(11).Targets, Tensor.From(s_weights, Device.Cpu)]);

    // In which order the samples come.
    private static int[] Order(int batchSize)
    {
        Dataset numbers = new(Tensor.Arange(11, device: Device.Cpu), Tensor.Arange(11, device: Device.Cpu));
        List<int> order = [];
        foreach ((Tensor x, Tensor _) in numbers.Batches(batchSize, seed: 3, epoch: 1))
        {
            order.AddRange(x.To(DType.Int32).ToArray<int>());
        }

        return [.. order];
    }

    private sealed class Same : Module
    {
        public override Tensor Forward(Tensor input) => input;
    }

    private sealed class OneNumber : Loss
    {
        public override Tensor Compute(Tensor prediction, Tensor target) => (prediction - target).Square().Mean();
    }
}
