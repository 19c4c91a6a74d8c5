using System.Diagnostics;

namespace DeepSharp.Kernels;

/// <summary>Largest elements and averages of windows over images, and the gradients of both.</summary>
/// <remarks>
/// All operands are contiguous, [planes, up to three axes], of Float32 or Float64; a plane is a channel of an image. Gradients are gathered: no
/// element is written by two threads, so they are the same in every run, on GPUs too.
/// </remarks>
internal static class Pooling
{
    /// <summary>The largest element of each window, of equal ones the first; NaN if there is one.</summary>
    /// <param name="shape">The windows.</param>
    /// <param name="output">Where they go.</param>
    /// <param name="places">Where each stood in its plane, Int32; or null.</param>
    /// <param name="source">The source.</param>
    internal static void Max(in PoolShape shape, in Operand output, in Operand? places, in Operand source) =>
        Run(PoolPass.Max, shape, output, places, source);

    /// <summary>The gradient of <see cref="Max"/>: each output's goes to where it stood.</summary>
    internal static void MaxGradient(in PoolShape shape, in Operand source, in Operand places, in Operand output) =>
        Run(PoolPass.MaxGradient, shape, source, places, output);

    /// <summary>The average of each window.</summary>
    internal static void Average(in PoolShape shape, in Operand output, in Operand source) => Run(PoolPass.Average, shape, output, null, source);

    /// <summary>The gradient of <see cref="Average"/>: to each element the sum of its windows' gradients over their divisors.</summary>
    internal static void AverageGradient(in PoolShape shape, in Operand source, in Operand output) =>
        Run(PoolPass.AverageGradient, shape, source, null, output);

    private static void Run(PoolPass pass, in PoolShape shape, in Operand target, in Operand? places, in Operand given)
    {
        Debug.Assert(target.IsContiguous && given.IsContiguous && places is not { IsContiguous: false }, "contiguous");
        if (target.Count > 0)
        {
            Dispatch.Float(nameof(Pooling), target.DType, target.Device, new Visitor(pass, shape, target, places, given));
        }
    }

    private readonly ref struct Visitor(PoolPass pass, in PoolShape shape, in Operand target, in Operand? places, in Operand given) : IFloatVisitor
    {
        private readonly PoolPass _pass = pass;
        private readonly ref readonly PoolShape _shape = ref shape;
        private readonly ref readonly Operand _target = ref target;
        private readonly ref readonly Operand? _places = ref places;
        private readonly ref readonly Operand _given = ref given;

        public void Visit<TScalar, TVector>()
            where TScalar : unmanaged, IReal<TScalar>, IScalar<TScalar>
            where TVector : unmanaged, IReal<TVector>
        {
            if (_target.Device.StartsOnHost())
            {
                HostPooling<TScalar, TVector>.Run(_pass, _shape, _target, _places, _given);
            }
            else
            {
                GpuPooling<TScalar>.Run(_pass, _shape, _target, _places, _given);
            }
        }
    }
}

/// <summary>What a pooling's loops compute.</summary>
internal enum PoolPass
{
    /// <summary>The largest elements.</summary>
    Max,

    /// <summary>Their gradient.</summary>
    MaxGradient,

    /// <summary>The averages.</summary>
    Average,

    /// <summary>Their gradient.</summary>
    AverageGradient,
}
