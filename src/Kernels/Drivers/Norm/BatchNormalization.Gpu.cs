using System.Runtime.CompilerServices;
using ILGPU;

namespace DeepSharp.Kernels;

/// <summary>The GPU form of batch norm.</summary>
/// <remarks>
/// A group of threads takes one feature, or, where features stand side by side in memory, several. If that makes enough groups
/// one launch does all; else the samples are split into pieces, and three launches take their statistics, join them, and go
/// through the elements.
/// </remarks>
internal static class GpuBatchNorm<TScalar, TAct>
    where TScalar : unmanaged, IReal<TScalar>, IScalar<TScalar>
    where TAct : unmanaged, IUnaryOp
{
    // Groups enough to occupy a GPU, and the fewest elements of a thread in a piece.
    private const int ManyGroups = 256;
    private const int ThreadElements = 16;

    [MethodImpl(MethodImplOptions.NoInlining)]
    internal static void Forward(TAct activation, in BatchNormForward given)
    {
        Arguments arguments = new(given.X, given.Mean, given.InverseDeviation, given.Variance, given.Weight, given.Epsilon)
        {
            Activation = activation,
            Y = given.Y.View<TScalar>(),
            Bias = View(given.Bias, out int hasBias),
            HasBias = hasBias,
            RunningMean = View(given.RunningMean, out int hasRunningMean),
            HasRunningMean = hasRunningMean,
            RunningVariance = View(given.RunningVariance, out int hasRunningVariance),
            HasRunningVariance = hasRunningVariance,
            Momentum = given.Momentum,
        };
        if (given.Residual is not { } residual)
        {
            Forward<InputAlone>(given, arguments);
            return;
        }

        arguments.Residual = residual.Values.View<TScalar>();
        arguments.Sum = (residual.Sum ?? given.Y).View<TScalar>();
        Forward<InputAndResidual>(given, arguments);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    internal static void Backward(TAct activation, in BatchNormBackward given)
    {
        Device device = given.X.Device;
        Arguments arguments = new(given.X, given.Mean, given.InverseDeviation, given.Variance, given.Weight, given.Epsilon)
        {
            Activation = activation,
            Dy = given.Dy.View<TScalar>(),
            Output = (given.Y ?? given.Dy).View<TScalar>(),
            Y = View(given.Gradients.Input, out int hasInput),
            HasInputGradient = hasInput,
            WeightGradient = View(given.Gradients.Weight, out int hasWeight),
            HasWeightGradient = hasWeight,
            AddsToWeight = given.Gradients.AddsToWeight ? 1 : 0,
            BiasGradient = View(given.Gradients.Bias, out int hasBias),
            HasBiasGradient = hasBias,
            AddsToBias = given.Gradients.AddsToBias ? 1 : 0,
        };
        KernelConfig groups = arguments.Split(device);
        if (arguments.Pieces == 1)
        {
            device.Launch(groups, SumsKernel, arguments);
            return;
        }

        using Scratch scratch = arguments.RentPartials(given.X);
        device.Launch(groups, SumsKernel, arguments);
        device.Launch(device.Grid(arguments.Features), JoinSumsKernel, arguments);
        if (arguments.HasInputGradient != 0)
        {
            device.Launch(device.Grid(given.X.Count), GradientKernel, arguments);
        }
    }

    private static ArrayView<TScalar> View(in Operand? operand, out int has)
    {
        has = operand is null ? 0 : 1;
        return operand is { } given ? given.View<TScalar>() : default;
    }

    private static void Forward<TSource>(in BatchNormForward given, Arguments arguments)
        where TSource : unmanaged, INormSource
    {
        Device device = given.X.Device;
        if (given.Variance is not null)
        {
            device.Launch(device.Grid(given.X.Count), ApplyKernel<TSource>, arguments);
            return;
        }

        KernelConfig groups = arguments.Split(device);
        if (arguments.Pieces == 1)
        {
            device.Launch(groups, ForwardKernel<TSource>, arguments);
            return;
        }

        using Scratch scratch = arguments.RentPartials(given.X);
        device.Launch(groups, ForwardKernel<TSource>, arguments);
        device.Launch(device.Grid(arguments.Features), JoinKernel, arguments);

        // The sum stands where the first launch has put it.
        arguments.X = TSource.Adds ? arguments.Sum : arguments.X;
        device.Launch(device.Grid(given.X.Count), ApplyKernel<InputAlone>, arguments);
    }

    private static void ForwardKernel<TSource>(Arguments a)
        where TSource : unmanaged, INormSource
    {
        ArrayView<TScalar> shared = SharedMemory.Allocate<TScalar>(GroupTree.LargestGroup);
        Share share = Share.Of(a);
        TScalar first = share.End > 0 ? a.At<TSource>(a.Place(share, 0)) : 0;
        TScalar sum = 0;
        for (int i = share.First; i < share.End; i += share.Step)
        {
            sum += a.First<TSource>(a.Place(share, i)) - first;
        }

        TScalar mean = first + (GroupTree.Sum(shared, sum, a.Lanes) / share.Count);
        TScalar squares = 0;
        for (int i = share.First; i < share.End; i += share.Step)
        {
            TScalar distance = a.Again<TSource>(a.Place(share, i)) - mean;
            squares += distance * distance;
        }

        squares = GroupTree.Sum(shared, squares, a.Lanes);
        if (a.Pieces > 1)
        {
            if (share.Leads != 0)
            {
                a.Partials[a.Partial(share.Piece, share.Feature)] = mean;
                a.Partials[a.Partial(share.Piece, share.Feature) + 1] = squares;
            }

            return;
        }

        if (share.Leads != 0)
        {
            Keep(a, share.Feature, mean, squares);
        }

        if (share.First < share.End)
        {
            TScalar factor = a.WeightOf(share.Feature) / TScalar.Sqrt((squares / a.Count) + a.Epsilon);
            TScalar bias = a.BiasOf(share.Feature);
            for (int i = share.First; i < share.End; i += share.Step)
            {
                int place = a.Place(share, i);
                a.Y[place] = a.Activation.Forward(((a.Again<TSource>(place) - mean) * factor) + bias);
            }
        }
    }

    private static void JoinKernel(Arguments a)
    {
        for (int feature = Grid.GlobalIndex.X; (uint)feature < (uint)a.Features; feature += Grid.DimX * Group.DimX)
        {
            // Means are joined as distances from the first one, which keeps the digits of a large mean.
            TScalar first = a.Partials[a.Partial(0, feature)];
            TScalar sum = 0;
            for (int piece = 1; piece < a.Pieces; piece++)
            {
                sum += (a.Partials[a.Partial(piece, feature)] - first) * a.PieceCount(piece);
            }

            TScalar mean = first + (sum / a.Count);
            TScalar squares = 0;
            for (int piece = 0; piece < a.Pieces; piece++)
            {
                TScalar distance = a.Partials[a.Partial(piece, feature)] - mean;
                squares += a.Partials[a.Partial(piece, feature) + 1] + (distance * distance * a.PieceCount(piece));
            }

            Keep(a, feature, mean, squares);
        }
    }

    private static void ApplyKernel<TSource>(Arguments a)
        where TSource : unmanaged, INormSource
    {
        for (int i = Grid.GlobalIndex.X; (uint)i < (uint)(a.Samples * a.Features * a.Length); i += Grid.DimX * Group.DimX)
        {
            int feature = i / a.Length % a.Features;
            TScalar z = (a.First<TSource>(i) - a.Mean[feature]) * a.InverseOf(feature) * a.WeightOf(feature);
            a.Y[i] = a.Activation.Forward(z + a.BiasOf(feature));
        }
    }

    private static void SumsKernel(Arguments a)
    {
        ArrayView<TScalar> shared = SharedMemory.Allocate<TScalar>(GroupTree.LargestGroup);
        Share share = Share.Of(a);
        TScalar mean = 0;
        TScalar sum = 0;
        TScalar dot = 0;
        if (share.First < share.End)
        {
            mean = a.Mean[share.Feature];
        }

        for (int i = share.First; i < share.End; i += share.Step)
        {
            int place = a.Place(share, i);
            TScalar g = a.Incoming(place);
            sum += g;
            dot += g * (a.X[place] - mean);
        }

        sum = GroupTree.Sum(shared, sum, a.Lanes);
        dot = GroupTree.Sum(shared, dot, a.Lanes);
        if (share.Leads != 0)
        {
            if (a.Pieces > 1)
            {
                a.Partials[a.Partial(share.Piece, share.Feature)] = sum;
                a.Partials[a.Partial(share.Piece, share.Feature) + 1] = dot;
            }
            else
            {
                Give(a, share.Feature, sum, dot);
            }
        }

        if (a.Pieces == 1 && a.HasInputGradient != 0)
        {
            for (int i = share.First; i < share.End; i += share.Step)
            {
                int place = a.Place(share, i);
                a.Y[place] = Gradient(a, share.Feature, place, sum, dot);
            }
        }
    }

    private static void JoinSumsKernel(Arguments a)
    {
        for (int feature = Grid.GlobalIndex.X; (uint)feature < (uint)a.Features; feature += Grid.DimX * Group.DimX)
        {
            TScalar sum = 0;
            TScalar dot = 0;
            for (int piece = 0; piece < a.Pieces; piece++)
            {
                sum += a.Partials[a.Partial(piece, feature)];
                dot += a.Partials[a.Partial(piece, feature) + 1];
            }

            // The first piece's place takes the totals.
            a.Partials[a.Partial(0, feature)] = sum;
            a.Partials[a.Partial(0, feature) + 1] = dot;
            Give(a, feature, sum, dot);
        }
    }

    private static void GradientKernel(Arguments a)
    {
        for (int i = Grid.GlobalIndex.X; (uint)i < (uint)(a.Samples * a.Features * a.Length); i += Grid.DimX * Group.DimX)
        {
            int feature = i / a.Length % a.Features;
            a.Y[i] = Gradient(a, feature, i, a.Partials[a.Partial(0, feature)], a.Partials[a.Partial(0, feature) + 1]);
        }
    }

    private static TScalar Gradient(Arguments a, int feature, int place, TScalar sum, TScalar dot)
    {
        TScalar inverse = a.InverseOf(feature);
        TScalar factor = inverse * a.WeightOf(feature);
        if (a.StatisticsAreGiven != 0)
        {
            return a.Incoming(place) * factor;
        }

        TScalar distance = (a.X[place] - a.Mean[feature]) * inverse * inverse;
        return factor * (a.Incoming(place) - ((sum + (distance * dot)) / a.Count));
    }

    private static void Keep(Arguments a, int feature, TScalar mean, TScalar squares)
    {
        TScalar variance = squares / a.Count;
        a.Mean[feature] = mean;
        a.InverseDeviation[feature] = 1 / TScalar.Sqrt(variance + a.Epsilon);
        if (a.HasRunningMean != 0)
        {
            a.RunningMean[feature] = ((1 - a.Momentum) * a.RunningMean[feature]) + (a.Momentum * mean);
        }

        if (a.HasRunningVariance != 0)
        {
            TScalar unbiased = squares / (a.Count - 1);
            a.RunningVariance[feature] = ((1 - a.Momentum) * a.RunningVariance[feature]) + (a.Momentum * unbiased);
        }
    }

    private static void Give(Arguments a, int feature, TScalar sum, TScalar dot)
    {
        if (a.HasWeightGradient != 0)
        {
            TScalar value = dot * a.InverseOf(feature);
            a.WeightGradient[feature] = a.AddsToWeight != 0 ? a.WeightGradient[feature] + value : value;
        }

        if (a.HasBiasGradient != 0)
        {
            a.BiasGradient[feature] = a.AddsToBias != 0 ? a.BiasGradient[feature] + sum : sum;
        }
    }

    /// <summary>The part of a thread: a feature, a piece, and which of its elements.</summary>
    internal struct Share
    {
        internal int Feature;
        internal int Piece;
        internal int Start;
        internal int Count;
        internal int First;
        internal int End;
        internal int Step;
        internal int Leads;

        internal static Share Of(Arguments a)
        {
            Share share = default;
            int tiles = (a.Features + a.Lanes - 1) / a.Lanes;
            int worker = Group.IdxX / a.Lanes;
            share.Piece = Grid.IdxX / tiles;
            share.Feature = ((Grid.IdxX - (share.Piece * tiles)) * a.Lanes) + (Group.IdxX % a.Lanes);
            share.Start = share.Piece * a.PieceSamples;
            share.Count = a.PieceCount(share.Piece);
            share.First = worker;
            share.End = share.Feature < a.Features ? share.Count : 0;
            share.Step = Group.DimX / a.Lanes;
            share.Leads = worker == 0 && share.Feature < a.Features ? 1 : 0;
            return share;
        }
    }

    internal struct Arguments
    {
        internal TAct Activation;
        internal ArrayView<TScalar> X;
        internal ArrayView<TScalar> Residual;
        internal ArrayView<TScalar> Sum;
        internal ArrayView<TScalar> Y;
        internal ArrayView<TScalar> Dy;
        internal ArrayView<TScalar> Output;
        internal ArrayView<TScalar> Mean;
        internal ArrayView<TScalar> InverseDeviation;
        internal ArrayView<TScalar> Variance;
        internal ArrayView<TScalar> Weight;
        internal ArrayView<TScalar> Bias;
        internal ArrayView<TScalar> RunningMean;
        internal ArrayView<TScalar> RunningVariance;
        internal ArrayView<TScalar> WeightGradient;
        internal ArrayView<TScalar> BiasGradient;
        internal ArrayView<TScalar> Partials;
        internal TScalar Epsilon;
        internal TScalar Momentum;
        internal int HasWeight;
        internal int HasBias;
        internal int HasRunningMean;
        internal int HasRunningVariance;
        internal int HasInputGradient;
        internal int HasWeightGradient;
        internal int HasBiasGradient;
        internal int AddsToWeight;
        internal int AddsToBias;
        internal int StatisticsAreGiven;
        internal int Samples;
        internal int Features;
        internal int Length;
        internal int Count;
        internal int Lanes;
        internal int Pieces;
        internal int PieceSamples;

        internal Arguments(
            in Operand x, in Operand mean, in Operand? inverseDeviation, in Operand? variance, in Operand? weight, double epsilon)
        {
            X = x.View<TScalar>();
            Mean = mean.View<TScalar>();
            InverseDeviation = View(inverseDeviation, out _);
            Variance = View(variance, out StatisticsAreGiven);
            Weight = View(weight, out HasWeight);
            Epsilon = epsilon;
            Samples = x.Dims[0];
            Features = x.Dims[1];
            Length = BatchNormalization.Length(x);
            Count = Samples * Length;
        }

        /// <summary>Shares the work among groups.</summary>
        internal KernelConfig Split(Device device)
        {
            int size = GroupTree.Size(device, GroupTree.LargestGroup);
            Lanes = Length == 1 ? Math.Max(1, size / 8) : 1;
            int tiles = (Features + Lanes - 1) / Lanes;
            int most = Math.Min(ManyGroups / tiles, Count / (size / Lanes * ThreadElements));
            PieceSamples = (Samples + Math.Max(1, most) - 1) / Math.Max(1, most);
            Pieces = (Samples + PieceSamples - 1) / PieceSamples;
            return new KernelConfig(tiles * Pieces, size);
        }

        internal Scratch RentPartials(in Operand x)
        {
            Scratch scratch = Scratch.Rent(x.Device, x.DType, [2 * Pieces * Features]);
            Partials = scratch.Operand.View<TScalar>();
            return scratch;
        }

        /// <summary>An element of what is normalised.</summary>
        internal readonly TScalar At<TSource>(int place)
            where TSource : unmanaged, INormSource => TSource.Adds ? X[place] + Residual[place] : X[place];

        /// <summary>An element of what is normalised, for the first time: the sum is kept.</summary>
        internal readonly TScalar First<TSource>(int place)
            where TSource : unmanaged, INormSource
        {
            if (!TSource.Adds)
            {
                return X[place];
            }

            TScalar sum = X[place] + Residual[place];
            Sum[place] = sum;
            return sum;
        }

        /// <summary>An element that the same thread has read for the first time before.</summary>
        internal readonly TScalar Again<TSource>(int place)
            where TSource : unmanaged, INormSource => TSource.Adds ? Sum[place] : X[place];

        /// <summary>The gradient before the activation.</summary>
        internal readonly TScalar Incoming(int place) => TAct.SavesForSlope == Saved.Output
            ? Dy[place] * TAct.SlopeOf(Activation, Output[place])
            : Dy[place] * TAct.SlopeOf(Activation, Dy[place]);

        internal readonly int Place(Share share, int i)
        {
            int sample = i / Length;
            return ((((share.Start + sample) * Features) + share.Feature) * Length) + i - (sample * Length);
        }

        internal readonly int Partial(int piece, int feature) => 2 * ((piece * Features) + feature);

        internal readonly int PieceCount(int piece) => IntrinsicMath.Min(PieceSamples, Samples - (piece * PieceSamples)) * Length;

        internal readonly TScalar WeightOf(int feature) => HasWeight != 0 ? Weight[feature] : 1;

        internal readonly TScalar BiasOf(int feature) => HasBias != 0 ? Bias[feature] : 0;

        internal readonly TScalar InverseOf(int feature) =>
            StatisticsAreGiven != 0 ? 1 / TScalar.Sqrt(Variance[feature] + Epsilon) : InverseDeviation[feature];
    }
}
