namespace DeepSharp.Exchange;

/// <summary>Operators that arrange elements, and reductions.</summary>
internal static partial class OnnxOperators
{
    private static IEnumerable<(string Name, Single Run)> Arranging() =>
    [
        ("Shape", Lengths), ("Size", static s => Tensor.From([(long)s[0].Count], Shape.Scalar, Device.Cpu)),
        ("Reshape", Reshape), ("Flatten", Flatten),
        ("Transpose", static s => s[0].Permute(s.Node.Ints("perm") ?? [.. Enumerable.Range(0, s[0].Rank).Reverse()])),
        ("Squeeze", Squeeze), ("Unsqueeze", Unsqueeze),
        ("Concat", static s => Tensor.Concatenate([.. Enumerable.Range(0, s.Count).Select(i => OnnxStep.Alike(s[i], s[0]).First)], s.Node.Int("axis", 0))),
        ("Slice", Slice), ("Gather", Gather), ("GatherElements", static s => s[0].Gather(Positive(s[1].To(s[0].Device), s[0].Shape[Axis(s, s[0].Rank)]), Axis(s, s[0].Rank))),
        ("Expand", Expand), ("Tile", static s => s[0].Tile(s.Ints(1))), ("Pad", Pad),
        ("ConstantOfShape", ConstantOfShape),
        ("Range", static s => Tensor.Arange(s[0].Item(), s[1].Item(), s[2].Item(), s[0].DType, Device.Cpu)),
        ("Trilu", static s => s.Node.Int("upper", 1) != 0 ? s[0].Triu(s.Has(1) ? s.Ints(1)[0] : 0) : s[0].Tril(s.Has(1) ? s.Ints(1)[0] : 0)),
        ("DepthToSpace", static s => s.Node.Text("mode", "DCR") == "CRD"
            ? s[0].PixelShuffle(s.Node.Int("blocksize", 1))
            : BlocksFirst(s[0], s.Node.Int("blocksize", 1))),
        ("SpaceToDepth", SpaceToDepth), ("CumSum", static s => s[0].CumulativeSum(s.Ints(1)[0])),
    ];

    private static IEnumerable<(string Name, Single Run)> Reducing() =>
    [
        ("ReduceMean", static s => Reduce(s, static (x, axes, keep) => x.Mean(axes, keep))), ("ReduceSum", static s => Reduce(s, static (x, axes, keep) => x.Sum(axes, keep))),
        ("ReduceMax", static s => Reduce(s, static (x, axes, keep) => x.Max(axes, keep))), ("ReduceMin", static s => Reduce(s, static (x, axes, keep) => x.Min(axes, keep))),
        ("ReduceProd", static s => Reduce(s, static (x, axes, keep) => x.Prod(axes, keep))),
        ("ReduceL1", static s => Reduce(s, static (x, axes, keep) => x.Abs().Sum(axes, keep))), ("ReduceL2", static s => Reduce(s, static (x, axes, keep) => x.Norm(axes, 2, keep))),
        ("ReduceSumSquare", static s => Reduce(s, static (x, axes, keep) => x.Square().Sum(axes, keep))),
        ("ReduceLogSumExp", static s => Reduce(s, static (x, axes, keep) => x.LogSumExp(axes, keep))),
        ("ArgMax", static s => s[0].ArgMax(s.Node.Int("axis", 0), s.Node.Int("keepdims", 1) != 0)),
        ("ArgMin", static s => s[0].ArgMin(s.Node.Int("axis", 0), s.Node.Int("keepdims", 1) != 0)),
    ];

    private static Tensor Lengths(OnnxStep step)
    {
        int[] lengths = step[0].Shape.ToArray();
        int start = Math.Clamp(From(step.Node.Int("start", 0)), 0, lengths.Length);
        int end = Math.Clamp(From(step.Node.Int("end", lengths.Length)), start, lengths.Length);
        return Tensor.From((long[])[.. lengths[start..end].Select(static length => (long)length)], Device.Cpu);

        int From(int place) => place < 0 ? place + lengths.Length : place;
    }

    private static int Axis(OnnxStep step, int rank)
    {
        int axis = step.Node.Int("axis", 0);
        return axis < 0 ? axis + rank : axis;
    }

