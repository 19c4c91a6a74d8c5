using DeepSharp.Data;
using DeepSharp.Layers;
using DeepSharp.Training;

namespace DeepSharp.PtxCheck;

/// <summary>The families of kernels of images, sequences and rankings, forward and backward, on the smallest shapes that reach them.</summary>
internal static class LayerWork
{
    internal static IReadOnlyList<(string Name, Action Run)> All { get; } =
    [
        ("more element-wise operators", MoreElementWise),
        ("random numbers", Random),
        ("convolutions", Convolutions),
        ("pooling and resampling", Windows),
        ("normalisation of channels", Normalisations),
        ("recurrent layers", Recurrences),
        ("attention", Attentions),
        ("scans, sorting and small matrices", Rankings),
        ("more losses", MoreLosses),
        ("data and metrics", DataAndMetrics),
    ];

    private static void Backward(Tensor result) => result.Square().Sum().Backward(retainGraph: true);

    private static void MoreElementWise()
    {
        Parameter p = new(Tensor.Uniform([2, 4], 0.2, 0.8));
        Tensor q = Tensor.Uniform([2, 4], 0.5, 1.5);
        Tensor[] results =
        [
            p.Asin(), p.Acos(), p.Atan(), p.Sinh(), p.Cosh(), p.Tan(), p.Asinh(), p.Atanh(), (p + 2).Acosh(), p.Erf(), p.Erfc(), p.ErfInv(),
            p.LogGamma(), p.Digamma(), p.CELU(0.5), p.SELU(), p.Mish(), p.GELUTanh(), p.Hardsigmoid(), p.Hardswish(), p.Hardtanh(), p.Hardshrink(),
            p.Softshrink(), p.Softsign(), p.Softplus(2, 20), p.Tanhshrink(), p.LogSigmoid(), p.ReLU6(), p.Threshold(0.5, 1), p.Trunc(),
            p.Fmod(0.3), p.Remainder(0.3), p.Fmod(q), p.Remainder(q), Tensor.Atan2(p, q), Tensor.Lerp(p, q, 0.3), Tensor.Lerp(p, q, q), p.GLU(),
            p.SwiGLU(), p.MaskedFill(p > q, 2), p.Affine(2, 3), new PReLU().Forward(p), p.Norm([1], 3), p.Norm([1], 1), p.Prod(1), p.StandardDeviation(1),
        ];
        foreach (Tensor result in results)
        {
            Backward(result);
        }

        Tensor half = p.To(DType.Float16);
        foreach (Tensor result in (Tensor[])[half.Mish(), half.Pow(1.5), half.Clamp(0.3, 0.6), half.Softmax()])
        {
            Backward(result);
        }

        foreach (DType dtype in (DType[])[DType.UInt8, DType.Int32, DType.Int64, DType.Bool, DType.Float16, DType.BFloat16])
        {
            _ = q.To(dtype).To(DType.Float32);
        }
    }

    private static void Random()
    {
        Parameter p = new(Tensor.TruncatedNormal([4, 3]));
        _ = Tensor.Bernoulli([5], 0.3);
        Backward(p.AlphaDropout(0.5));
        Backward(p.Reshape(2, 2, 3).DropoutImages(1, 0.5));
    }

    private static void Convolutions()
    {
        Parameter x = new(Tensor.Normal([2, 4, 6, 6]));
        Backward(new Conv2D(4, 4, 3, padding: 1).Forward(x));
        Backward(new Conv2D(4, 4, 3, stride: 2, groups: 2).Forward(x));
        Backward(new Conv2D(4, 4, 3, padding: 1, groups: 4).Forward(x));
        Backward(new ConvTranspose2D(4, 2, 3, stride: 2).Forward(x));
        Parameter weight = new(Tensor.Normal([4, 4, 3, 3]));
        Backward(x.To(DType.Float16).Conv2D(weight.To(DType.Float16)));
        Backward(x.To(DType.BFloat16).ConvTranspose2D(weight.To(DType.BFloat16)));
        Sequential rectified = [new Conv2D(4, 4, 3), new ReLU()];
        Backward(rectified.Forward(Tensor.Normal([2, 4, 6, 6])));
        Backward(new Conv1D(4, 2, 3).Forward(new Parameter(Tensor.Normal([2, 4, 8]))));
        Backward(new Conv3D(2, 2, 2).Forward(new Parameter(Tensor.Normal([1, 2, 3, 3, 3]))));
    }

    private static void Windows()
    {
        Parameter x = new(Tensor.Normal([1, 2, 6, 6]));
        Backward(x.MaxPool2D(2));
        Backward(x.AveragePool2D(2));
        Backward(x.AdaptiveMaxPool2D(4));
        Backward(x.AdaptiveAveragePool2D(4));
        foreach (Interpolation mode in Enum.GetValues<Interpolation>())
        {
            Backward(x.Interpolate(scaleFactor: [1.5], mode: mode));
        }

        foreach (PaddingMode mode in Enum.GetValues<PaddingMode>())
        {
            Backward(x.Pad([1, 1, 1, 1], mode));
        }

        Tensor columns = x.Unfold(2);
        Backward(columns);
        Backward(columns.Fold(6, 2));
        Backward(x.PixelShuffle(1));
    }

