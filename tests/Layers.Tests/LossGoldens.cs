using DeepSharp.Layers;
using DeepSharp.Testing;

namespace DeepSharp.Tests;

/// <summary>Losses against PyTorch, all reductions.</summary>
public class LossGoldens
{
    public static IEnumerable<object[]> Names => Golden.Names(
        "losses", "cross_entropy", "cross_entropy_probabilities", "mse", "l1", "huber", "bce", "bce_with_logits", "smooth_l1", "kl_div", "poisson_nll", "soft_margin",
        "hinge_embedding", "nll", "multi_margin", "multilabel_soft_margin", "multilabel_margin", "focal");

    public static IEnumerable<object[]> PairNames => Golden.Names("losses", "gaussian_nll", "cosine_embedding", "margin_ranking", "triplet_margin");

    public static IEnumerable<object[]> CTCNames => Golden.Names("losses", "ctc");

    [Theory]
    [MemberData(nameof(Names))]
    public void Losses_and_their_gradients_agree_with_PyTorch(string name)
    {
        GoldenCase golden = Golden.Load("losses")[name];
        GoldenTensors.Check(golden, inputs => Make(golden, inputs).Compute(inputs["input"], inputs["target"]));
    }

    [Theory]
    [MemberData(nameof(PairNames))]
    public void Losses_of_two_inputs_and_a_target_agree_with_PyTorch(string name)
    {
        GoldenCase golden = Golden.Load("losses")[name];
        LossReduction reduction = Reduction(golden);
        GoldenTensors.Check(golden, inputs => golden.Kind switch
        {
            "gaussian_nll" => new GaussianNLLLoss(golden.Options.Flag("full"), 0.01, reduction).Compute(inputs["input"], inputs["second"], inputs["target"]),
            "cosine_embedding" => new CosineEmbeddingLoss(golden.Options.Number("margin"), reduction)
                .Compute(Tensor.Stack([inputs["input"], inputs["second"]]), inputs["target"]),
            "margin_ranking" => new MarginRankingLoss(golden.Options.Number("margin"), reduction)
                .Compute(Tensor.Stack([inputs["input"], inputs["second"]]), inputs["target"]),
            _ => new TripletMarginLoss(
                golden.Options.Number("margin"), golden.Options.Number("power"), swap: golden.Options.Flag("swap"), reduction: reduction)
                .Compute(inputs["input"], inputs["second"], inputs["target"]),
        });
    }

    [Theory]
    [MemberData(nameof(CTCNames))]
    public void Connectionist_temporal_classification_agrees_with_PyTorch(string name)
    {
        GoldenCase golden = Golden.Load("losses")[name];
        CTCLoss loss = new(golden.Options.Integer("blank"), golden.Options.Flag("zero_infinity"), Reduction(golden));
        GoldenTensors.Check(golden, inputs => loss.Compute(
            inputs["input"].LogSoftmax(2), inputs["target"], golden.Options.Integers("input_lengths"), golden.Options.Integers("target_lengths")));
    }

    [Fact]
    public void An_alignment_that_cannot_be_is_infinite()
    {
        Tensor x = Tensor.Zeros([2, 1, 3], DType.Float64, Device.Cpu).LogSoftmax(2);
        Tensor target = Tensor.From([1L, 1], [1, 2], Device.Cpu);
        Assert.Equal(double.PositiveInfinity, new CTCLoss().Compute(x, target).Item());
        Assert.Equal(0, new CTCLoss(zeroInfinity: true).Compute(x, target).Item());
    }

    [Fact]
    public void Binary_cross_entropy_has_gradients_of_gradients_and_gradients_of_the_target()
    {
        using TensorScope scope = Tensor.Scope();
        BinaryCrossEntropyLoss loss = new(reduction: LossReduction.None);
        foreach (Device device in (Device[])[Device.Cpu, TestDevice.Gpu])
        {
            Tensor probabilities = Tensor.From([0.1, 0.5, 0.7, 0.95], device);
            Tensor targets = Tensor.From([0.0, 0.3, 1, 0.6], device);
            GradCheck.Run(inputs => loss.Compute(inputs[0], inputs[1]), [probabilities, targets], order: 2);
        }
    }