    private static Tensor Reshape(OnnxStep step)
    {
        int[] wanted = step.Ints("shape", 1) ?? throw step.Node.Fault("it has no shape.");
        Tensor x = step[0];
        bool copiesZeros = step.Node.Int("allowzero", 0) == 0;
        return x.Reshape((int[])[.. wanted.Select((length, i) => length == 0 && copiesZeros ? x.Shape[i] : length)]);
    }

    private static Tensor Flatten(OnnxStep step)
    {
        Tensor x = step[0];
        int axis = step.Node.Int("axis", 1);
        int[] lengths = x.Shape.ToArray();
        int rows = lengths[..(axis < 0 ? axis + x.Rank : axis)].Aggregate(1, static (product, length) => product * length);
        return x.Reshape(rows, rows == 0 ? 0 : (int)(x.Count / rows));
    }

    private static Tensor Squeeze(OnnxStep step)
    {
        Tensor x = step[0];
        int[] axes = step.Ints("axes", 1) ?? [.. Enumerable.Range(0, x.Rank).Where(i => x.Shape[i] == 1)];
        foreach (int axis in axes.Select(axis => axis < 0 ? axis + x.Rank : axis).OrderDescending())
        {
            x = x.Squeeze(axis);
        }

        return x;
    }

    private static Tensor Unsqueeze(OnnxStep step)
    {
        Tensor x = step[0];
        int[] axes = step.Ints("axes", 1) ?? throw step.Node.Fault("it has no axes.");
        foreach (int axis in axes.Select(axis => axis < 0 ? axis + x.Rank + axes.Length : axis).Order())
        {
            x = x.Unsqueeze(axis);
        }

        return x;
    }

    private static Tensor Slice(OnnxStep step)
    {
        Tensor x = step[0];
        int[] starts = step.Ints("starts", 1) ?? throw step.Node.Fault("it has no starts.");
        int[] ends = step.Ints("ends", 2) ?? throw step.Node.Fault("it has no ends.");
        int[] axes = step.Ints("axes", 3) ?? [.. Enumerable.Range(0, starts.Length)];
        int[] steps = step.Has(4) ? step.Ints(4) : [.. Enumerable.Repeat(1, starts.Length)];
        for (int i = 0; i < starts.Length; i++)
        {
            int axis = axes[i] < 0 ? axes[i] + x.Rank : axes[i];
            int length = x.Shape[axis];
            int by = steps[i];
            if (by < 0)
            {
                // From behind: the same slice of the axis turned round.
                x = x.Flip(axis);
                (int start, int end) = (Clamped(starts[i], length, length - 1), ends[i] <= -length - 1 ? -1 : Clamped(ends[i], length, length - 1));
                x = Part(x, axis, length - 1 - start, length - 1 - end, -by);
            }
            else
            {
                x = Part(x, axis, Clamped(starts[i], length, length), Clamped(ends[i], length, length), by);
            }
        }

        return x;

        static int Clamped(int place, int length, int most) => Math.Clamp(place < 0 ? place + length : place, 0, Math.Max(most, 0));

        static Tensor Part(Tensor x, int axis, int start, int end, int by)
        {
            Tensor part = x.Narrow(axis, start, Math.Max(end - start, 0));
            return by == 1 ? part : part[[.. Enumerable.Repeat<TensorIndex>(Range.All, axis), TensorIndex.Every(by, Range.All)]];
        }
    }

    private static Tensor Gather(OnnxStep step)
    {
        Tensor x = step[0];
        int axis = Axis(step, x.Rank);
        Tensor places = Positive(step[1].To(x.Device), x.Shape[axis]);
        if (axis == 0 && x.Rank == 2 && !Whole(x))
        {
            return x.Embedding(places);
        }

        int[] lengths = x.Shape.ToArray();
        Tensor chosen = x.IndexSelect(places.Flatten(), axis);
        return chosen.Reshape((int[])[.. lengths[..axis], .. places.Shape.ToArray(), .. lengths[(axis + 1)..]]);
    }

    // Places may count from the end.
    private static Tensor Positive(Tensor places, int length) => Tensor.Where(places < 0, places + length, places);

