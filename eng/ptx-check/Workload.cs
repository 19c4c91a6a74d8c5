using DeepSharp.Kernels;
using DeepSharp.Layers;
using DeepSharp.Optim;

namespace DeepSharp.PtxCheck;

/// <summary>Makes the device load kernels: the training steps of the examples, and every family of kernels once.</summary>
internal static class Workload
{
    internal static IReadOnlyList<(string Name, Action Run)> All { get; } =
    [
        .. ExampleSteps.All,
        ("element-wise operators", ElementWise),
        ("reductions", Reductions),
        ("integers and masks", Integers),
        ("products", Products),
        ("normalisation and lookup", Others),
        ("residual connections", Residuals),
        ("softmax and losses", Losses),
        ("optimizers", Optimizers),
        ("16-bit floats", Halves),
        .. LayerWork.All,
    ];

    private static void Halves()
    {
        foreach (DType dtype in (DType[])[DType.Float16, DType.BFloat16])
        {
            using TensorScope scope = Tensor.Scope();
            Tensor p = Tensor.Uniform([2, 3], 0.5, 1.5).To(dtype).RequireGrad();
            Tensor q = Tensor.Uniform([2, 3], 0.5, 1.5).To(dtype);
            foreach (Tensor result in (Tensor[])[p.Exp(), p.GELU(), p + q, p * q, p / q, p.MatMul(q.T), Tensor.Where(p > q, p, q), p[1]])
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
            -p, p.Abs(), p.Exp(), p.Log(), p.Sqrt(), p.Rsqrt(), p.Square(), p.Reciprocal(), p.Tanh(), p.Sigmoid(), p.ReLU(),
            p.LeakyReLU(), p.ELU(), p.GELU(), p.SiLU(), p.Softplus(), p.Sin(), p.Cos(), p.Floor(), p.Ceil(), p.Round(), p.Expm1(),
            p.Log1p(), p.Sign(), p.Clamp(0.6, 1.4),
            p.Pow(1.5), p + q, p - q, p * q, p / q, p.Pow(q), Tensor.Minimum(p, q), Tensor.Maximum(p, q),
            Fuse.Unary<Then<Then<TanhOp, SquareOp>, SinOp>>(p), Fuse.Binary<After<AddOp, ReLUOp>>(p, q),
            Fuse.Binary<Combine<SiLUOp, IdentityOp, MultiplyOp>>(q, p), q.Linear(p, null, default(SigmoidOp)),
        ];
        foreach (Tensor result in results)
        {
            result.Sum().Backward();
        }

        foreach (Tensor result in (Tensor[])[p.GELU(), p.SiLU(), p.Pow(1.5), Fuse.Binary<After<MultiplyOp, SigmoidOp>>(p, q)])
        {
            Tensor derivative = result;
            for (int order = 1; order <= 3; order++)
            {
                derivative = Grad.Of(derivative.Sum(), p, createGraph: true);
            }
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
        _ = x.ArgMin(1);
    }

    private static void Integers()
    {
        using TensorScope scope = Tensor.Scope();
        foreach (DType dtype in (DType[])[DType.Int32, DType.Int64])
        {
            Tensor n = Tensor.From([3, 1, 2, 5, 4, 6], [2, 3]).To(dtype);
            Tensor m = n.T.Contiguous().Reshape(2, 3);
            foreach (Tensor result in (Tensor[])[n + m, n - m, n * m, Tensor.Minimum(n, m), Tensor.Maximum(n, m), n.Sum(0)])
            {
                _ = result.To(DType.Float32);
            }

            _ = (n > m).Sum();
            _ = Tensor.Where(n.Equal(m), n, m);
            _ = n.IndexSelect(Tensor.From([1, 0], [2]));
        }
    }

    private static void Products()
    {
        using TensorScope scope = Tensor.Scope();
        using NoGrad noGrad = new();
        _ = Tensor.Normal([4, 5]).MatMul(Tensor.Normal([5, 3]));
        _ = Tensor.Normal([2, 4, 5]).MatMul(Tensor.Normal([2, 5, 3]));
        _ = Tensor.Normal([4, 5]).Linear(Tensor.Normal([3, 5]), Tensor.Normal([3]));

        // What follows a product of cuBLAS.
        Device.Default.Launch(Device.Default.Grid(1), BlasEpilogue<F32, IdentityOp>.Kernel, default(BlasEpilogue<F32, IdentityOp>.Arguments));
        Device.Default.Launch(Device.Default.Grid(1), BlasEpilogue<F32, ReLUOp>.Kernel, default(BlasEpilogue<F32, ReLUOp>.Arguments));
    }

    private static void Others()
    {
        using TensorScope scope = Tensor.Scope();
        Parameter x = new(Tensor.Normal([4, 6]));
        new LayerNorm(6).Forward(x).Sum().Backward();
        new Embedding(5, 3).Forward(Tensor.From([1, 4, 1], [3])).Sum().Backward();
        x.BatchNormFixed(null, null, Tensor.Zeros(6), Tensor.Ones(6), 1e-5).Sum().Backward();
        x.AddBatchNormFixed(x, out _, null, null, Tensor.Zeros(6), Tensor.Ones(6), 1e-5).Sum().Backward();
        x.Gather(Tensor.From([0, 5, 2, 2], [4, 1]), 1).Sum().Backward();
        x.ScatterAdd(Tensor.From([0, 5, 2, 2], [4, 1]), Tensor.Ones([4, 1]), 1).Sum().Backward();
        x.IndexAdd(Tensor.From([1, 0], [2]), Tensor.Ones([2, 6])).Sum().Backward();
        Tensor.Concatenate([x, x], 1).Sum().Backward();
    }

    private static void Residuals()
    {
        using TensorScope scope = Tensor.Scope();
        Sequential model =
        [
            new Residual([new Dense(6, 6), new ReLU(), new Dense(6, 6)]), new LayerNorm(6),
            new Residual(new Dense(6, 6)), new BatchNorm(6), new ReLU(),
        ];
        model.Forward(Tensor.Normal([4, 6])).Sum().Backward();
        model.Eval();
        using NoGrad noGrad = new();
        _ = model.Forward(Tensor.Normal([4, 6]));
    }

    private static void Losses()
    {
        using TensorScope scope = Tensor.Scope();
        Parameter x = new(Tensor.Normal([4, 6]));
        Parameter many = new(Tensor.Normal([4, 60]));
        x.Softmax().Square().Sum().Backward();
        x.LogSoftmax().Square().Sum().Backward();
        Tensor labels = Tensor.From([0, 5, 2, 2], [4]);
        foreach (DType dtype in (DType[])[DType.UInt8, DType.Int32, DType.Int64])
        {
            new CrossEntropyLoss().Compute(x, labels.To(dtype)).Backward();
            new CrossEntropyLoss().Compute(many, labels.To(dtype)).Backward();
            new CrossEntropyLoss(classWeights: Tensor.Ones([6]), labelSmoothing: 0.1).Compute(x, labels.To(dtype)).Backward();
        }

        Tensor target = Tensor.Uniform([4, 6]);
        Loss[] losses =
        [
            new CrossEntropyLoss(), new MeanSquaredErrorLoss(), new MeanAbsoluteErrorLoss(), new HuberLoss(), new BinaryCrossEntropyWithLogitsLoss(),
        ];
        foreach (Loss loss in losses)
        {
            loss.Compute(x, target).Backward();
        }

        new BinaryCrossEntropyLoss().Compute(x.Sigmoid(), target).Backward();
    }

    private static void Optimizers()
    {
        Func<Parameter[], Optimizer>[] rules =
        [
            static p => new SGD(p), static p => new SGD(p, momentum: 0.9), static p => new SGD(p, momentum: 0.9, nesterov: true),
            static p => new SGD(p, momentum: 0.9, form: MomentumForm.Velocity),
            static p => new SGD(p, momentum: 0.9, nesterov: true, form: MomentumForm.Velocity),
            static p => new NesterovAccelerated(p), static p => new DeltaBarDelta(p), static p => new DeltaBarDelta(p, momentum: 0.9),
            static p => new Rprop(p), static p => new Adagrad(p), static p => new Adagrad(p, momentum: 0.9), static p => new RMSProp(p),
            static p => new RMSProp(p, momentum: 0.9), static p => new RMSProp(p, centered: true),
            static p => new RMSProp(p, momentum: 0.9, centered: true), static p => new Adadelta(p), static p => new Adam(p, amsGrad: true),
            static p => new AdamW(p), static p => new Adamax(p), static p => new NAdam(p), static p => new RAdam(p), static p => new ASGD(p),
            static p => new Lion(p), static p => new ScheduleFreeAdamW(p), static p => new LARS(p), static p => new LAMB(p),
            static p => new Adafactor(p), static p => new Muon(p), static p => new LBFGS(p), static p => new NewtonCG(p),
            static p => new Lookahead(new SGD(p), steps: 1),
            static p => new SGD(p) { Clipping = GradientClipping.ByGlobalNorm(1), SkipsNonFinite = true },
            static p => new SGD(p) { Clipping = GradientClipping.ByGlobalNorm(1, 3) }, static p => new SGD(p) { SkipsNonFinite = true },
            static p => new SGD(p) { Clipping = GradientClipping.ByNorm(1) },
        ];
        foreach (Func<Parameter[], Optimizer> rule in rules)
        {
            using TensorScope scope = Tensor.Scope();
            Parameter parameter = new(Tensor.Ones([3, 2]));
            rule([parameter]).Step(() => parameter.Square().Sum());
        }
    }
}
