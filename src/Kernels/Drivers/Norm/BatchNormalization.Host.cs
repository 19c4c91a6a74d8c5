using System.Runtime.CompilerServices;

namespace DeepSharp.Kernels;

/// <summary>The CPU form of batch norm.</summary>
/// <remarks>
/// Where a panel's statistics come from one piece, one thread goes through all loops over the panel while it is in the cache;
/// else three loops follow each other: the statistics of the pieces, joined in double precision (T. Chan, G. Golub, R. LeVeque,
/// 1979), then the elements.
/// </remarks>
internal static unsafe class HostBatchNorm<TScalar, TVector, TAct>
    where TScalar : unmanaged, IReal<TScalar>, IScalar<TScalar>
    where TVector : unmanaged, IReal<TVector>
    where TAct : unmanaged, IUnaryOp
{
    internal static void Forward(TAct activation, in BatchNormForward x)
    {
        if (x.Residual is not { } residual)
        {
            Forward<InputAlone>(activation, x);
        }
        else if (Plan(x.X) is { ByColumns: true, Pieces: > 1 } && x.Variance is null)
        {
            // Panels of a large matrix are read across its rows, and three streams at once are slower so than a sum by itself.
            Operand sum = residual.Sum ?? x.Y;
            Elementwise.RunNumeric(default(AddOp), sum, x.X, residual.Values, sum);
            Forward<InputAlone>(activation, x with { X = sum, Residual = null });
        }
        else
        {
            Forward<InputAndResidual>(activation, x);
        }
    }

    internal static void Backward(TAct activation, in BatchNormBackward x)
    {
        NormPlan plan = Plan(x.X);
        using Scratch scratch = Rent(plan, x.X);
        if (plan.ByColumns)
        {
            Run(plan, new BackwardLoop<NormColumns<TScalar, TVector>>(activation, plan, x, scratch.Operand.Host<TScalar>()));
        }
        else
        {
            Run(plan, new BackwardLoop<NormRows<TScalar, TVector>>(activation, plan, x, scratch.Operand.Host<TScalar>()));
        }
    }

    private static void Forward<TSource>(TAct activation, in BatchNormForward x)
        where TSource : unmanaged, INormSource
    {
        NormPlan plan = Plan(x.X);
        using Scratch scratch = Rent(plan, x.X);
        if (plan.ByColumns)
        {
            Run(plan, new ForwardLoop<NormColumns<TScalar, TVector>, TSource>(activation, plan, x, scratch.Operand.Host<TScalar>()));
        }
        else
        {
            Run(plan, new ForwardLoop<NormRows<TScalar, TVector>, TSource>(activation, plan, x, scratch.Operand.Host<TScalar>()));
        }
    }

    private static NormPlan Plan(in Operand x) =>
        new(x.Dims[0], x.Dims[1], BatchNormalization.Length(x), sizeof(TVector) / sizeof(TScalar), sizeof(TScalar));

    private static Scratch Rent(in NormPlan plan, in Operand x) =>
        Scratch.Rent(x.Device, x.DType, [((2 * plan.Pieces) + 4) * plan.Columns]);

    private static NormArrays<TScalar> Arrays(in NormPlan plan, in Operand x, TScalar* scratch)
    {
        NormArrays<TScalar> a = new() { X = x.Host<TScalar>(), Sums = scratch };
        a.Dots = a.Sums + (plan.Pieces * plan.Columns);
        a.Middles = a.Dots + (plan.Pieces * plan.Columns);
        a.Factors = a.Middles + plan.Columns;
        a.Slopes = a.Factors + plan.Columns;
        a.Shifts = a.Slopes + plan.Columns;
        return a;
    }

    private static TScalar* Pointer(in Operand? operand) => operand is { } given ? given.Host<TScalar>() : null;

    private static void Run<TLoop>(in NormPlan plan, in TLoop loop)
        where TLoop : struct, INormLoop
    {
        int parts = plan.Pieces * plan.Panels;
        int grain = Math.Max(1, NormPlan.Grain / plan.PanelElements);
        if (plan.IsOnePass && loop.HasStatistics)
        {
            HostParallel.For(parts, grain, new Stage<TLoop>(loop, NormStage.All));
            return;
        }

        if (loop.HasStatistics)
        {
            HostParallel.For(parts, grain, new Stage<TLoop>(loop, NormStage.Statistics));
        }

        HostParallel.For(
            plan.Features, Math.Max(1, NormPlan.Grain / (8 * plan.Pieces * plan.Expand)), new Stage<TLoop>(loop, NormStage.Join));
        HostParallel.For(
            plan.Samples, Math.Max(1, NormPlan.Grain / (plan.Features * plan.Length)), new Stage<TLoop>(loop, NormStage.Elements));
    }

    private enum NormStage
    {
        All,
        Statistics,
        Join,
        Elements,
    }

    private interface INormLoop
    {
        bool HasStatistics { get; }

        NormPlan Plan { get; }

        /// <summary>The statistics of a panel's columns in a piece.</summary>
        void Statistics(int piece, int panel);

        /// <summary>From the statistics of some features to what their elements need.</summary>
        void Join(int start, int end);

        /// <summary>The elements of a panel in a piece.</summary>
        void Elements(int piece, int panel);

        /// <summary>The elements of some samples, in the order of memory.</summary>
        void Samples(int start, int end);
    }

    private readonly struct Stage<TLoop>(TLoop loop, NormStage stage) : IRangeBody
        where TLoop : struct, INormLoop
    {
        private readonly TLoop _loop = loop;

        public void Run(int start, int end)
        {
            if (stage == NormStage.Join)
            {
                _loop.Join(start, end);
                return;
            }

            if (stage == NormStage.Elements)
            {
                _loop.Samples(start, end);
                return;
            }

            NormPlan plan = _loop.Plan;
            for (int item = start; item < end; item++)
            {
                int piece = item / plan.Panels;
                int panel = item - (piece * plan.Panels);
                _loop.Statistics(piece, panel);
                if (stage == NormStage.All)
                {
                    _loop.Join(panel * plan.PanelColumns, plan.PanelEnd(panel));
                    _loop.Elements(piece, panel);
                }
            }
        }
    }

    private readonly struct ForwardLoop<TForm, TSource> : INormLoop
        where TForm : struct, INormForm<TScalar>
        where TSource : unmanaged, INormSource
    {
        private readonly TAct _activation;
        private readonly HostNormSource<TScalar, TSource> _source;
        private readonly NormPlan _plan;
        private readonly NormArrays<TScalar> _a;
        private readonly TScalar* _mean;
        private readonly TScalar* _inverse;
        private readonly TScalar* _variance;
        private readonly TScalar* _weight;
        private readonly TScalar* _bias;
        private readonly TScalar* _runningMean;
        private readonly TScalar* _runningVariance;
        private readonly double _momentum;
        private readonly double _epsilon;

        internal ForwardLoop(TAct activation, in NormPlan plan, in BatchNormForward x, TScalar* scratch)
        {
            _activation = activation;
            _source = new(x.X, x.Residual, x.Y);
            _plan = plan;
            _a = Arrays(plan, x.X, scratch);
            _a.Y = x.Y.Host<TScalar>();
            _mean = x.Mean.Host<TScalar>();
            _inverse = Pointer(x.InverseDeviation);
            _variance = Pointer(x.Variance);
            _weight = Pointer(x.Weight);
            _bias = Pointer(x.Bias);
            _runningMean = Pointer(x.RunningMean);
            _runningVariance = Pointer(x.RunningVariance);
            _momentum = x.Momentum;
            _epsilon = x.Epsilon;
        }

        public bool HasStatistics => _variance == null;

        public NormPlan Plan => _plan;

        public void Statistics(int piece, int panel) => TForm.Moments(_source, _plan, piece, panel, _a.OfPiece(piece * _plan.Columns));

        public void Elements(int piece, int panel) => TForm.Apply(_activation, _plan, piece, panel, Kept());

        public void Samples(int start, int end)
        {
            if (_variance != null)
            {
                TForm.ApplySamples(_source, _activation, _plan, start, end, _a);
                return;
            }

            TForm.ApplySamples(default(HostNormSource<TScalar, InputAlone>), _activation, _plan, start, end, Kept());
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        public void Join(int start, int end)
        {
            for (int feature = start; feature < end; feature++)
            {
                double mean;
                double inverse;
                if (_variance != null)
                {
                    mean = TScalar.ToDouble(_mean[feature]);
                    inverse = 1 / Math.Sqrt(TScalar.ToDouble(_variance[feature]) + _epsilon);
                }
                else
                {
                    double variance = Moments(feature, out mean) / _plan.Count;
                    inverse = 1 / Math.Sqrt(variance + _epsilon);
                    _mean[feature] = mean;
                    _inverse[feature] = inverse;
                    Move(_runningMean, feature, mean);
                    Move(_runningVariance, feature, variance * _plan.Count / (_plan.Count - 1));
                }

                TScalar factor = _weight == null ? inverse : inverse * TScalar.ToDouble(_weight[feature]);
                TScalar shift = _bias == null ? 0 : _bias[feature];
                for (int column = feature * _plan.Expand; column < (feature + 1) * _plan.Expand; column++)
                {
                    _a.Middles[column] = mean;
                    _a.Factors[column] = factor;
                    _a.Shifts[column] = shift;
                }
            }
        }

        // The arrays for those who come after the first.
        private NormArrays<TScalar> Kept()
        {
            NormArrays<TScalar> a = _a;
            a.X = _source.Kept(a.X);
            return a;
        }

        // The mean, and the sum of the squared distances from it. Means are joined as distances from the first one.
        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        private double Moments(int feature, out double mean)
        {
            int first = feature * _plan.Expand;
            mean = TScalar.ToDouble(_a.Sums[first]);
            if (_plan.IsOnePass)
            {
                return TScalar.ToDouble(_a.Dots[first]);
            }

            double middle = mean;
            double sum = 0;
            double squares = 0;
            for (int piece = 0; piece < _plan.Pieces; piece++)
            {
                TScalar* means = _a.Sums + (piece * _plan.Columns) + first;
                for (int i = 0; i < _plan.Expand; i++)
                {
                    sum += (TScalar.ToDouble(means[i]) - middle) * _plan.PieceCount(piece);
                }
            }

            mean += sum / _plan.Count;
            for (int piece = 0; piece < _plan.Pieces; piece++)
            {
                int column = (piece * _plan.Columns) + first;
                for (int i = 0; i < _plan.Expand; i++)
                {
                    double distance = TScalar.ToDouble(_a.Sums[column + i]) - mean;
                    squares += TScalar.ToDouble(_a.Dots[column + i]) + (distance * distance * _plan.PieceCount(piece));
                }
            }

            return squares;
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private void Move(TScalar* running, int feature, double value)
        {
            if (running != null)
            {
                running[feature] = ((1 - _momentum) * TScalar.ToDouble(running[feature])) + (_momentum * value);
            }
        }
    }

    private readonly struct BackwardLoop<TForm> : INormLoop
        where TForm : struct, INormForm<TScalar>
    {
        private readonly OutputGradient<TScalar, TAct> _gradient;
        private readonly NormPlan _plan;
        private readonly NormArrays<TScalar> _a;
        private readonly TScalar* _inverse;
        private readonly TScalar* _variance;
        private readonly TScalar* _weight;
        private readonly TScalar* _weightGradient;
        private readonly TScalar* _biasGradient;
        private readonly bool _addsToWeight;
        private readonly bool _addsToBias;
        private readonly double _epsilon;

        internal BackwardLoop(TAct activation, in NormPlan plan, in BatchNormBackward x, TScalar* scratch)
        {
            _plan = plan;
            _a = Arrays(plan, x.X, scratch);
            _a.Dy = x.Dy.Host<TScalar>();
            _a.Y = Pointer(x.Gradients.Input);
            _gradient = new(activation, x.Y is { } y ? (nint)(y.Host<TScalar>() - _a.Dy) : 0);
            _inverse = Pointer(x.InverseDeviation);
            _variance = Pointer(x.Variance);
            _weight = Pointer(x.Weight);
            _weightGradient = Pointer(x.Gradients.Weight);
            _biasGradient = Pointer(x.Gradients.Bias);
            _addsToWeight = x.Gradients.AddsToWeight;
            _addsToBias = x.Gradients.AddsToBias;
            _epsilon = x.Epsilon;
            TScalar* mean = x.Mean.Host<TScalar>();
            if (plan.Expand == 1)
            {
                _a.Middles = mean;
                return;
            }

            for (int column = 0; column < plan.Columns; column++)
            {
                _a.Middles[column] = mean[column / plan.Expand];
            }
        }

        public bool HasStatistics => _variance == null || _weightGradient != null || _biasGradient != null;

        public NormPlan Plan => _plan;

        public void Statistics(int piece, int panel) =>
            TForm.GradientSums(_gradient, _plan, piece, panel, _a.OfPiece(piece * _plan.Columns));

        public void Elements(int piece, int panel)
        {
            if (_a.Y != null && _variance == null)
            {
                TForm.ApplyGradient(_gradient, _plan, piece, panel, _a);
            }
            else if (_a.Y != null)
            {
                TForm.Apply(default(IdentityOp), _plan, piece, panel, Scaled());
            }
        }

        public void Samples(int start, int end)
        {
            if (_a.Y != null && _variance == null)
            {
                TForm.ApplyGradientSamples(_gradient, _plan, start, end, _a);
            }
            else if (_a.Y != null)
            {
                TForm.ApplySamples(
                    default(HostNormSource<TScalar, InputAlone>), default(IdentityOp), _plan, start, end, Scaled());
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        public void Join(int start, int end)
        {
            for (int feature = start; feature < end; feature++)
            {
                double sum = HasStatistics ? Total(_a.Sums, feature) : 0;
                double dot = HasStatistics ? Total(_a.Dots, feature) : 0;
                bool given = _variance != null;
                double inverse = given
                    ? 1 / Math.Sqrt(TScalar.ToDouble(_variance[feature]) + _epsilon) : TScalar.ToDouble(_inverse[feature]);
                Give(_weightGradient, feature, dot * inverse, _addsToWeight);
                Give(_biasGradient, feature, sum, _addsToBias);
                double factor = _weight == null ? inverse : inverse * TScalar.ToDouble(_weight[feature]);
                TScalar slope = given ? 0 : -factor * inverse * inverse * dot / _plan.Count;
                TScalar shift = given ? 0 : -factor * sum / _plan.Count;
                for (int column = feature * _plan.Expand; column < (feature + 1) * _plan.Expand; column++)
                {
                    _a.Factors[column] = factor;
                    _a.Slopes[column] = slope;
                    _a.Shifts[column] = shift;
                }
            }
        }

        // With constant statistics the gradient is that of the output times the factor; slopes and shifts are zero.
        private NormArrays<TScalar> Scaled()
        {
            NormArrays<TScalar> a = _a;
            a.X = a.Dy;
            a.Middles = a.Slopes;
            return a;
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        private double Total(TScalar* parts, int feature)
        {
            double total = 0;
            for (int piece = 0; piece < _plan.Pieces; piece++)
            {
                TScalar* columns = parts + (piece * _plan.Columns) + (feature * _plan.Expand);
                for (int i = 0; i < _plan.Expand; i++)
                {
                    total += TScalar.ToDouble(columns[i]);
                }
            }

            return total;
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static void Give(TScalar* gradient, int feature, double value, bool add)
        {
            if (gradient != null)
            {
                gradient[feature] = add ? TScalar.ToDouble(gradient[feature]) + value : value;
            }
        }
    }
}