    /// <summary>A row of a matrix by itself; the mean over one sample is its loss, weighted or not as PyTorch has it.</summary>
    [Theory]
    [InlineData(LossReduction.Mean)]
    [InlineData(LossReduction.Sum)]
    [InlineData(LossReduction.None)]
    public void Cross_entropy_takes_a_single_sample(LossReduction reduction)
    {
        using TensorScope scope = Tensor.Scope();
        double[] scores = [1, -2, 0.5];
        double[] weights = [0.5, 2, 1.25];
        double[] distribution = [0.2, 0.5, 0.3];
        double[] log = Array.ConvertAll(scores, v => v - Math.Log(scores.Sum(Math.Exp)));
        Tensor x = Tensor.From(scores, Device.Cpu).RequireGrad();
        Tensor w = Tensor.From(weights, Device.Cpu);
        Tensor label = Tensor.Scalar(1, DType.Int64, Device.Cpu);

        Tensor plain = new CrossEntropyLoss(reduction: reduction).Compute(x, label);
        Assert.Equal(Shape.Scalar, plain.Shape);
        Assert.Equal(-log[1], plain.Item(), 1e-14);
        plain.Backward();
        double[] expected = [Math.Exp(log[0]), Math.Exp(log[1]) - 1, Math.Exp(log[2])];
        Assert.All(expected.Zip(x.Gradient!.ToArray<double>()), static pair => Assert.Equal(pair.First, pair.Second, 1e-14));

        // The mean over labels divides by the weight of the label, the mean over distributions by the number of rows.
        Assert.Equal(
            reduction == LossReduction.Mean ? -log[1] : -2 * log[1],
            new CrossEntropyLoss(classWeights: w, reduction: reduction).Compute(x, label).Item(), 1e-14);
        Tensor target = Tensor.From(distribution, Device.Cpu);
        Assert.Equal(
            -Enumerable.Range(0, 3).Sum(c => distribution[c] * log[c]),
            new CrossEntropyLoss(reduction: reduction).Compute(x, target).Item(), 1e-14);
        Assert.Equal(
            -Enumerable.Range(0, 3).Sum(c => weights[c] * ((0.9 * distribution[c]) + (0.1 / 3)) * log[c]),
            new CrossEntropyLoss(0.1, w, reduction: reduction).Compute(x, target).Item(), 1e-14);
    }

    /// <summary>0 (-inf) is 0: a class that a mask has left out has no part in the loss where the target gives it none.</summary>
    [Theory]
    [InlineData("cpu")]
    [InlineData("emulated")]
    public void Cross_entropy_of_distributions_takes_logits_of_minus_infinity(string where)
    {
        using TensorScope scope = Tensor.Scope();
        Device device = where == "cpu" ? Device.Cpu : TestDevice.Gpu;
        Tensor logits = Tensor.From(new[,] { { 1f, float.NegativeInfinity, 1 }, { 0, 0, 0 } }, device).RequireGrad();
        Tensor target = Tensor.From(new[,] { { 0.25f, 0, 0.75f }, { 0, 1, 0 } }, device);
        Tensor losses = new CrossEntropyLoss(reduction: LossReduction.None).Compute(logits, target);
        Assert.Equal([Math.Log(2), Math.Log(3)], losses.ToArray<float>().Select(static v => (double)v), Near);
        losses.Sum().Backward();
        double third = 1.0 / 3;
        Assert.Equal([0.25, 0, -0.25, third, third - 1, third], logits.Gradient!.ToArray<float>().Select(static v => (double)v), Near);

        static bool Near(double a, double b) => Math.Abs(a - b) < 1e-6;
    }

