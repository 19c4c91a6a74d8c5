namespace DeepSharp.Kernels;

/// <summary>One step for one element that takes a number of the element's segment besides, such as a trust ratio.</summary>
internal interface ISegmentRule
{
    /// <summary>Makes the step.</summary>
    /// <param name="value">The element, which the step changes.</param>
    /// <param name="gradient">Its gradient, or another number of its own.</param>
    /// <param name="factor">The number of its segment.</param>
    /// <param name="state">State, which the step may change.</param>
    void Update<T>(ref T value, T gradient, T factor, ref T state)
        where T : unmanaged, IReal<T>;
}

/// <summary>Reductions and steps over the segments of flat memory: as many launches for all as for one.</summary>
internal static partial class Segmented
{
    // Chunks that a thread takes at a time.
    private const int Grain = 4;

    /// <summary>Reduces each segment to one number, in two launches on a GPU.</summary>
    /// <param name="op">The reduction, without anchor; zeros must count for nothing.</param>
    /// <param name="output">A number for each segment, of the input's type.</param>
    /// <param name="input">The elements, flat.</param>
    /// <param name="table">The segments.</param>
    /// <param name="numbers">The table's numbers on the input's device, Int32.</param>
    internal static void Reduce<TOp>(TOp op, in Operand output, in Operand input, SegmentTable table, in Operand numbers)
        where TOp : unmanaged, IReduction =>
        Dispatch.Float(typeof(TOp).Name, input.DType, input.Device, new Reducing<TOp>(op, table, output, input, numbers));

    /// <summary>Makes a step of all elements. The operands are flat, contiguous, of one length, type and device.</summary>
    /// <param name="rule">The rule with this step's hyper-parameters.</param>
    /// <param name="values">The elements.</param>
    /// <param name="gradients">Their gradients.</param>
    /// <param name="state">State; none if null.</param>
    /// <param name="factors">A number for each segment.</param>
    /// <param name="table">The segments.</param>
    /// <param name="numbers">The table's numbers on the device, Int32.</param>
    /// <param name="go">A device number of the elements' type: where it is 0, nothing changes; none if null.</param>
    internal static void Update<TRule>(
        TRule rule, in Operand values, in Operand gradients, Operand? state, in Operand factors, SegmentTable table, in Operand numbers, Operand? go)
        where TRule : unmanaged, ISegmentRule
    {
        if (table.ChunkCount > 0)
        {
            Flat flat = new(values, gradients, state, factors, numbers, go);
            Dispatch.Float(nameof(ISegmentRule), values.DType, values.Device, new Updating<TRule>(rule, table, flat));
        }
    }

    private readonly record struct Flat(
        Operand Values, Operand Gradients, Operand? State, Operand Factors, Operand Numbers, Operand? Go);

    private readonly ref struct Reducing<TOp>(TOp op, SegmentTable table, in Operand output, in Operand input, in Operand numbers)
        : IFloatVisitor
        where TOp : unmanaged, IReduction
    {
        private readonly ref readonly Operand _output = ref output;
        private readonly ref readonly Operand _input = ref input;
        private readonly ref readonly Operand _numbers = ref numbers;

        public void Visit<T, TVector>()
            where T : unmanaged, IReal<T>, IScalar<T>
            where TVector : unmanaged, IReal<TVector>
        {
            Device device = _input.Device;
            using Scratch partials = Scratch.Rent(device, _input.DType, [Math.Max(table.ChunkCount, 1)]);
            if (device.StartsOnHost())
            {
                OnHost<TOp, T, TVector>(op, table, _output, _input, partials.Operand);
            }
            else
            {
                OnGpu<TOp, T>(op, table, _output, _input, partials.Operand, _numbers);
            }
        }
    }

    private readonly ref struct Updating<TRule>(TRule rule, SegmentTable table, in Flat flat) : IFloatVisitor
        where TRule : unmanaged, ISegmentRule
    {
        private readonly ref readonly Flat _flat = ref flat;

        public void Visit<T, TVector>()
            where T : unmanaged, IReal<T>, IScalar<T>
            where TVector : unmanaged, IReal<TVector>
        {
            if (_flat.Values.Device.StartsOnHost())
            {
                OnHost<TRule, T, TVector>(rule, table, _flat);
            }
            else
            {
                OnGpu<TRule, T>(rule, table, _flat);
            }
        }
    }
}
