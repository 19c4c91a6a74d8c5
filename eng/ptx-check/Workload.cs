using DeepSharp.Examples.CustomLayer;
using DeepSharp.Kernels;
using DeepSharp.Layers;
using DeepSharp.Optim;
using DeepSharp.Training;

namespace DeepSharp.PtxCheck;

/// <summary>Makes the device load kernels: the training steps of the examples, and every family of kernels once.</summary>
internal static class Workload
{
    internal static IReadOnlyList<(string Name, Action Run)> All { get; } =
    [
        ("examples/Mnist, softmax", static () => Train([new Flatten(), new Dense(36, 10)])),
        ("examples/Mnist, mlp", static () => Train(
        [
            new Flatten(),
            new Dense(36, 8), new BatchNorm(8), new ReLU(),
            new Dense(8, 10),
        ])),
        ("examples/Mnist, mlp, float16", static () => MixedPrecision(DType.Float16)),
        ("examples/Mnist, mlp, bfloat16", static () => MixedPrecision(DType.BFloat16)),
        ("examples/CustomLayer", static () => Train([new Flatten(), new GatedDense(36, 8), new Dense(8, 10)])),
        ("element-wise operators", ElementWise),
        ("reductions", Reductions),
        ("products", Products),
        ("normalisation and lookup", Others),
        ("optimizers", Optimizers),
        ("16-bit floats", Halves),
    ];

    private static void Train(Sequential model)
    {
        Adam optimizer = new(model.Parameters());
        CrossEntropyLoss loss = new();
        byte[] pixels = new byte[4 * 36];
        Data.Dataset data = new Data.Dataset(Tensor.From(pixels, [4, 6, 6]), Tensor.From(new byte[4], [4])).Scaled(1.0 / 255);
        foreach ((Tensor x, Tensor y) in data.Batches(4, seed: 1))
        {
            optimizer.ZeroGradients();
            loss.Compute(model.Forward(x), y).Backward();
            optimizer.Step();
        }
    }

    private static void MixedPrecision(DType precision)
    {
        Sequential model = [new Flatten(), new Dense(36, 8), new BatchNorm(8), new ReLU(), new Dense(8, 6), new Layers.Tanh(), new Dense(6, 10)];
        Data.Dataset data =
            new Data.Dataset(Tensor.From(new byte[4 * 36], [4, 6, 6]), Tensor.From(new byte[4], [4])).Scaled(1.0 / 255);
        _ = model.Fit(data, new Adam(model.Parameters()), batchSize: 4, mixedPrecision: precision);
    }

    private static void Halves()
    {
        foreach (DType dtype in (DType[])[DType.Float16, DType.BFloat16])
        {
            using TensorScope scope = Tensor.Scope();
            Tensor p = Tensor.Uniform([2, 3], 0.5, 1.5).To(dtype).RequireGrad();
            Tensor q = Tensor.Uniform([2, 3], 0.5, 1.5).To(dtype);
            foreach (Tensor result in (Tensor[])[p.Exp(), p.Gelu(), p + q, p * q, p / q, p.MatMul(q.T), Tensor.Where(p > q, p, q), p[1]])
            {
                result.Sum().Backward();
            }

            _ = p.IndexSelect(Tensor.From([1, 0], [2]));
            _ = p.To(DType.Float64).To(dtype).To(DType.Int32);
            q.Fill(1);
        }
    }

    private static void ElementWise()
    {
        using TensorScope scope = Tensor.Scope();
        Parameter p = new(Tensor.Uniform([2, 3], 0.5, 1.5));
        Tensor q = Tensor.Uniform([2, 3], 0.5, 1.5);
        Tensor[] results =
        [
            -p, p.Abs(), p.Exp(), p.Log(), p.Sqrt(), p.Rsqrt(), p.Square(), p.Reciprocal(), p.Tanh(), p.Sigmoid(), p.Relu(),
            p.LeakyRelu(), p.Elu(), p.Gelu(), p.Silu(), p.Softplus(), p.Sin(), p.Cos(), p.Floor(), p.Ceil(), p.Round(), p.Expm1(),
            p.Log1p(), p.Sign(), p.Clamp(0.6, 1.4),
            p.Pow(1.5), p + q, p - q, p * q, p / q, p.Pow(q), Tensor.Minimum(p, q), Tensor.Maximum(p, q),
            Fuse.Unary<Then<Then<Kernels.Tanh, Square>, Sin>>(p), Fuse.Binary<After<Add, Relu>>(p, q),
            Fuse.Binary<Combine<Silu, Identity, Multiply>>(q, p), q.Linear(p, null, default(Kernels.Sigmoid)),
        ];
        foreach (Tensor result in results)
        {
            result.Sum().Backward();
        }

        Tensor mask = p > q;
        Tensor.Where(mask, p, q).Sum().Backward();
        _ = Tensor.Normal([5]);
        _ = p.Dropout(0.5, new Generator(1));
        _ = p.To(DType.Float64).To(DType.Int64);
    }