    /// <summary>The same with smoothing, weights of classes, every reduction and gradients in the graph; 16-bit logits, too. The second row is
    /// a label's; its own class is the one that is left in.</summary>
    [Theory]
    [InlineData("cpu")]
    [InlineData("emulated")]
    public void Cross_entropies_of_minus_infinity_have_no_NaN_in_any_form(string where)
    {
        using TensorScope scope = Tensor.Scope();
        Device device = where == "cpu" ? Device.Cpu : TestDevice.Gpu;
        float inf = float.PositiveInfinity;
        double[] weights = [2, 0, 1];
        foreach (DType dtype in (DType[])[DType.Float32, DType.Float64, DType.Float16])
        {
            Tensor logits = Tensor.From(new[,] { { 1f, -inf, 1 } }, device).To(dtype);
            Tensor target = Tensor.From(new[,] { { 0.25f, 0, 0.75f } }, device).To(dtype);
            Tensor label = Tensor.From([2L], device);
            Tensor classWeights = Tensor.From(weights, device).To(dtype);
            foreach (LossReduction reduction in Enum.GetValues<LossReduction>())
            {
                foreach (double smoothing in (double[])[0, 0.3])
                {
                    foreach (bool weighted in (bool[])[false, true])
                    {
                        foreach (bool ofLabels in (bool[])[false, true])
                        {
                            // q_c = w_c ((1 - e) t_c + e / C): with smoothing, the class of -inf has a part unless its weight is 0.
                            double[] t = ofLabels ? [0, 0, 1] : [0.25, 0, 0.75];
                            double[] q = [.. t.Select((v, c) => (weighted ? weights[c] : 1) * (((1 - smoothing) * v) + (smoothing / 3)))];
                            double expected = q[1] > 0 ? inf : Math.Log(2) * (q[0] + q[2]);
                            expected /= ofLabels && weighted && reduction == LossReduction.Mean ? weights[2] : 1;
                            double divisor = ofLabels && weighted && reduction == LossReduction.Mean ? weights[2] : 1;
                            double total = q.Sum() / divisor;
                            CrossEntropyLoss loss = new(smoothing, weighted ? classWeights : null, reduction: reduction);
                            string what = $"{dtype} {reduction} {smoothing} weighted {weighted} labels {ofLabels}";
                            foreach (bool createGraph in (bool[])[false, true])
                            {
                                Tensor x = logits.Clone().RequireGrad();
                                Tensor value = loss.Compute(x, ofLabels ? label : target).Sum();
                                Tensor gradient = Grad.Of(value, x, createGraph);
                                double[] slopes = gradient.To(DType.Float64).ToArray<double>();
                                Assert.True(Math.Abs(value.Item() - expected) < 2e-3 || value.Item() == expected, $"{what}: {value}");
                                double[] wanted = [(total / 2) - (q[0] / divisor), -q[1] / divisor, (total / 2) - (q[2] / divisor)];
                                Assert.True(slopes.Zip(wanted).All(static pair => Math.Abs(pair.First - pair.Second) < 1e-3), $"{what}: {gradient}");
                            }
                        }
                    }
                }
            }
        }
    }

    [Theory]
    [InlineData("cpu")]
    [InlineData("emulated")]
    public void Target_distributions_take_no_gradient_for_classes_without_weight(string where)
    {
        using TensorScope scope = Tensor.Scope();
        Device device = where == "cpu" ? Device.Cpu : TestDevice.Gpu;
        Tensor logits = Tensor.From(new[,] { { 1.0, double.NegativeInfinity, 1 } }, device);
        Tensor target = Tensor.From(new[,] { { 0.25, 0, 0.75 } }, device).RequireGrad();
        CrossEntropyLoss loss = new(0.5, Tensor.From([2.0, 0, 1], device), reduction: LossReduction.Sum);
        foreach (bool createGraph in (bool[])[false, true])
        {
            double[] gradient = Grad.Of(loss.Compute(logits, target), target, createGraph).ToArray<double>();
            Assert.Equal([Math.Log(2), 0, 0.5 * Math.Log(2)], gradient, static (a, b) => Math.Abs(a - b) < 1e-14);
        }
    }

