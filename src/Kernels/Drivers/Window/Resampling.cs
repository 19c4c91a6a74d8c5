using System.Diagnostics;

namespace DeepSharp.Kernels;

/// <summary>Linear maps of the last three axes, each by its own taps: padding, interpolation, patches of images, and their gradients.</summary>
/// <remarks>
/// Source and output are contiguous, [planes, three axes], of Float32 or Float64. Outputs are gathered: no element is written by two threads,
/// so results are the same in every run, on GPUs too.
/// </remarks>
internal static class Resampling
{
    /// <summary>output = the maps of the axes, applied to the source.</summary>
    internal static void Run(in ResampleShape shape, in Operand output, in Operand source, in ResampleTables tables)
    {
        Debug.Assert(output.IsContiguous && source.IsContiguous, "contiguous");
        if (output.Count > 0)
        {
            Dispatch.Float(nameof(Resampling), output.DType, output.Device, new Visitor(shape, output, source, tables));
        }
    }

    private readonly ref struct Visitor(in ResampleShape shape, in Operand output, in Operand source, in ResampleTables tables) : IFloatVisitor
    {
        private readonly ref readonly ResampleShape _shape = ref shape;
        private readonly ref readonly Operand _output = ref output;
        private readonly ref readonly Operand _source = ref source;
        private readonly ref readonly ResampleTables _tables = ref tables;

        public void Visit<TScalar, TVector>()
            where TScalar : unmanaged, IReal<TScalar>, IScalar<TScalar>
            where TVector : unmanaged, IReal<TVector>
        {
            if (_output.Device.StartsOnHost())
            {
                HostResampling<TScalar, TVector>.Run(_shape, _output, _source, _tables);
            }
            else
            {
                GpuResampling<TScalar>.Run(_shape, _output, _source, _tables);
            }
        }
    }
}

/// <summary>The tables of the taps, on the device: see <see cref="AxisTaps"/>. Those of the three axes stand one behind the other.</summary>
/// <param name="Starts">Int32: where the taps of each output begin, counted over all axes.</param>
/// <param name="Places">Int32: which element of its axis a tap is.</param>
/// <param name="Weights">What it is multiplied by, in the element type of the tensors.</param>
internal readonly record struct ResampleTables(in Operand Starts, in Operand Places, in Operand Weights);

/// <summary>One axis of a resampling.</summary>
/// <param name="Source">The length of the source.</param>
/// <param name="Output">The length of the output.</param>
/// <param name="Starts">Where its part of the starts begins.</param>
/// <param name="Uniform">The number of taps of every output, or 0 if they differ.</param>
/// <param name="PlainFrom">From where on outputs are neighbours in the source, as they stand there.</param>
/// <param name="PlainTo">Up to where they are.</param>
/// <param name="IsIdentity">1 if the axis stays as it is.</param>
internal readonly record struct ResampleAxis(int Source, int Output, int Starts, int Uniform, int PlainFrom, int PlainTo, int IsIdentity);

/// <summary>The three axes of a resampling.</summary>
internal readonly record struct ResampleShape(ResampleAxis First, ResampleAxis Second, ResampleAxis Third)
{
    /// <summary>The elements of a plane of the source.</summary>
    internal int SourceSize => First.Source * Second.Source * Third.Source;
}