    private static void Normalisations()
    {
        Parameter x = new(Tensor.Normal([2, 4, 5, 5]));
        foreach (Module layer in (Module[])[new GroupNorm(2, 4), new InstanceNorm2D(4, affine: true), new LocalResponseNorm(3), new BatchNorm(4)])
        {
            Backward(layer.Forward(x));
            layer.Eval();
            _ = layer.Forward(x);
        }

        Parameter rows = new(Tensor.Normal([4, 6]));
        Backward(new RMSNorm(6).Forward(rows));
        Backward(new Residual(new Dense(6, 6)).Forward(rows).RMSNorm());
        Backward(new EmbeddingBag(5, 3).Forward(Tensor.From([1, 4, 1, 0], [2, 2])));
        Backward(new Bilinear(6, 6, 2).Forward(rows, rows));
        Backward(new WeightNorm(new Dense(6, 3)).Forward(rows));
        Backward(new SpectralNorm(new Dense(6, 3)).Forward(rows));
    }

    private static void Recurrences()
    {
        Parameter x = new(Tensor.Normal([3, 2, 4]));
        Backward(new LSTM(4, 5).Forward(x));
        Backward(new GRU(4, 5).Forward(x));
        Backward(new RNN(4, 5).Forward(x));
        Backward(new RNN(4, 5, nonlinearity: RecurrentNonlinearity.ReLU).Forward(x));
    }

    private static void Attentions()
    {
        Parameter x = new(Tensor.Normal([2, 3, 8]));
        Backward(new MultiHeadAttention(8, 2, dropout: 0.1, batchFirst: true).Forward(x));
        Backward(new TransformerEncoderLayer(8, 2, hidden: 8, batchFirst: true, rotary: new RotaryEmbedding(4)).Forward(x, null, causal: true));
        Tensor mask = Tensor.Normal([3, 3]);
        Backward(Tensor.ScaledDotProductAttention(x, x, x, mask));
        Backward(Tensor.ScaledDotProductAttention(x, x, x, mask > Tensor.Zeros([3, 3])));
        Backward(x.MaskedSoftmax(x > Tensor.Zeros(x.Shape)));
    }

    private static void Rankings()
    {
        Parameter x = new(Tensor.Uniform([3, 4], 0.5, 1.5));
        Backward(x.CumulativeSum(1));
        Backward(x.CumulativeProduct(1));
        Backward(x.CumulativeLogSumExp(1));
        Backward(x.Sort(1).Values);
        Backward(x.TopK(2).Values);
        Backward(x.Median(1));
        Backward(x.Quantile(0.3, 1));
        _ = x.ArgSort(0, descending: true);
        _ = x.Multinomial(2);
        _ = x.Unique();
        _ = x.NonZero();
        Parameter square = new(x.MatMul(x.T).Detach() + Tensor.Eye(3));
        Backward(square.Inverse());
        Backward(square.Solve(x.Detach()));
        Backward(square.Cholesky());
        Backward(square.SolveTriangular(x.Detach(), upper: false));
        Backward(square.Determinant());
        Backward(square.LogDeterminant().Logarithm);
        Backward(x.CumulativeMax(1).Values);
        Backward(x.Scatter(Tensor.From([0, 1, 2], [3, 1]), x[.., ..1], 1));
    }

    private static void MoreLosses()
    {
        Parameter x = new(Tensor.Normal([4, 6]));
        Tensor target = Tensor.Uniform([4, 6], 0.1, 0.9);
        Tensor signs = (target > Tensor.Full([4, 6], 0.5)).To(DType.Float32).Affine(2, -1);
        Tensor labels = Tensor.From([0, 5, 2, 2], [4]);
        Tensor rows = Tensor.From([1f, -1, 1, -1], [4]);
        Tensor[] results =
        [
            new SmoothL1Loss(0.5).Compute(x, target), new KLDivergenceLoss().Compute(x.LogSoftmax(), target), new PoissonNLLLoss().Compute(x, target),
            new GaussianNLLLoss().Compute(x, target, target), new FocalLoss().Compute(x, target), new SoftMarginLoss().Compute(x, signs),
            new HingeEmbeddingLoss().Compute(x, signs), new MultiLabelSoftMarginLoss().Compute(x, target), new MultiMarginLoss().Compute(x, labels),
            new MarginRankingLoss(0.1).Compute(x, target, signs), new CosineEmbeddingLoss(0.1).Compute(x, target, rows),
            new TripletMarginLoss().Compute(x, target, signs), new NLLLoss().Compute(x.LogSoftmax(), labels),
            new CTCLoss().Compute(x.Reshape(4, 1, 6).LogSoftmax(), Tensor.From([1, 2], [1, 2])),
        ];
        foreach (Tensor result in results)
        {
            result.Backward();
        }
    }

    private static void DataAndMetrics()
    {
        Tensor labels = Tensor.From([0, 1, 2, 1], [4]);
        Dataset images = new Dataset(Tensor.Uniform([4, 1, 6, 6]), labels).ClassBalanced();
        foreach (Transform transform in (Transform[])
        [
            new Normalize([0.5], [0.5]), new RandomAffine((-10, 10), horizontalFlip: 0.5), new RandomAffine((-10, 10), nearest: true), new RandomCrop(4, 4, 1),
            new RandomErasing(), new GaussianNoise(0.1), new MixUp(3), new CutMix(3),
        ])
        {
            foreach (Batch batch in images.Map(transform).Batches(4, seed: 1))
            {
                _ = batch.X;
            }
        }

        Tensor scores = Tensor.Uniform([4, 3]);
        foreach (Metric metric in (Metric[])
        [
            new Accuracy(ignoreIndex: 0), new TopKAccuracy(2), new Precision(), new ConfusionMatrix(), new AUROC(), new AveragePrecision(), new Perplexity(),
        ])
        {
            metric.Update(scores, labels);
            _ = metric.Result();
        }

        foreach (Metric metric in (Metric[])[new MeanAbsoluteError(), new MeanAbsolutePercentageError(), new R2Score(), new CosineSimilarity()])
        {
            metric.Update(scores, Tensor.Uniform([4, 3]));
            _ = metric.Result();
        }
    }
}
