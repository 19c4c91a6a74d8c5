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
    internal static void Forward(TAct activation, in BatchNormForward arguments)
    {
        if (arguments.Residual is not { } residual)
        {
            Forward<InputAlone>(activation, arguments);
        }
        else if (Plan(arguments.X) is { ByColumns: true, Pieces: > 1 } && !arguments.StatisticsAreGiven)
        {
            // Panels of a large matrix are read across its rows, and three streams at once are slower so than a sum by itself.
            Operand sum = residual.Sum ?? arguments.Y;
            Elementwise.RunNumeric(default(AddOp), sum, arguments.X, residual.Values, sum);
            Forward<InputAlone>(activation, arguments with { X = sum, Residual = null });
        }
        else
        {
            Forward<InputAndResidual>(activation, arguments);
        }
    }

    internal static void Backward(TAct activation, in BatchNormBackward arguments)
    {
        NormPlan plan = Plan(arguments.X);
        using Scratch scratch = Rent(plan, arguments.X);
        if (plan.ByColumns)
        {
            Run(plan, new BackwardLoop<NormColumns<TScalar, TVector>>(activation, plan, arguments, scratch.Operand.Host<TScalar>()));
        }
        else
        {
            Run(plan, new BackwardLoop<NormRows<TScalar, TVector>>(activation, plan, arguments, scratch.Operand.Host<TScalar>()));
        }
    }

    private static void Forward<TSource>(TAct activation, in BatchNormForward arguments)
        where TSource : unmanaged, INormSource
    {
        NormPlan plan = Plan(arguments.X);
        using Scratch scratch = Rent(plan, arguments.X);
        TScalar* place = scratch.Operand.Host<TScalar>();
        if (plan.ByColumns)
        {
            Run(plan, new ForwardLoop<NormColumns<TScalar, TVector>, TSource>(activation, plan, arguments, place));
        }
        else
        {
            Run(plan, new ForwardLoop<NormRows<TScalar, TVector>, TSource>(activation, plan, arguments, place));
        }
    }

    private static NormPlan Plan(in Operand x) =>
        new(x.Dims[0], x.Dims[1], NormChecks.Length(x), sizeof(TVector) / sizeof(TScalar));

    private static Scratch Rent(in NormPlan plan, in Operand x) =>
        Scratch.Rent(x.Device, x.DType, [((2 * plan.Pieces) + 4) * plan.Columns]);

    private static void Run<TLoop>(in NormPlan plan, in TLoop loop)
        where TLoop : struct, IStagedLoop<TLoop>
    {
        int parts = plan.Pieces * plan.Panels;
        int grain = Math.Max(1, NormPlan.Grain / plan.PanelElements);
        if (plan.IsOnePass && loop.HasStatistics)
        {
            HostParallel.For(parts, grain, loop.At(NormStage.All));
            return;
        }

        if (loop.HasStatistics)
        {
            HostParallel.For(parts, grain, loop.At(NormStage.Statistics));
        }

        HostParallel.For(
            plan.Features, Math.Max(1, NormPlan.Grain / (8 * plan.Pieces * plan.Expand)), loop.At(NormStage.Join));
        HostParallel.For(
            plan.Samples, Math.Max(1, NormPlan.Grain / (plan.Features * plan.Length)), loop.At(NormStage.Elements));
    }

    private interface IStagedLoop<TLoop> : IRangeBody
        where TLoop : struct
    {
        bool HasStatistics { get; }

        TLoop At(NormStage stage);
    }

    private enum NormStage
    {
        All,
        Statistics,
        Join,
        Elements,
    }

    private static TScalar* Pointer(in Operand? operand) => operand is { } given ? given.Host<TScalar>() : null;

    private struct ForwardLoop<TForm, TSource> : IStagedLoop<ForwardLoop<TForm, TSource>>
        where TForm : struct, INormForm<TScalar>
        where TSource : unmanaged, INormSource
    {
        private readonly TAct _activation;
        private readonly HostNormSource<TScalar, TSource> _source;
        private readonly NormPlan _plan;
        private readonly TScalar* _x;
        private readonly TScalar* _y;
        private readonly TScalar* _mean;
        private readonly TScalar* _inverse;
        private readonly TScalar* _scale;
        private readonly TScalar* _shift;
        private readonly TScalar* _runningMean;
        private readonly TScalar* _runningVariance;
        private readonly double _momentum;
        private readonly double _epsilon;
        private readonly bool _given;
        private readonly TScalar* _means;
        private readonly TScalar* _squares;
        private readonly TScalar* _middles;
        private readonly TScalar* _factors;
        private readonly TScalar* _shifts;
        private NormStage _stage;

        internal ForwardLoop(TAct activation, in NormPlan plan, in BatchNormForward arguments, TScalar* scratch)
        {
            _activation = activation;
            _source = new(arguments.X, arguments.Residual, arguments.Y);
            _plan = plan;
            _x = arguments.X.Host<TScalar>();
            _y = arguments.Y.Host<TScalar>();
            _mean = arguments.Mean.Host<TScalar>();
            _inverse = arguments.Spread.Host<TScalar>();
            _scale = Pointer(arguments.Scale);
            _shift = Pointer(arguments.Shift);
            _runningMean = Pointer(arguments.RunningMean);
            _runningVariance = Pointer(arguments.RunningVariance);
            _momentum = arguments.Momentum;
            _epsilon = arguments.Epsilon;
            _given = arguments.StatisticsAreGiven;
            _means = scratch;
            _squares = _means + (plan.Pieces * plan.Columns);
            _middles = _squares + (plan.Pieces * plan.Columns);
            _factors = _middles + plan.Columns;
            _shifts = _factors + plan.Columns;
        }

        public readonly bool HasStatistics => !_given;

        public readonly ForwardLoop<TForm, TSource> At(NormStage stage)
        {
            ForwardLoop<TForm, TSource> loop = this;
            loop._stage = stage;
            return loop;
        }

        public readonly void Run(int start, int end)
        {
            if (_stage == NormStage.Join)
            {
                Join(start, end);
                return;
            }

            if (_stage == NormStage.Elements)
            {
                Elements(start, end);
                return;
            }

            for (int item = start; item < end; item++)
            {
                int piece = item / _plan.Panels;
                int panel = item - (piece * _plan.Panels);
                int column = piece * _plan.Columns;
                TForm.Moments(_source, _plan, piece, panel, _x, _means + column, _squares + column);
                if (_stage == NormStage.All)
                {
                    Join(panel * _plan.PanelColumns, _plan.PanelEnd(panel));
                    TForm.Apply(_activation, _plan, piece, panel, _y, _source.Kept(_x), _middles, _factors, _shifts);
                }
            }
        }

        private readonly void Elements(int start, int end)
        {
            if (_given)
            {
                TForm.ApplySamples(_source, _activation, _plan, start, end, _y, _x, _middles, _factors, _shifts);
                return;
            }

            HostNormSource<TScalar, InputAlone> kept = default;
            TForm.ApplySamples(kept, _activation, _plan, start, end, _y, _source.Kept(_x), _middles, _factors, _shifts);
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        private readonly void Join(int start, int end)
        {
            for (int feature = start; feature < end; feature++)
            {
                double mean;
                double inverse;
                if (_given)
                {
                    mean = TScalar.ToDouble(_mean[feature]);
                    inverse = 1 / Math.Sqrt(TScalar.ToDouble(_inverse[feature]) + _epsilon);
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

                TScalar factor = _scale == null ? inverse : inverse * TScalar.ToDouble(_scale[feature]);
                TScalar shift = _shift == null ? 0 : _shift[feature];
                for (int column = feature * _plan.Expand; column < (feature + 1) * _plan.Expand; column++)
                {
                    _middles[column] = mean;
                    _factors[column] = factor;
                    _shifts[column] = shift;
                }
            }
        }

        // The mean, and the sum of the squared distances from it.
        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        private readonly double Moments(int feature, out double mean)
        {
            int first = feature * _plan.Expand;
            if (_plan.IsOnePass)
            {
                mean = TScalar.ToDouble(_means[first]);
                return TScalar.ToDouble(_squares[first]);
            }

            double sum = 0;
            double squares = 0;
            for (int piece = 0; piece < _plan.Pieces; piece++)
            {
                TScalar* means = _means + (piece * _plan.Columns) + first;
                for (int i = 0; i < _plan.Expand; i++)
                {
                    sum += TScalar.ToDouble(means[i]) * _plan.PieceCount(piece);
                }
            }

            mean = sum / _plan.Count;
            for (int piece = 0; piece < _plan.Pieces; piece++)
            {
                int column = (piece * _plan.Columns) + first;
                for (int i = 0; i < _plan.Expand; i++)
                {
                    double distance = TScalar.ToDouble(_means[column + i]) - mean;
                    squares += TScalar.ToDouble(_squares[column + i]) + (distance * distance * _plan.PieceCount(piece));
                }
            }

            return squares;
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private readonly void Move(TScalar* running, int feature, double value)
        {
            if (running != null)
            {
                running[feature] = ((1 - _momentum) * TScalar.ToDouble(running[feature])) + (_momentum * value);
            }
        }
    }

    private struct BackwardLoop<TForm> : IStagedLoop<BackwardLoop<TForm>>
        where TForm : struct, INormForm<TScalar>
    {
        private readonly OutputGradient<TScalar, TAct> _gradient;
        private readonly NormPlan _plan;
        private readonly TScalar* _x;
        private readonly TScalar* _dy;
        private readonly TScalar* _dx;
        private readonly TScalar* _mean;
        private readonly TScalar* _spread;
        private readonly TScalar* _scale;
        private readonly TScalar* _dScale;
        private readonly TScalar* _dShift;
        private readonly bool _addToScale;
        private readonly bool _addToShift;
        private readonly double _epsilon;
        private readonly bool _given;
        private readonly bool _sums;
        private readonly TScalar* _sum;
        private readonly TScalar* _dot;
        private readonly TScalar* _middles;
        private readonly TScalar* _factors;
        private readonly TScalar* _slopes;
        private readonly TScalar* _shifts;
        private NormStage _stage;

        internal BackwardLoop(TAct activation, in NormPlan plan, in BatchNormBackward arguments, TScalar* scratch)
        {
            _plan = plan;
            _x = arguments.X.Host<TScalar>();
            _dy = arguments.Dy.Host<TScalar>();
            _gradient = new(activation, arguments.Y is { } y ? (nint)(y.Host<TScalar>() - _dy) : 0);
            _mean = arguments.Mean.Host<TScalar>();
            _spread = arguments.Spread.Host<TScalar>();
            _scale = Pointer(arguments.Scale);
            _dx = Pointer(arguments.Gradients.Input);
            _dScale = Pointer(arguments.Gradients.Scale);
            _dShift = Pointer(arguments.Gradients.Shift);
            _addToScale = arguments.Gradients.AddToScale;
            _addToShift = arguments.Gradients.AddToShift;
            _epsilon = arguments.Epsilon;
            _given = arguments.StatisticsAreGiven;
            _sums = !_given || _dScale != null || _dShift != null;
            _sum = scratch;
            _dot = _sum + (plan.Pieces * plan.Columns);
            _middles = _dot + (plan.Pieces * plan.Columns);
            _factors = _middles + plan.Columns;
            _slopes = _factors + plan.Columns;
            _shifts = _slopes + plan.Columns;
            if (plan.Expand == 1)
            {
                _middles = _mean;
                return;
            }

            for (int column = 0; column < plan.Columns; column++)
            {
                _middles[column] = _mean[column / plan.Expand];
            }
        }

        public readonly bool HasStatistics => _sums;

        public readonly BackwardLoop<TForm> At(NormStage stage)
        {
            BackwardLoop<TForm> loop = this;
            loop._stage = stage;
            return loop;
        }

        public readonly void Run(int start, int end)
        {
            if (_stage == NormStage.Join)
            {
                Join(start, end);
                return;
            }

            if (_stage == NormStage.Elements)
            {
                Elements(start, end);
                return;
            }

            for (int item = start; item < end; item++)
            {
                int piece = item / _plan.Panels;
                int panel = item - (piece * _plan.Panels);
                int column = piece * _plan.Columns;
                TForm.GradientSums(_gradient, _plan, piece, panel, _dy, _x, _middles, _sum + column, _dot + column);
                if (_stage == NormStage.Statistics)
                {
                    continue;
                }

                Join(panel * _plan.PanelColumns, _plan.PanelEnd(panel));
                if (_dx != null && !_given)
                {
                    TForm.ApplyGradient(_gradient, _plan, piece, panel, _dx, _dy, _x, _middles, _factors, _slopes, _shifts);
                }
                else if (_dx != null)
                {
                    TForm.Apply(default(IdentityOp), _plan, piece, panel, _dx, _dy, _slopes, _factors, _shifts);
                }
            }
        }

        private readonly void Elements(int start, int end)
        {
            if (_dx != null && !_given)
            {
                TForm.ApplyGradientSamples(_gradient, _plan, start, end, _dx, _dy, _x, _middles, _factors, _slopes, _shifts);
            }
            else if (_dx != null)
            {
                TForm.ApplySamples(
                    default(HostNormSource<TScalar, InputAlone>), default(IdentityOp), _plan, start, end, _dx, _dy, _slopes, _factors,
                    _shifts);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        private readonly void Join(int start, int end)
        {
            for (int feature = start; feature < end; feature++)
            {
                double sum = _sums ? Total(_sum, feature) : 0;
                double dot = _sums ? Total(_dot, feature) : 0;
                double spread = TScalar.ToDouble(_spread[feature]);
                double inverse = _given ? 1 / Math.Sqrt(spread + _epsilon) : spread;
                Give(_dScale, feature, dot * inverse, _addToScale);
                Give(_dShift, feature, sum, _addToShift);
                double factor = _scale == null ? inverse : inverse * TScalar.ToDouble(_scale[feature]);
                TScalar slope = _given ? 0 : -factor * inverse * inverse * dot / _plan.Count;
                TScalar shift = _given ? 0 : -factor * sum / _plan.Count;
                for (int column = feature * _plan.Expand; column < (feature + 1) * _plan.Expand; column++)
                {
                    _factors[column] = factor;
                    _slopes[column] = slope;
                    _shifts[column] = shift;
                }
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        private readonly double Total(TScalar* parts, int feature)
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
