using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace DeepSharp.Kernels;

/// <summary>What batch norm reads and writes.</summary>
/// <param name="Y">The output, shaped as the input.</param>
/// <param name="X">The input, [N, C, …].</param>
/// <param name="Mean">The mean, [C]: an output, or an input if the variance is given.</param>
/// <param name="InverseDeviation">An output for 1 / sqrt(variance + epsilon), [C]; null if the variance is given.</param>
/// <param name="Variance">The variance, [C], if the statistics are given; null if they are the batch's own.</param>
/// <param name="Weight">[C], or null for ones.</param>
/// <param name="Bias">[C], or null for zeros.</param>
/// <param name="RunningMean">Becomes (1 - momentum) times itself plus momentum times the mean; [C] or null.</param>
/// <param name="RunningVariance">Moves likewise towards the unbiased variance; [C] or null.</param>
/// <param name="Momentum">How far the running statistics move.</param>
/// <param name="Epsilon">Added to the variance.</param>
/// <param name="Residual">What is added to the input before anything else, in the same pass; or null.</param>
internal readonly record struct BatchNormForward(
    Operand Y,
    Operand X,
    Operand Mean,
    Operand? InverseDeviation = null,
    Operand? Variance = null,
    Operand? Weight = null,
    Operand? Bias = null,
    Operand? RunningMean = null,
    Operand? RunningVariance = null,
    double Momentum = 0.1,
    double Epsilon = 1e-5,
    NormResidual? Residual = null);

/// <summary>What the backward pass of batch norm reads and writes.</summary>
/// <param name="Gradients">What to compute, and where to.</param>
/// <param name="Dy">The gradient of the output.</param>
/// <param name="X">The input; with the residual, if there is one.</param>
/// <param name="Mean">The mean, [C].</param>
/// <param name="InverseDeviation">1 / sqrt(variance + epsilon) from the forward pass, [C]; null if the variance is given.</param>
/// <param name="Variance">The variance, [C], if the statistics are given: they are constants then.</param>
/// <param name="Weight">[C], or null for ones.</param>
/// <param name="Y">The output, behind the activation, if the activation's derivative is a function of it.</param>
/// <param name="Epsilon">Added to a given variance.</param>
internal readonly record struct BatchNormBackward(
    NormGradients Gradients,
    Operand Dy,
    Operand X,
    Operand Mean,
    Operand? InverseDeviation = null,
    Operand? Variance = null,
    Operand? Weight = null,
    Operand? Y = null,
    double Epsilon = 1e-5);

/// <summary>Batch normalisation and its gradient (S. Ioffe, C. Szegedy, 2015).</summary>
/// <remarks>
/// <para>For an input [N, C, …] the statistics are taken for each feature c, over N and the axes behind C:
/// <c>y = f((x - mean) / sqrt(variance + epsilon) * weight + bias)</c> with an activation f. The mean is taken as the first value and the
/// mean distance from it, the variance around the mean in a second pass: a large mean does no harm, and equal values have none.</para>
/// <para>The gradients, with n values for a feature, <c>z = (x - mean) / sqrt(variance + epsilon)</c>, g the gradient before the
/// activation, and sums over the feature, are
/// <code>
/// dbias = sum of g,  dweight = sum of g z
/// dx = weight / sqrt(variance + epsilon) * (g - dbias / n - z dweight / n)
/// </code>
/// or without the sums in dx, if the statistics are given.</para>
/// <para>All operands are contiguous, of one floating-point type and on one device; outputs do not share memory with inputs.</para>
/// </remarks>
internal static class BatchNormalization
{
    /// <summary>Normalises, with an activation behind it.</summary>
    internal static void Forward<TAct>(TAct activation, in BatchNormForward x)
        where TAct : unmanaged, IUnaryOp
    {
        Debug.Assert(x.Variance is null != x.InverseDeviation is null && x.X.IsContiguous && x.Y.IsContiguous);
        if (x.X.Count == 0)
        {
            return;
        }

        // The CPU form reads some elements of the sum after it has written their output.
        bool needsPlace = x is { Residual.Sum: null, Residual: not null, Variance: null } && x.X.Device.IsHost;
        using Scratch? place = needsPlace ? Scratch.Rent(x.X.Device, x.X.DType, x.X.Dims) : null;
        BatchNormForward given = place is { } rented ? x with { Residual = x.Residual!.Value with { Sum = rented.Operand } } : x;
        Dispatch.Float("BatchNorm", x.X.DType, x.X.Device, new ForwardRun<TAct>(activation, given));
    }