    private static void Reductions()
    {
        using TensorScope scope = Tensor.Scope();
        using NoGrad noGrad = new();
        Tensor x = Tensor.Normal([4, 5]);
        _ = x.Sum();
        _ = x.Sum([0]);
        _ = x.Mean([1]);
        _ = x.Max([1]);
        _ = x.Min([1]);
        _ = x.Norm();
        _ = x.Variance([0]);
        _ = x.LogSumExp([1]);
        _ = x.ArgMax(1);
    }

    private static void Products()
    {
        using TensorScope scope = Tensor.Scope();
        using NoGrad noGrad = new();
        _ = Tensor.Normal([4, 5]).MatMul(Tensor.Normal([5, 3]));
        _ = Tensor.Normal([2, 4, 5]).MatMul(Tensor.Normal([2, 5, 3]));
    }

    private static void Others()
    {
        using TensorScope scope = Tensor.Scope();
        Parameter x = new(Tensor.Normal([4, 6]));
        new LayerNorm(6).Forward(x).Sum().Backward();
        new Embedding(5, 3).Forward(Tensor.From([1, 4, 1], [3])).Sum().Backward();
        x.BatchNormFixed(null, null, Tensor.Zeros(6), Tensor.Ones(6), 1e-5).Sum().Backward();
        x.Gather(Tensor.From([0, 5, 2, 2], [4, 1]), 1).Sum().Backward();
        _ = x.Softmax();
        _ = x.LogSoftmax();
    }

    private static void Optimizers()
    {
        Func<Parameter[], Optimizer>[] rules =
        [
            static p => new Sgd(p), static p => new Sgd(p, momentum: 0.9), static p => new Sgd(p, momentum: 0.9, nesterov: true),
            static p => new Sgd(p, momentum: 0.9, form: MomentumForm.Velocity),
            static p => new Sgd(p, momentum: 0.9, nesterov: true, form: MomentumForm.Velocity),
            static p => new NesterovAccelerated(p), static p => new DeltaBarDelta(p), static p => new DeltaBarDelta(p, momentum: 0.9),
            static p => new Rprop(p), static p => new Adagrad(p), static p => new Adagrad(p, momentum: 0.9), static p => new RMSProp(p),
            static p => new RMSProp(p, momentum: 0.9), static p => new RMSProp(p, centered: true),
            static p => new RMSProp(p, momentum: 0.9, centered: true), static p => new Adadelta(p), static p => new Adam(p, amsGrad: true),
            static p => new AdamW(p), static p => new Adamax(p), static p => new NAdam(p), static p => new RAdam(p), static p => new Asgd(p),
            static p => new Lion(p), static p => new ScheduleFreeAdamW(p), static p => new Lars(p), static p => new Lamb(p),
            static p => new Adafactor(p), static p => new Muon(p), static p => new Lbfgs(p), static p => new NewtonCg(p),
            static p => new Lookahead(new Sgd(p), steps: 1),
            static p => new Sgd(p) { Clipping = GradientClipping.ByGlobalNorm(1), SkipsNonFinite = true },
            static p => new Sgd(p) { Clipping = GradientClipping.ByGlobalNorm(1, 3) }, static p => new Sgd(p) { SkipsNonFinite = true },
            static p => new Sgd(p) { Clipping = GradientClipping.ByNorm(1) },
        ];
        foreach (Func<Parameter[], Optimizer> rule in rules)
        {
            using TensorScope scope = Tensor.Scope();
            Parameter parameter = new(Tensor.Ones([3, 2]));
            rule([parameter]).Step(() => parameter.Square().Sum());
        }
    }
}
