using System.Runtime.CompilerServices;

namespace DeepSharp.Kernels;

/// <summary>The CPU form of the cross-entropy.</summary>
internal readonly unsafe struct HostCrossEntropy<TScalar, TVector, TLabel>
    where TScalar : unmanaged, IReal<TScalar>
    where TVector : unmanaged, IReal<TVector>
    where TLabel : unmanaged, IScalar<TLabel>
{
    // Elements a thread takes at a time.
    private const int Grain = 8 * 1024;

    // Rows whose logarithms are taken together, in registers.
    private const int Batch = 64;

    private readonly TScalar* _logits;
    private readonly TLabel* _labels;
    private readonly TScalar* _weights;
    private readonly int _rows;
    private readonly int _columns;
    private readonly double _smoothing;
    private readonly double _ignored;

    // The sum of the class weights.
    private readonly double _weightSum;

    internal HostCrossEntropy(in Operand logits, in Operand labels, in Operand? weights, CrossEntropyTerms terms)
    {
        _logits = logits.Host<TScalar>();
        _labels = labels.Host<TLabel>();
        _weights = weights is { } given ? given.Host<TScalar>() : null;
        _rows = logits.Dims[0];
        _columns = logits.Dims[1];
        _smoothing = terms.Smoothing;
        _ignored = terms.Ignored;
        _weightSum = _columns;
        if (_weights != null && _smoothing > 0)
        {
            _weightSum = 0;
            for (int c = 0; c < _columns; c++)
            {
                _weightSum += ToDouble(_weights[c]);
            }
        }
    }

    /// <summary>Returns the first row whose label is out of range, or -1.</summary>
    internal int Forward(TScalar* losses, TScalar* logSumExp)
    {
        int bad = int.MaxValue;
        HostParallel.For(_rows, Math.Max(1, Grain / Math.Max(1, _columns)), new ForwardLoop(this, losses, logSumExp, &bad));
        return bad == int.MaxValue ? -1 : bad;
    }

    internal void Backward(TScalar* gradient, TScalar* logSumExp, TScalar* upstream, int upstreamStride, TScalar* denominator) =>
        HostParallel.For(
            _rows, Math.Max(1, Grain / _columns), new BackwardLoop(this, gradient, logSumExp, upstream, upstreamStride, denominator));

    internal static void Total(
        TScalar* total, TScalar* denominator, in Operand losses, in Operand labels, in Operand? weights, CrossEntropyTerms terms, bool mean)
    {
        TScalar* loss = losses.Host<TScalar>();
        TLabel* label = labels.Host<TLabel>();
        TScalar* weight = weights is { } given ? given.Host<TScalar>() : null;
        int classes = weights is { } perClass ? perClass.Count : int.MaxValue;
        double sum = 0;
        double divisor = mean ? 0 : 1;
        for (int row = 0; row < losses.Count; row++)
        {
            sum += ToDouble(loss[row]);
            double t = TLabel.ToDouble(label[row]);
            if (mean && t != terms.Ignored)
            {
                divisor += weight == null ? 1 : t >= 0 && t < classes ? ToDouble(weight[(int)t]) : double.NaN;
            }
        }

        *total = sum / divisor;
        *denominator = divisor;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static double ToDouble(TScalar value) =>
        typeof(TScalar) == typeof(F32) ? Unsafe.BitCast<TScalar, float>(value) : Unsafe.BitCast<TScalar, double>(value);

    // The class of a row: -1 if it is ignored, -2 if there is no such class.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int Class(int row)
    {
        double label = TLabel.ToDouble(_labels[row]);
        return label == _ignored ? -1 : label >= 0 && label < _columns ? (int)label : -2;
    }

    private readonly struct ForwardLoop(
        HostCrossEntropy<TScalar, TVector, TLabel> form, TScalar* losses, TScalar* logSumExp, int* bad) : IRangeBody
    {
        [SkipLocalsInit]
        public void Run(int start, int end)
        {
            TScalar* max = stackalloc TScalar[Batch];
            TScalar* sum = stackalloc TScalar[Batch];
            TScalar* dot = stackalloc TScalar[Batch];
            for (int first = start; first < end; first += Batch)
            {
                int rows = Math.Min(Batch, end - first);
                SumUp(first, rows, max, sum, dot);
                new Span<TScalar>(sum + rows, Batch - rows).Fill(1);
                for (int i = 0; i < rows; i += Lanes<TScalar, TVector>.Width)
                {
                    *(TVector*)(sum + i) = TVector.Log(*(TVector*)(sum + i));
                }

                for (int i = 0; i < rows; i++)
                {
                    logSumExp[first + i] = max[i] + sum[i];
                    losses[first + i] = Loss(first + i, max[i], sum[i], dot[i]);
                }
            }
        }

        // The maximum of each row, the sum of the exponentials less the maximum, and the weighted sum of logits less the maximum.
        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        private void SumUp(int first, int rows, TScalar* max, TScalar* sum, TScalar* dot)
        {
            TVector index = Lanes<TScalar, TVector>.Index;
            int columns = form._columns;
            int width = Lanes<TScalar, TVector>.Width;
            int dead = Lanes<TScalar, TVector>.Dead(columns);
            int full = columns / width * width;
            for (int row = 0; row < rows; row++)
            {
                TScalar* x = form._logits + ((long)(first + row) * columns);
                TVector tail = full < columns ? Lanes<TScalar, TVector>.LoadTail(x, columns) : default;
                max[row] = HostRows<TScalar, TVector>.Max(x, columns, tail, index);
                TVector shift = Lanes<TScalar, TVector>.Fill(max[row]);
                TVector total = full < columns
                    ? TVector.IfGreaterOrEqual(index, dead, TVector.Exp(tail - shift), 0)
                    : 0;
                for (int block = 0; block < full; block += HostRows<TScalar, TVector>.Block)
                {
                    TVector part = 0;
                    for (int i = block; i < Math.Min(full, block + HostRows<TScalar, TVector>.Block); i += width)
                    {
                        part += TVector.Exp(*(TVector*)(x + i) - shift);
                    }

                    total += part;
                }

                sum[row] = Lanes<TScalar, TVector>.Sum(total);
                dot[row] = form._smoothing > 0 ? Dot(x, shift, tail, index) : 0;
            }
        }

        private TScalar Dot(TScalar* x, TVector shift, TVector tail, TVector index)
        {
            int columns = form._columns;
            int width = Lanes<TScalar, TVector>.Width;
            int full = columns / width * width;
            TVector total = 0;
            for (int block = 0; block < full; block += HostRows<TScalar, TVector>.Block)
            {
                TVector part = 0;
                for (int i = block; i < Math.Min(full, block + HostRows<TScalar, TVector>.Block); i += width)
                {
                    TVector weight = form._weights == null ? 1 : *(TVector*)(form._weights + i);
                    part += (*(TVector*)(x + i) - shift) * weight;
                }

                total += part;
            }

            if (full < columns)
            {
                TVector weight = form._weights == null ? 1 : Lanes<TScalar, TVector>.LoadTail(form._weights, columns);
                total += TVector.IfGreaterOrEqual(index, Lanes<TScalar, TVector>.Dead(columns), (tail - shift) * weight, 0);
            }

            return Lanes<TScalar, TVector>.Sum(total);
        }

        private TScalar Loss(int row, TScalar max, TScalar logSum, TScalar dot)
        {
            int target = form.Class(row);
            if (target < 0)
            {
                return target == -1 ? 0 : Bad(row);
            }

            // The logarithm is added last: beside a large maximum it would lose its digits.
            TScalar own = (1 - form._smoothing) * (logSum - (form._logits[((long)row * form._columns) + target] - max));
            own = form._weights == null ? own : own * form._weights[target];
            return form._smoothing > 0
                ? own + ((form._smoothing / form._columns) * ((form._weightSum * logSum) - dot))
                : own;
        }

        private TScalar Bad(int row)
        {
            for (int seen = Volatile.Read(ref *bad); row < seen; seen = Volatile.Read(ref *bad))
            {
                Interlocked.CompareExchange(ref *bad, row, seen);
            }

            return double.NaN;
        }
    }

    private readonly struct BackwardLoop(
        HostCrossEntropy<TScalar, TVector, TLabel> form,
        TScalar* gradient,
        TScalar* logSumExp,
        TScalar* upstream,
        int upstreamStride,
        TScalar* denominator) : IRangeBody
    {
        public void Run(int start, int end)
        {
            double share = form._smoothing / form._columns;
            for (int row = start; row < end; row++)
            {
                TScalar* to = gradient + ((long)row * form._columns);
                int target = form.Class(row);
                if (target < 0)
                {
                    TScalar value = target == -1 ? 0 : double.NaN;
                    new Span<TScalar>(to, form._columns).Fill(value);
                    continue;
                }

                TScalar scale = upstream[(long)row * upstreamStride];
                scale = denominator == null ? scale : scale / *denominator;
                TScalar own = scale * (1 - form._smoothing);
                own = form._weights == null ? own : own * form._weights[target];
                TScalar spread = scale * share;
                Row(row, to, own + (spread * form._weightSum), spread);
                to[target] -= own;
            }
        }

        // factor * p - spread * w
        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        private void Row(int row, TScalar* to, TScalar factor, TScalar spread)
        {
            int columns = form._columns;
            int width = Lanes<TScalar, TVector>.Width;
            int full = columns / width * width;
            TScalar* x = form._logits + ((long)row * columns);
            TVector tail = full < columns ? Lanes<TScalar, TVector>.LoadTail(x, columns) : default;
            TVector shift = Lanes<TScalar, TVector>.Fill(logSumExp[row]);
            TVector factors = Lanes<TScalar, TVector>.Fill(factor);
            TVector spreads = Lanes<TScalar, TVector>.Fill(spread);
            for (int i = 0; i < full; i += width)
            {
                TVector weight = form._weights == null ? spreads : spreads * *(TVector*)(form._weights + i);
                *(TVector*)(to + i) = (TVector.Exp(*(TVector*)(x + i) - shift) * factors) - weight;
            }

            if (full < columns)
            {
                TVector weight = form._weights == null
                    ? spreads
                    : spreads * Lanes<TScalar, TVector>.LoadTail(form._weights, columns);
                Lanes<TScalar, TVector>.StoreTail(to, columns, (TVector.Exp(tail - shift) * factors) - weight);
            }
        }
    }
}