    /// <summary>The gradients; the activation's derivative is no function of its input.</summary>
    internal static void Backward<TAct>(TAct activation, in BatchNormBackward x)
        where TAct : unmanaged, IUnaryOp
    {
        Debug.Assert(TAct.SavesForSlope == Saved.Nothing || (TAct.SavesForSlope == Saved.Output && x.Y is not null));
        Debug.Assert(x.Variance is null != x.InverseDeviation is null && x.X.IsContiguous && x.Dy.IsContiguous);
        if (x.X.Count > 0)
        {
            Dispatch.Float("BatchNorm", x.X.DType, x.X.Device, new BackwardRun<TAct>(activation, x));
            return;
        }

        if (x.Gradients is { Weight: { } weight, AddsToWeight: false })
        {
            Fill.Zero(weight);
        }

        if (x.Gradients is { Bias: { } bias, AddsToBias: false })
        {
            Fill.Zero(bias);
        }
    }

    /// <summary>The elements behind one of [N, C].</summary>
    internal static int Length(in Operand x)
    {
        int length = 1;
        for (int axis = 2; axis < x.Dims.Length; axis++)
        {
            length *= x.Dims[axis];
        }

        return length;
    }

    // Narrow matrices do not fill the widest registers.
    private static bool Fills<TVector>(in Operand x)
        where TVector : unmanaged => x.Dims[1] * Length(x) * x.DType.Size >= Unsafe.SizeOf<TVector>();

    private readonly ref struct ForwardRun<TAct>(TAct activation, in BatchNormForward arguments) : IFloatVisitor
        where TAct : unmanaged, IUnaryOp
    {
        private readonly TAct _activation = activation;
        private readonly ref readonly BatchNormForward _arguments = ref arguments;

        public void Visit<TScalar, TVector>()
            where TScalar : unmanaged, IReal<TScalar>, IScalar<TScalar>
            where TVector : unmanaged, IReal<TVector>
        {
            if (!_arguments.X.Device.StartsOnHost())
            {
                GpuBatchNorm<TScalar, TAct>.Forward(_activation, _arguments);
            }
            else if (typeof(TVector) == typeof(F32x16) && !Fills<TVector>(_arguments.X))
            {
                HostBatchNorm<F32, F32x, TAct>.Forward(_activation, _arguments);
            }
            else if (typeof(TVector) == typeof(F64x8) && !Fills<TVector>(_arguments.X))
            {
                HostBatchNorm<F64, F64x, TAct>.Forward(_activation, _arguments);
            }
            else
            {
                HostBatchNorm<TScalar, TVector, TAct>.Forward(_activation, _arguments);
            }
        }
    }

    private readonly ref struct BackwardRun<TAct>(TAct activation, in BatchNormBackward arguments) : IFloatVisitor
        where TAct : unmanaged, IUnaryOp
    {
        private readonly TAct _activation = activation;
        private readonly ref readonly BatchNormBackward _arguments = ref arguments;

        public void Visit<TScalar, TVector>()
            where TScalar : unmanaged, IReal<TScalar>, IScalar<TScalar>
            where TVector : unmanaged, IReal<TVector>
        {
            if (!_arguments.X.Device.StartsOnHost())
            {
                GpuBatchNorm<TScalar, TAct>.Backward(_activation, _arguments);
            }
            else if (typeof(TVector) == typeof(F32x16) && !Fills<TVector>(_arguments.X))
            {
                HostBatchNorm<F32, F32x, TAct>.Backward(_activation, _arguments);
            }
            else if (typeof(TVector) == typeof(F64x8) && !Fills<TVector>(_arguments.X))
            {
                HostBatchNorm<F64, F64x, TAct>.Backward(_activation, _arguments);
            }
            else
            {
                HostBatchNorm<TScalar, TVector, TAct>.Backward(_activation, _arguments);
            }
        }
    }
}