    /// <summary>ln(1 + e^-|x|) where the logit is right, and |x| more where it is wrong: by series, all digits. Float32 had 0 from 15 on.</summary>
    [Theory]
    [InlineData("cpu")]
    [InlineData("emulated")]
    public void Confident_logits_keep_the_digits_of_their_loss(string where)
    {
        using TensorScope scope = Tensor.Scope();
        Device device = where == "cpu" ? Device.Cpu : TestDevice.Gpu;
        double[] at = [-80, -40, -20, -15, -10, -1, -1e-3, 0, 1e-3, 1, 10, 15, 20, 40, 80];
        foreach (DType dtype in (DType[])[DType.Float32, DType.Float64])
        {
            double tolerance = dtype == DType.Float32 ? 2e-6 : 1e-14;
            foreach (double t in (double[])[0, 1])
            {
                foreach ((double weight, double positive) in ((double, double)[])[(1, 1), (3, 1), (1, 5), (0.5, 1e-3)])
                {
                    Tensor x = Tensor.From(at, device).To(dtype).RequireGrad();
                    Tensor? weights = weight == 1 ? null : Tensor.Full([1], weight, dtype, device);
                    Tensor? positives = positive == 1 ? null : Tensor.Full([1], positive, dtype, device);
                    Tensor losses = new BinaryCrossEntropyWithLogitsLoss(weights, positives, LossReduction.None)
                        .Compute(x, Tensor.Full([at.Length], t, dtype, device));
                    double[] found = losses.To(DType.Float64).ToArray<double>();
                    double[] slopes = Grad.Of(losses.Sum(), x).To(DType.Float64).ToArray<double>();
                    for (int i = 0; i < at.Length; i++)
                    {
                        double wrong = t == 0 ? at[i] : -at[i];
                        double factor = weight * (t == 0 ? 1 : positive);
                        double e = Math.Exp(-Math.Abs(wrong));
                        double small = e < 0.1 ? Enumerable.Range(1, 20).Sum(n => -Math.Pow(-e, n) / n) : Math.Log(1 + e);
                        double loss = factor * (Math.Max(wrong, 0) + small);
                        double slope = factor * (wrong < 0 ? e : 1) / (1 + e) * (t == 0 ? 1 : -1);
                        Assert.True(Math.Abs(found[i] - loss) <= tolerance * loss, $"{dtype} x {at[i]} t {t}: {found[i]}, not {loss}");
                        Assert.True(Math.Abs(slopes[i] - slope) <= tolerance * Math.Abs(slope), $"{dtype} x {at[i]} t {t}: slope {slopes[i]}, not {slope}");
                    }
                }
            }

            // A certain logit that is right costs nothing, one that is wrong everything.
            Tensor certain = Tensor.From([double.NegativeInfinity, double.PositiveInfinity], device).To(dtype);
            foreach (Tensor? positives in (Tensor?[])[null, Tensor.Full([1], 2, dtype, device)])
            {
                BinaryCrossEntropyWithLogitsLoss loss = new(null, positives, LossReduction.Sum);
                Assert.Equal(0, loss.Compute(certain, Tensor.From([0.0, 1], device).To(dtype)).Item());
                Assert.Equal(double.PositiveInfinity, loss.Compute(certain, Tensor.From([1.0, 0], device).To(dtype)).Item());
            }

            // Probabilities keep theirs near 0.
            Tensor p = Tensor.Full([1], 1e-9, dtype, device);
            Assert.Equal(1, new BinaryCrossEntropyLoss().Compute(p, Tensor.Zeros([1], dtype, device)).Item() / 1e-9, 1e-6);
        }
    }

    private static Loss Make(GoldenCase golden, IReadOnlyDictionary<string, Tensor> inputs)
    {
        LossReduction reduction = Reduction(golden);
        Tensor? weights = inputs.GetValueOrDefault("weight");
        return golden.Kind switch
        {
            "cross_entropy" => new CrossEntropyLoss(
                golden.Options.Number("label_smoothing"), weights, golden.Options.Integer("ignore_index"), reduction),
            "cross_entropy_probabilities" => new CrossEntropyLoss(golden.Options.Number("label_smoothing"), weights, reduction: reduction),
            "mse" => new MeanSquaredErrorLoss(reduction),
            "l1" => new MeanAbsoluteErrorLoss(reduction),
            "huber" => new HuberLoss(golden.Options.Number("delta"), reduction),
            "bce" => new BinaryCrossEntropyLoss(weights, reduction),
            "smooth_l1" => new SmoothL1Loss(golden.Options.Number("beta"), reduction),
            "kl_div" => new KLDivergenceLoss(golden.Options.Flag("log_target"), golden.Options.Contains("rows"), reduction),
            "poisson_nll" => new PoissonNLLLoss(golden.Options.Flag("log_input"), golden.Options.Flag("full"), reduction: reduction),
            "soft_margin" => new SoftMarginLoss(reduction),
            "hinge_embedding" => new HingeEmbeddingLoss(golden.Options.Number("margin"), reduction),
            "nll" => new NLLLoss(weights, golden.Options.Integer("ignore_index"), reduction),
            "multilabel_margin" => new MultiLabelMarginLoss(reduction),
            "multi_margin" => new MultiMarginLoss(golden.Options.Integer("power"), golden.Options.Number("margin"), weights, reduction),
            "multilabel_soft_margin" => new MultiLabelSoftMarginLoss(weights, reduction),
            "focal" => new FocalLoss(golden.Options.Number("gamma"), golden.Options.IsNull("alpha") ? null : golden.Options.Number("alpha"), reduction),
            _ => new BinaryCrossEntropyWithLogitsLoss(weights, inputs.GetValueOrDefault("pos_weight"), reduction),
        };
    }

    private static LossReduction Reduction(GoldenCase golden) => golden.Options.Text("reduction") switch
    {
        "mean" => LossReduction.Mean,
        "sum" => LossReduction.Sum,
        _ => LossReduction.None,
    };
}
