using DeepSharp.Kernels;

namespace DeepSharp.Data;

/// <summary>One kind of features or targets.</summary>
/// <param name="Shape">The shape of a sample.</param>
/// <param name="DType">The element type as it is stored.</param>
internal readonly record struct Field(Shape Shape, DType DType)
{
    /// <summary>The bytes of a sample.</summary>
    internal int Bytes => checked(Shape.Size * DType.Size);
}

/// <summary>Where samples come from.</summary>
/// <param name="features">The features of a sample.</param>
/// <param name="targets">Its targets.</param>
/// <param name="device">Where batches are made.</param>
internal abstract class SampleStore(Field[] features, Field[] targets, Device device)
{
    internal Field[] Features => features;

    internal Field[] Targets => targets;

    internal Device Device => device;

    /// <summary>The number of samples.</summary>
    internal abstract int Count { get; }

    /// <summary>Starts to read batches.</summary>
    internal abstract IBatchReader Open(BatchPlan plan);

    /// <summary>The samples of a part as they are stored, of the features (by number) or, behind them, the targets.</summary>
    internal abstract Tensor Stored(int field, Selection selection);

    /// <summary>The same samples with batches on another device.</summary>
    internal abstract (SampleStore Store, Selection Selection) On(Device device, Selection selection);

    /// <summary>Refuses what needs samples in any order, where they come one behind the other.</summary>
    internal virtual void RequirePlaces(string operation)
    {
    }

    /// <summary>The first samples alone, where they come one behind the other; null where they have numbers.</summary>
    internal virtual SampleStore? Shortened(int count) => null;

    /// <summary>Refuses an order by length where samples have none.</summary>
    internal virtual void RequireLengths(string operation) => throw new InvalidOperationException(
        $"{operation}: samples are all of one length. Make the data set of RowSource.FromSequences.");

    /// <summary>The type that features have in a batch.</summary>
    internal static DType Converted(DType dtype) => dtype == DType.UInt8 ? DType.Float32 : dtype;

    internal static void RequireFeature(DType dtype)
    {
        if (dtype is not (DType.UInt8 or DType.Int32 or DType.Int64 or DType.Float32 or DType.Float64))
        {
            throw new ArgumentException(
                $"Dataset: features must be UInt8, Int32, Int64, Float32 or Float64, not {dtype}. Convert them with To.");
        }
    }
}

/// <summary>Reads the batches of a walk, one behind the other.</summary>
internal interface IBatchReader : IDisposable
{
    /// <summary>The next batch: the rows from a position of the epoch on.</summary>
    Batch Next(int first, int rows);
}

/// <summary>What a walk over batches goes by.</summary>
/// <param name="Selection">The samples.</param>
/// <param name="Shuffle">The seed and the number of the epoch, or null for the samples in their own order.</param>
/// <param name="Scales">What each kind of features is multiplied by, and what is added.</param>
/// <param name="Rows">How many samples the batches have together.</param>
/// <param name="BatchSize">How many samples a batch has, but perhaps the last.</param>
/// <param name="First">The number of the first batch, from 0.</param>
/// <param name="Bucket">How many batches are sorted by length together; 0 for none.</param>
/// <param name="Share">Which rows of each batch are read.</param>
internal sealed record BatchPlan(
    Selection Selection, (ulong Seed, ulong Epoch)? Shuffle, (double Scale, double Shift)[] Scales, int Rows, int BatchSize, int First, int Bucket,
    BatchShare Share)
{
    internal BatchOrder Order { get; } = Selection.Order(Shuffle);
}
