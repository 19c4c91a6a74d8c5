namespace DeepSharp.Kernels;

/// <summary>Adds elements where indices point: the transpose of <see cref="Gather"/>, and so its gradient.</summary>
/// <remarks>
/// <para>Elements are Float32, Float64, Int32 or Int64, indices Int32 or Int64. An index outside its axis is an error on
/// <see cref="Device.Cpu"/>, thrown before anything is added; elsewhere its element is left out.</para>
/// <para>On <see cref="Device.Cpu"/> what meets in one place is added up in the order of the indices, whatever the number of
/// threads. GPUs add atomically, in no fixed order: floating-point sums may differ in the last digits from run to run.</para>
/// <para>The target overlaps neither source nor indices, and has no element twice.</para>
/// </remarks>
public static class ScatterAdd
{
    /// <summary>
    /// Whole slices: with a target [V, D], indices [A, B] and a source [A, B, D], <c>target[indices[a, b], d] += source[a, b, d]</c>.
    /// </summary>
    /// <param name="target">What is added to, contiguous.</param>
    /// <param name="source">What is added, contiguous; the indices' axes stand in the place of the target's axis.</param>
    /// <param name="indices">The indices, contiguous, of any shape.</param>
    /// <param name="axis">The axis that indices point along, counted from the first.</param>
    /// <param name="name">The operator that errors name.</param>
    /// <exception cref="ArgumentException">The operands do not fit together, or an index is out of range.</exception>
    public static void Rows(in Operand target, in Operand source, in Operand indices, int axis = 0, string name = "ScatterAdd")
    {
        GatherChecks.Rows(name, "a source", source, target, indices, axis);
        GatherChecks.Summable(name, target);
        if (source.Count == 0)
        {
            return;
        }

        switch (target.DType, indices.DType)
        {
            case (DType.Float32, DType.Int32):
                ScatterAdd<F32, F32x, float, AtomicFloat, Index32>.Rows(target, source, indices, axis, name);
                break;
            case (DType.Float32, _):
                ScatterAdd<F32, F32x, float, AtomicFloat, Index64>.Rows(target, source, indices, axis, name);
                break;
            case (DType.Float64, DType.Int32):
                ScatterAdd<F64, F64x, double, AtomicDouble, Index32>.Rows(target, source, indices, axis, name);
                break;
            case (DType.Float64, _):
                ScatterAdd<F64, F64x, double, AtomicDouble, Index64>.Rows(target, source, indices, axis, name);
                break;
            case (DType.Int32, DType.Int32):
                ScatterAdd<I32, I32x, int, AtomicInt, Index32>.Rows(target, source, indices, axis, name);
                break;
            case (DType.Int32, _):
                ScatterAdd<I32, I32x, int, AtomicInt, Index64>.Rows(target, source, indices, axis, name);
                break;
            case (_, DType.Int32):
                ScatterAdd<I64, I64x, long, AtomicLong, Index32>.Rows(target, source, indices, axis, name);
                break;
            default:
                ScatterAdd<I64, I64x, long, AtomicLong, Index64>.Rows(target, source, indices, axis, name);
                break;
        }
    }

    /// <summary>
    /// Single elements along an axis: for a matrix and axis 0, <c>target[indices[i, j], j] += source[i, j]</c>.
    /// </summary>
    /// <param name="target">What is added to.</param>
    /// <param name="source">What is added, shaped as the indices.</param>
    /// <param name="indices">The indices: of the target's rank, and along other axes at most as long as the target.</param>
    /// <param name="axis">The axis that indices point along, counted from the first.</param>
    /// <exception cref="ArgumentException">The operands do not fit together, or an index is out of range.</exception>
    public static void Along(in Operand target, in Operand source, in Operand indices, int axis)
    {
        GatherChecks.Along("ScatterAdd", "a source", source, target, indices, axis);
        GatherChecks.Summable("ScatterAdd", target);
        if (source.Count == 0)
        {
            return;
        }

        switch (target.DType, indices.DType)
        {
            case (DType.Float32, DType.Int32):
                ScatterAdd<F32, F32x, float, AtomicFloat, Index32>.Along(target, source, indices, axis);
                break;
            case (DType.Float32, _):
                ScatterAdd<F32, F32x, float, AtomicFloat, Index64>.Along(target, source, indices, axis);
                break;
            case (DType.Float64, DType.Int32):
                ScatterAdd<F64, F64x, double, AtomicDouble, Index32>.Along(target, source, indices, axis);
                break;
            case (DType.Float64, _):
                ScatterAdd<F64, F64x, double, AtomicDouble, Index64>.Along(target, source, indices, axis);
                break;
            case (DType.Int32, DType.Int32):
                ScatterAdd<I32, I32x, int, AtomicInt, Index32>.Along(target, source, indices, axis);
                break;
            case (DType.Int32, _):
                ScatterAdd<I32, I32x, int, AtomicInt, Index64>.Along(target, source, indices, axis);
                break;
            case (_, DType.Int32):
                ScatterAdd<I64, I64x, long, AtomicLong, Index32>.Along(target, source, indices, axis);
                break;
            default:
                ScatterAdd<I64, I64x, long, AtomicLong, Index64>.Along(target, source, indices, axis);
                break;
        }
    }
}