    private static Tensor Expand(OnnxStep step)
    {
        Tensor x = step[0];
        int[] wanted = step.Ints(1);
        int[] own = x.Shape.ToArray();
        int rank = Math.Max(wanted.Length, own.Length);
        int[] shape = [.. Enumerable.Range(0, rank).Select(i => Math.Max(
            i < rank - wanted.Length ? 1 : wanted[i - rank + wanted.Length], i < rank - own.Length ? 1 : own[i - rank + own.Length]))];
        return x.Reshape((int[])[.. Enumerable.Repeat(1, rank - own.Length), .. own]).Expand(new Shape(shape));
    }

    private static Tensor Pad(OnnxStep step)
    {
        Tensor x = step[0];
        int[] pads = step.Ints("pads", 1) ?? throw step.Node.Fault("it has no pads.");
        int[] axes = step.Has(3) ? step.Ints(3) : [.. Enumerable.Range(0, x.Rank)];
        int[] both = new int[2 * x.Rank];
        for (int i = 0; i < axes.Length; i++)
        {
            int place = 2 * (x.Rank - 1 - (axes[i] < 0 ? axes[i] + x.Rank : axes[i]));
            (both[place], both[place + 1]) = (pads[i], pads[i + axes.Length]);
        }

        // Axes in front that nothing is added to are left out: modes other than a constant take the last three at most.
        int used = both.Length;
        while (used > 2 && both[used - 1] == 0 && both[used - 2] == 0)
        {
            used -= 2;
        }

        double value = step.Number(2, "value", 0);
        return step.Node.Text("mode", "constant") switch
        {
            "constant" => x.Pad(both.AsSpan(0, used), PaddingMode.Zeros, value),
            "reflect" => x.Pad(both.AsSpan(0, used), PaddingMode.Reflect),
            "edge" => x.Pad(both.AsSpan(0, used), PaddingMode.Replicate),
            "wrap" => x.Pad(both.AsSpan(0, used), PaddingMode.Circular),
            string other => throw step.Node.Fault($"its mode is {other}."),
        };
    }

    private static Tensor ConstantOfShape(OnnxStep step)
    {
        Shape shape = new(step.Ints(0));
        return step.Node.Attribute("value")?.T is not { } value
            ? Tensor.Zeros(shape, DType.Float32)
            : OnnxTensor.Read(value, step.Node.Name, Device.Cpu) is var one && Whole(one)
                ? Tensor.Full(shape, one.Item(), one.DType, Device.Cpu)
                : Tensor.Full(shape, one.Item(), one.DType);
    }

    private static Tensor BlocksFirst(Tensor x, int block)
    {
        int[] s = x.Shape.ToArray();
        int channels = s[1] / (block * block);
        return x.Reshape(s[0], block, block, channels, s[2], s[3]).Permute(0, 3, 4, 1, 5, 2).Reshape(s[0], channels, s[2] * block, s[3] * block);
    }

    private static Tensor SpaceToDepth(OnnxStep step)
    {
        int block = step.Node.Int("blocksize", 1);
        int[] s = step[0].Shape.ToArray();
        return step[0].Reshape(s[0], s[1], s[2] / block, block, s[3] / block, block).Permute(0, 3, 5, 1, 2, 4)
            .Reshape(s[0], s[1] * block * block, s[2] / block, s[3] / block);
    }

    private static Tensor[] Split(OnnxStep step)
    {
        int axis = Axis(step, step[0].Rank);
        int count = step.Node.Outputs.Count;
        int length = step[0].Shape[axis];
        int each = (length + count - 1) / count;
        int[] parts = step.Ints("split", 1) ?? [.. Enumerable.Range(0, count).Select(i => Math.Max(0, Math.Min(each, length - (i * each))))];
        return step[0].Split(parts, axis);
    }

    private static Tensor Reduce(OnnxStep step, Func<Tensor, int[], bool, Tensor> function)
    {
        int[]? axes = step.Ints("axes", 1);
        bool none = axes is null or { Length: 0 };
        return none && step.Node.Int("noop_with_empty_axes", 0) != 0 ? step[0] : function(step[0], axes ?? [], step.Node.Int("keepdims", 1) != 0);
    }
}
