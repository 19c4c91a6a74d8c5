using DeepSharp.Kernels;

namespace DeepSharp.Data;

/// <summary>Samples in memory on a device, where batches are cut in one launch for each pair of features and targets.</summary>
internal sealed class TensorStore : SampleStore
{
    private readonly Tensor[] _features;
    private readonly Tensor[] _targets;

    internal TensorStore(IReadOnlyList<Tensor> features, IReadOnlyList<Tensor> targets)
        : base(Fields(features, nameof(features)), Fields(targets, nameof(targets)), features[0].Device)
    {
        foreach (Tensor tensor in features.Concat(targets))
        {
            if (features[0].Rank == 0 || tensor.Rank == 0 || tensor.Shape[0] != features[0].Shape[0])
            {
                throw new ArgumentException(
                    $"Dataset: features {features[0].Shape} and {(features.Contains(tensor) ? "features" : "targets")} {tensor.Shape} must have the "
                    + "same number of samples on their first axis.");
            }

            if (!ReferenceEquals(tensor.Device, Device))
            {
                throw new ArgumentException(
                    $"Dataset: features are on {Device}, {(features.Contains(tensor) ? "others" : "targets")} on {tensor.Device}. Move one with To(Device).");
            }
        }

        foreach (Tensor feature in features)
        {
            RequireFeature(feature.DType);
        }

        _features = [.. features.Select(static tensor => tensor.Contiguous().KeepForever())];
        _targets = [.. targets.Select(static tensor => tensor.Contiguous().KeepForever())];
        Count = features[0].Shape[0];
    }

    internal override int Count { get; }

    internal override IBatchReader Open(BatchPlan plan) => new Reader(this, plan);

    internal override Tensor Stored(int field, Selection selection)
    {
        Tensor all = field < _features.Length ? _features[field] : _targets[field - _features.Length];
        if (selection.IsStretch)
        {
            return all.Narrow(0, selection.From + selection.Start, selection.Count);
        }

        Tensor part = Tensor.Uninitialized(new Shape([selection.Count, .. all.Shape.AsSpan()[1..]]), all.DType, Device, nameof(Dataset));
        Run(selection.Order(null), 0, all, part, null, null, (1, 0), selection.Tables?.On(Device));
        return part;
    }

    internal override (SampleStore Store, Selection Selection) On(Device device, Selection selection)
    {
        double[]? weights = selection.Tables?.Weights;
        if (selection.Tables?.List is not null)
        {
            // What is listed is copied, in its order.
            double[]? own = weights is null ? null : [.. selection.Samples().Select(sample => weights[sample])];
            return (Moved(field => Stored(field, selection)), Weighted(Selection.All(selection.Count), own));
        }

        (int first, int count) = selection.SplitSeed is null ? (selection.From + selection.Start, selection.Count) : (selection.From, selection.Whole);
        Selection moved = selection with { From = 0, Whole = count, Start = selection.From + selection.Start - first, Tables = null };
        return (Moved(field => Stored(field, Selection.All(count) with { From = first })), Weighted(moved, weights?[first..(first + count)]));

        static Selection Weighted(Selection part, double[]? by) => by is null ? part : part.Weighted(by);

        TensorStore Moved(Func<int, Tensor> part) => new(
            [.. Enumerable.Range(0, _features.Length).Select(i => part(i).To(device))],
            [.. Enumerable.Range(_features.Length, _targets.Length).Select(i => part(i).To(device))]);
    }

    private static Field[] Fields(IReadOnlyList<Tensor> tensors, string name)
    {
        ArgumentNullException.ThrowIfNull(tensors, name);
        if (tensors.Count == 0)
        {
            throw new ArgumentException($"Dataset: there are no {name}; there must be at least one tensor of them.", name);
        }

        foreach (Tensor tensor in tensors)
        {
            ArgumentNullException.ThrowIfNull(tensor, name);
        }

        return [.. tensors.Select(static tensor => new Field(tensor.Rank == 0 ? Shape.Scalar : new Shape(tensor.Shape.AsSpan()[1..]), tensor.DType))];
    }

    // Features and targets of a batch move together. Where there are more of the one, they move with none of the other.
    private static void Run(
        in BatchOrder order, int first, Tensor features, Tensor x, Tensor? targets, Tensor? y, (double Scale, double Shift) scale, in Operand? tables)
    {
        if (y is not null)
        {
            BatchKernel.Run(order, first, features.Operand, targets!.Operand, x.Operand, y.Operand, scale.Scale, scale.Shift, tables);
            return;
        }

        Operand none = x.Operand with { Dims = [0], Strides = [1] };
        BatchKernel.Run(order, first, features.Operand, none, x.Operand, none, scale.Scale, scale.Shift, tables);
    }

    private sealed class Reader(TensorStore store, BatchPlan plan) : IBatchReader
    {
        private readonly Operand? _tables = plan.Selection.Tables?.On(store.Device);

        public Batch Next(int first, int rows)
        {
            if (store._features.Length == 1 && store._targets.Length == 1)
            {
                Tensor x = Made(store.Features[0].Shape, Converted(store.Features[0].DType), rows);
                Tensor y = Made(store.Targets[0].Shape, store.Targets[0].DType, rows);
                Run(plan.Order, first, store._features[0], x, store._targets[0], y, plan.Scales[0], _tables);
                return new Batch(x, y);
            }

            Tensor[] xs = [.. store.Features.Select(field => Made(field.Shape, Converted(field.DType), rows))];
            Tensor[] ys = [.. store.Targets.Select(field => Made(field.Shape, field.DType, rows))];
            for (int i = 0; i < Math.Max(xs.Length, ys.Length); i++)
            {
                bool one = i < xs.Length;
                bool both = one && i < ys.Length;
                Run(
                    plan.Order, first, one ? store._features[i] : store._targets[i], one ? xs[i] : ys[i], both ? store._targets[i] : null,
                    both ? ys[i] : null, one ? plan.Scales[i] : (1, 0), _tables);
            }

            return new Batch(xs, ys);
        }

        public void Dispose()
        {
        }

        private Tensor Made(Shape sample, DType dtype, int rows) => Tensor.Uninitialized(new Shape([rows, .. sample]), dtype, store.Device, "Batch");
    }
}
