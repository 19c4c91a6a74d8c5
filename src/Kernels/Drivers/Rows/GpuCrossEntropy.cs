using System.Runtime.CompilerServices;
using ILGPU;

namespace DeepSharp.Kernels;

/// <summary>
/// The GPU form of the cross-entropy: a group of threads per row, and one group for the total. For few rows of few classes, one group
/// does both, with a thread per row.
/// </summary>
internal static class GpuCrossEntropy<TScalar, TLabel>
    where TScalar : unmanaged, IReal<TScalar>
    where TLabel : unmanaged, IScalar<TLabel>
{
    // What one group does in about the time that a launch takes.
    private const int FewRows = 1024;
    private const int FewColumns = 32;

    internal static void Forward(
        in Operand losses, in Operand logSumExp, in Operand logits, in Operand labels, in Operand? weights, CrossEntropyTerms terms)
    {
        Arguments arguments = Arguments.Of(logits.View<TScalar>(), labels, weights, terms, logits.Dims[1]);
        arguments.Losses = losses.View<TScalar>();
        arguments.LogSumExp = logSumExp.View<TScalar>();
        logits.Device.Kernel<ForwardKey, Action<KernelConfig, Arguments>>(
            static accelerator => accelerator.Launcher<Arguments>(ForwardKernel))(
                new KernelConfig(logits.Dims[0], GroupTree.Size(logits.Device, logits.Dims[1])), arguments);
    }

    internal static void Total(
        in Operand total,
        in Operand denominator,
        in Operand losses,
        in Operand logSumExp,
        in Operand logits,
        in Operand labels,
        in Operand? weights,
        CrossEntropyTerms terms,
        bool mean)
    {
        int rows = logits.Dims[0];
        bool few = rows <= FewRows && logits.Dims[1] <= FewColumns;
        if (!few && rows > 0)
        {
            Forward(losses, logSumExp, logits, labels, weights, terms);
        }

        Arguments arguments = Arguments.Of(logits.View<TScalar>(), labels, weights, terms, logits.Dims[1]);
        arguments.Losses = losses.View<TScalar>();
        arguments.LogSumExp = logSumExp.View<TScalar>();
        arguments.Total = total.View<TScalar>();
        arguments.Denominator = denominator.View<TScalar>();
        arguments.HasDenominator = mean ? 1 : 0;
        arguments.Rows = rows;
        KernelConfig group = new(1, GroupTree.Size(logits.Device, rows));
        if (few)
        {
            logits.Device.Kernel<WholeKey, Action<KernelConfig, Arguments>>(
                static accelerator => accelerator.Launcher<Arguments>(WholeKernel))(group, arguments);
        }
        else
        {
            logits.Device.Kernel<TotalKey, Action<KernelConfig, Arguments>>(
                static accelerator => accelerator.Launcher<Arguments>(TotalKernel))(group, arguments);
        }
    }

    internal static void Backward(
        in Operand gradient,
        in Operand logits,
        in Operand logSumExp,
        in Operand labels,
        in Operand upstream,
        in Operand? denominator,
        in Operand? weights,
        CrossEntropyTerms terms)
    {
        Arguments arguments = Arguments.Of(logits.View<TScalar>(), labels, weights, terms, logits.Dims[1]);
        arguments.Gradient = gradient.View<TScalar>();
        arguments.LogSumExp = logSumExp.View<TScalar>();
        arguments.Upstream = upstream.View<TScalar>();
        arguments.UpstreamStride = upstream.Count > 1 ? 1 : 0;
        if (denominator is { } divisor)
        {
            arguments.Denominator = divisor.View<TScalar>();
            arguments.HasDenominator = 1;
        }

        logits.Device.Kernel<BackwardKey, Action<KernelConfig, Arguments>>(
            static accelerator => accelerator.Launcher<Arguments>(BackwardKernel))(
                new KernelConfig(logits.Dims[0], GroupTree.Size(logits.Device, logits.Dims[1])), arguments);
    }

    private static void ForwardKernel(Arguments x)
    {
        ArrayView<TScalar> shared = SharedMemory.Allocate<TScalar>(GroupTree.LargestGroup);
        int row = Grid.IdxX;
        int start = row * x.Columns;
        TScalar max = double.NegativeInfinity;
        for (int c = Group.IdxX; c < x.Columns; c += Group.DimX)
        {
            max = TScalar.Max(max, x.Logits[start + c]);
        }

        max = GroupTree.Max(shared, max);
        TScalar sum = 0;
        TScalar dot = 0;
        TScalar weightSum = 0;
        for (int c = Group.IdxX; c < x.Columns; c += Group.DimX)
        {
            TScalar shifted = x.Logits[start + c] - max;
            TScalar weight = x.Weight(c);
            sum += TScalar.Exp(shifted);
            dot += shifted * weight;
            weightSum += weight;
        }

        TScalar logSum = TScalar.Log(GroupTree.Sum(shared, sum));
        TScalar loss = 0;
        int target = x.Class(row);
        if (target >= 0)
        {
            loss = (1 - x.Smoothing) * (logSum - (x.Logits[start + target] - max)) * x.Weight(target);
        }

        // The same for all threads of the group, since it depends on the arguments only.
        if (x.IsSmooth != 0)
        {
            dot = GroupTree.Sum(shared, dot);
            weightSum = GroupTree.Sum(shared, weightSum);
            loss += x.Smoothing / x.Columns * ((weightSum * logSum) - dot);
        }

        if (Group.IdxX == 0)
        {
            x.LogSumExp[row] = max + logSum;
            x.Losses[row] = target >= 0 ? loss : target == -1 ? 0 : double.NaN;
        }
    }

    private static void WholeKernel(Arguments x)
    {
        ArrayView<TScalar> shared = SharedMemory.Allocate<TScalar>(GroupTree.LargestGroup);
        TScalar sum = 0;
        TScalar divisor = 0;
        for (int row = Group.IdxX; row < x.Rows; row += Group.DimX)
        {
            int start = row * x.Columns;
            TScalar max = double.NegativeInfinity;
            for (int c = 0; c < x.Columns; c++)
            {
                max = TScalar.Max(max, x.Logits[start + c]);
            }

            TScalar exponentials = 0;
            TScalar dot = 0;
            TScalar weightSum = 0;
            for (int c = 0; c < x.Columns; c++)
            {
                TScalar shifted = x.Logits[start + c] - max;
                TScalar weight = x.Weight(c);
                exponentials += TScalar.Exp(shifted);
                dot += shifted * weight;
                weightSum += weight;
            }

            TScalar logSum = TScalar.Log(exponentials);
            TScalar loss = 0;
            TScalar counts = 0;
            int target = x.Class(row);
            if (target >= 0)
            {
                counts = x.Weight(target);
                loss = (1 - x.Smoothing) * (logSum - (x.Logits[start + target] - max)) * counts;
                if (x.IsSmooth != 0)
                {
                    loss += x.Smoothing / x.Columns * ((weightSum * logSum) - dot);
                }
            }

            if (target == -2)
            {
                counts = double.NaN;
                loss = double.NaN;
            }

            x.LogSumExp[row] = max + logSum;
            x.Losses[row] = loss;
            sum += loss;
            divisor += counts;
        }

        Divide(x, GroupTree.Sum(shared, sum), GroupTree.Sum(shared, divisor));
    }

    private static void TotalKernel(Arguments x)
    {
        ArrayView<TScalar> shared = SharedMemory.Allocate<TScalar>(GroupTree.LargestGroup);
        TScalar sum = 0;
        TScalar divisor = 0;
        for (int row = Group.IdxX; row < x.Rows; row += Group.DimX)
        {
            sum += x.Losses[row];
            int target = x.Class(row);
            if (target != -1)
            {
                divisor += target >= 0 ? x.Weight(target) : double.NaN;
            }
        }

        Divide(x, GroupTree.Sum(shared, sum), GroupTree.Sum(shared, divisor));
    }

    private static void Divide(Arguments x, TScalar sum, TScalar divisor)
    {
        if (Group.IdxX == 0)
        {
            TScalar counts = x.HasDenominator != 0 ? divisor : 1;
            x.Total[0] = sum / counts;
            x.Denominator[0] = counts;
        }
    }

    private static void BackwardKernel(Arguments x)
    {
        ArrayView<TScalar> shared = SharedMemory.Allocate<TScalar>(GroupTree.LargestGroup);
        int row = Grid.IdxX;
        int start = row * x.Columns;
        TScalar weightSum = x.Columns;
        if (x.IsSmooth != 0 && x.HasWeights != 0)
        {
            TScalar part = 0;
            for (int c = Group.IdxX; c < x.Columns; c += Group.DimX)
            {
                part += x.Weight(c);
            }

            weightSum = GroupTree.Sum(shared, part);
        }

        int target = x.Class(row);
        TScalar scale = x.Upstream[row * x.UpstreamStride];
        scale = x.HasDenominator != 0 ? scale / x.Denominator[0] : scale;
        TScalar own = scale * (1 - x.Smoothing) * x.Weight(target >= 0 ? target : 0);
        TScalar spread = scale * (x.Smoothing / x.Columns);
        TScalar factor = own + (spread * weightSum);
        TScalar logSumExp = x.LogSumExp[row];
        for (int c = Group.IdxX; c < x.Columns; c += Group.DimX)
        {
            TScalar value = (TScalar.Exp(x.Logits[start + c] - logSumExp) * factor) - (spread * x.Weight(c));
            value = c == target ? value - own : value;
            x.Gradient[start + c] = target >= 0 ? value : target == -1 ? 0 : double.NaN;
        }
    }

    internal struct Arguments
    {
        internal ArrayView<TScalar> Logits;
        internal ArrayView<TLabel> Labels;
        internal ArrayView<TScalar> Weights;
        internal ArrayView<TScalar> Losses;
        internal ArrayView<TScalar> LogSumExp;
        internal ArrayView<TScalar> Gradient;
        internal ArrayView<TScalar> Upstream;
        internal ArrayView<TScalar> Denominator;
        internal ArrayView<TScalar> Total;
        internal TScalar Smoothing;
        internal double Ignored;
        internal int Rows;
        internal int Columns;
        internal int UpstreamStride;
        internal int HasWeights;
        internal int HasDenominator;
        internal int IsSmooth;

        // Views that a kernel does not use must be valid all the same.
        internal static Arguments Of(
            ArrayView<TScalar> any, in Operand labels, in Operand? weights, CrossEntropyTerms terms, int columns) => new()
            {
                Logits = any,
                Labels = labels.View<TLabel>(),
                Weights = weights is { } given ? given.View<TScalar>() : any,
                Losses = any,
                LogSumExp = any,
                Gradient = any,
                Upstream = any,
                Denominator = any,
                Total = any,
                Smoothing = terms.Smoothing,
                Ignored = terms.Ignored,
                Columns = columns,
                HasWeights = weights is null ? 0 : 1,
                IsSmooth = terms.Smoothing > 0 ? 1 : 0,
            };

        // -1 if the row is ignored, -2 if there is no such class.
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        internal readonly int Class(int row)
        {
            double label = TLabel.ToDouble(Labels[row]);
            int target = (label >= 0) & (label < Columns) ? (int)label : -2;
            return label == Ignored ? -1 : target;
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        internal readonly TScalar Weight(int column)
        {
            TScalar weight = 1;
            if (HasWeights != 0)
            {
                weight = Weights[column];
            }

            return weight;
        }
    }

    private readonly struct ForwardKey;

    private readonly struct TotalKey;

    private readonly struct WholeKey;

    private readonly struct BackwardKey;
}
