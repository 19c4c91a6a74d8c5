using System.Runtime.CompilerServices;
using DeepSharp.Kernels;

namespace DeepSharp.Data;

/// <summary>What the transforms of images have in common.</summary>
internal static class Images
{
    /// <summary>The axes of a batch of images, [n, channels, height, width] or, grey, [n, height, width].</summary>
    internal static ImageShape ShapeOf(Batch batch, string operation)
    {
        RequireNumbers(batch.X, operation);
        Shape shape = batch.X.Shape;
        return shape.Rank is 3 or 4 && shape.Size > 0
            ? new(shape[0], shape.Rank == 4 ? shape[1] : 1, shape[^2], shape[^1], shape[^2], shape[^1])
            : throw new ArgumentException(
                $"{operation}: features {shape} are no images [n, channels, height, width] or [n, height, width]. Store them in that shape, and flatten in the network.");
    }

    internal static void RequireNumbers(Tensor x, string operation)
    {
        if (x.DType is not (DType.Float32 or DType.Float64))
        {
            throw new ArgumentException($"{operation}: features must be Float32 or Float64 in a batch, not {x.DType}. Convert them with To.");
        }
    }

    /// <summary>A batch with other first features.</summary>
    internal static Batch With(this Batch batch, Tensor x) => batch.Xs.Count == 1
        ? batch with { X = x }
        : new Batch([x, .. batch.Xs.Skip(1)], batch.Ys) { Lengths = batch.Lengths };

    /// <summary>New features, as a map makes them of those there are.</summary>
    internal static Tensor Mapped<TMap>(Tensor x, TMap map, ImageShape shape, string operation, Shape? made = null, Tensor? table = null)
        where TMap : unmanaged, IImageMap
    {
        Tensor source = x.Contiguous();
        Tensor output = Tensor.Uninitialized(made ?? x.Shape, x.DType, x.Device, operation);
        ImageKernel.Run(map, shape, output.Operand, source.Operand, table?.Operand);
        return output;
    }

    /// <summary>Refuses what is no probability.</summary>
    internal static float Probability(double value, string operation, [CallerArgumentExpression(nameof(value))] string argument = "") =>
        value >= 0 && value <= 1
            ? (float)value
            : throw new ArgumentOutOfRangeException(argument, $"{operation}: {argument} must be in [0, 1], not {value}.");

    /// <summary>Refuses a range that is none.</summary>
    internal static (double Low, double High) Range(
        (double Low, double High) range, double least, string operation, [CallerArgumentExpression(nameof(range))] string argument = "") =>
        range.Low >= least && range.High >= range.Low && double.IsFinite(range.High)
            ? range
            : throw new ArgumentOutOfRangeException(
                argument, $"{operation}: {argument} must be a range of finite numbers{(double.IsFinite(least) ? $" from {least} up" : "")}, not {range.Low} to {range.High}.");
}
