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

    internal static void Forward(TAct activation, in BatchNormForward given)
    {
        Device device = given.X.Device;
        Arguments arguments = Arguments.Of(given.X, given.Mean, given.Spread, given.Scale, given.Epsilon, given.StatisticsAreGiven);
        arguments.Activation = activation;
        arguments.Y = given.Y.View<TScalar>();
        arguments.Momentum = given.Momentum;
        if (given.Shift is { } shift)
        {
            arguments.Shift = shift.View<TScalar>();
            arguments.HasShift = 1;
        }

        if (given.RunningMean is { } runningMean)
        {
            arguments.RunningMean = runningMean.View<TScalar>();
            arguments.HasRunningMean = 1;
        }

        if (given.RunningVariance is { } runningVariance)
        {
            arguments.RunningVariance = runningVariance.View<TScalar>();
            arguments.HasRunningVariance = 1;
        }

        if (given.Residual is not { } residual)
        {
            Forward<InputAlone>(given, arguments);
            return;
        }

        arguments.Residual = residual.Values.View<TScalar>();
        arguments.Sum = (residual.Sum ?? given.Y).View<TScalar>();
        Forward<InputAndResidual>(given, arguments);
    }

    internal static void Backward(TAct activation, in BatchNormBackward given)
    {
        Device device = given.X.Device;
        Arguments arguments = Arguments.Of(given.X, given.Mean, given.Spread, given.Scale, given.Epsilon, given.StatisticsAreGiven);
        arguments.Activation = activation;
        arguments.Dy = given.Dy.View<TScalar>();
        arguments.Output = given.Y is { } y ? y.View<TScalar>() : arguments.Dy;
        if (given.Gradients.Input is { } dx)
        {
            arguments.Y = dx.View<TScalar>();
            arguments.HasDx = 1;
        }

        if (given.Gradients.Scale is { } scale)
        {
            arguments.DScale = scale.View<TScalar>();
            arguments.HasDScale = given.Gradients.AddToScale ? 2 : 1;
        }

        if (given.Gradients.Shift is { } shift)
        {
            arguments.DShift = shift.View<TScalar>();
            arguments.HasDShift = given.Gradients.AddToShift ? 2 : 1;
        }

        KernelConfig groups = arguments.Split(device);
        if (arguments.Pieces == 1)
        {
            Launch<SumsKey>(SumsKernel, groups, arguments, device);
            return;
        }

        using Scratch scratch = arguments.RentPartials(given.X);
        Launch<SumsKey>(SumsKernel, groups, arguments, device);
        Launch<JoinSumsKey>(JoinSumsKernel, device.Grid(arguments.Features), arguments, device);
        if (arguments.HasDx != 0)
        {
            Launch<GradientKey>(GradientKernel, device.Grid(given.X.Count), arguments, device);
        }
    }

    private static void Forward<TSource>(in BatchNormForward given, Arguments arguments)
        where TSource : unmanaged, INormSource
    {
        Device device = given.X.Device;
        if (given.StatisticsAreGiven)
        {
            Launch<ApplyKey<TSource>>(ApplyKernel<TSource>, device.Grid(given.X.Count), arguments, device);
            return;
        }

        KernelConfig groups = arguments.Split(device);
        if (arguments.Pieces == 1)
        {
            Launch<ForwardKey<TSource>>(ForwardKernel<TSource>, groups, arguments, device);
            return;
        }

        using Scratch scratch = arguments.RentPartials(given.X);
        Launch<ForwardKey<TSource>>(ForwardKernel<TSource>, groups, arguments, device);
        Launch<JoinKey>(JoinKernel, device.Grid(arguments.Features), arguments, device);

        // The sum stands where the first launch has put it.
        arguments.X = TSource.Adds ? arguments.Sum : arguments.X;
        Launch<ApplyKey<InputAlone>>(ApplyKernel<InputAlone>, device.Grid(given.X.Count), arguments, device);
    }

    private static void Launch<TKey>(Action<Arguments> kernel, KernelConfig grid, in Arguments arguments, Device device) =>
        device.Kernel<TKey, Action<KernelConfig, Arguments>>(accelerator => accelerator.Launcher(kernel))(grid, arguments);

    private static void ForwardKernel<TSource>(Arguments a)
        where TSource : unmanaged, INormSource
    {
        ArrayView<TScalar> shared = SharedMemory.Allocate<TScalar>(GroupTree.LargestGroup);
        Share share = Share.Of(a);
        TScalar sum = 0;
        for (int i = share.First; i < share.End; i += share.Step)
        {
            sum += a.First<TSource>(a.Place(share, i));
        }

        TScalar mean = GroupTree.Sum(shared, sum, a.Lanes) / share.Count;
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
            TScalar factor = a.ScaleOf(share.Feature) / TScalar.Sqrt((squares / a.Count) + a.Epsilon);
            TScalar shift = a.ShiftOf(share.Feature);
            for (int i = share.First; i < share.End; i += share.Step)
            {
                int place = a.Place(share, i);
                a.Y[place] = a.Activation.Forward(((a.Again<TSource>(place) - mean) * factor) + shift);
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
            TScalar z = (a.First<TSource>(i) - a.Mean[feature]) * a.InverseOf(feature) * a.ScaleOf(feature);
            a.Y[i] = a.Activation.Forward(z + a.ShiftOf(feature));
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

        if (a.Pieces == 1 && a.HasDx != 0)
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
        TScalar factor = inverse * a.ScaleOf(feature);
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
        a.Spread[feature] = 1 / TScalar.Sqrt(variance + a.Epsilon);
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
        if (a.HasDScale != 0)
        {
            TScalar value = dot * a.InverseOf(feature);
            a.DScale[feature] = a.HasDScale == 2 ? a.DScale[feature] + value : value;
        }

        if (a.HasDShift != 0)
        {
            a.DShift[feature] = a.HasDShift == 2 ? a.DShift[feature] + sum : sum;
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
        internal ArrayView<TScalar> Spread;
        internal ArrayView<TScalar> Scale;
        internal ArrayView<TScalar> Shift;
        internal ArrayView<TScalar> RunningMean;
        internal ArrayView<TScalar> RunningVariance;
        internal ArrayView<TScalar> DScale;
        internal ArrayView<TScalar> DShift;
        internal ArrayView<TScalar> Partials;
        internal TScalar Epsilon;
        internal TScalar Momentum;
        internal int HasScale;
        internal int HasShift;
        internal int HasRunningMean;
        internal int HasRunningVariance;
        internal int HasDx;
        internal int HasDScale;
        internal int HasDShift;
        internal int StatisticsAreGiven;
        internal int Samples;
        internal int Features;
        internal int Length;
        internal int Count;
        internal int Lanes;
        internal int Pieces;
        internal int PieceSamples;

        internal static Arguments Of(
            in Operand x, in Operand mean, in Operand spread, in Operand? scale, double epsilon, bool statisticsAreGiven)
        {
            int length = NormChecks.Length(x);
            return new Arguments
            {
                X = x.View<TScalar>(),
                Mean = mean.View<TScalar>(),
                Spread = spread.View<TScalar>(),
                Scale = scale is { } given ? given.View<TScalar>() : default,
                HasScale = scale is null ? 0 : 1,
                Epsilon = epsilon,
                StatisticsAreGiven = statisticsAreGiven ? 1 : 0,
                Samples = x.Dims[0],
                Features = x.Dims[1],
                Length = length,
                Count = x.Dims[0] * length,
            };
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

        internal readonly TScalar ScaleOf(int feature) => HasScale != 0 ? Scale[feature] : 1;

        internal readonly TScalar ShiftOf(int feature) => HasShift != 0 ? Shift[feature] : 0;

        internal readonly TScalar InverseOf(int feature) =>
            StatisticsAreGiven != 0 ? 1 / TScalar.Sqrt(Spread[feature] + Epsilon) : Spread[feature];
    }

    private readonly struct ForwardKey<TSource>;

    private readonly struct JoinKey;

    private readonly struct ApplyKey<TSource>;

    private readonly struct SumsKey;

    private readonly struct JoinSumsKey;

    private readonly struct GradientKey;
}
