using DeepSharp.Kernels;

namespace DeepSharp.Data;

/// <summary>What <see cref="MixUp"/> and <see cref="CutMix"/> have in common: the share, and the targets.</summary>
internal sealed class Mixing
{
    private readonly string _operation;
    private readonly int _classes;
    private readonly double _alpha;

    internal Mixing(string operation, int classes, double alpha)
    {
        Bounds.AtLeast(2, classes, operation);
        if (!(alpha > 0 && double.IsFinite(alpha)))
        {
            throw new ArgumentOutOfRangeException(nameof(alpha), $"{operation}: alpha must be finite and above 0, not {alpha}.");
        }

        _operation = operation;
        _classes = classes;
        _alpha = alpha;
    }

    /// <summary>A number from Beta(alpha, alpha): the one of two gamma-distributed numbers by their sum.</summary>
    internal double Share(BatchPlace place)
    {
        uint used = 0;
        Philox words = default;
        (double first, double second) = (LogGamma(), LogGamma());
        return 1 / (1 + Math.Exp(second - first));

        // The logarithm, for tiny ones. Marsaglia, Tsang, "A simple method for generating gamma variables", 2000, with their step for alpha below 1.
        double LogGamma()
        {
            double d = _alpha + 1 - (1.0 / 3);
            double c = 1 / Math.Sqrt(9 * d);
            while (true)
            {
                double x = Math.Sqrt(-2 * Math.Log(1 - Next())) * Math.Cos(2 * Math.PI * Next());
                double v = 1 + (c * x);
                v = v * v * v;
                double u = 1 - Next();
                if (v > 0 && Math.Log(u) < (0.5 * x * x) + d - (d * v) + (d * Math.Log(v)))
                {
                    return Math.Log(d * v) + (Math.Log(1 - Next()) / _alpha);
                }
            }
        }

        double Next()
        {
            uint place4 = used++ & 3;
            if (place4 == 0)
            {
                words = place.Draws.Words(0, used >> 2);
            }

            uint word = place4 switch { 0 => words.W0, 1 => words.W1, 2 => words.W2, _ => words.W3 };
            return word * (1.0 / 4294967296);
        }
    }

    internal Batch Mixed(Batch batch, float share)
    {
        Tensor y = batch.Y;
        bool labels = y.Rank == 1 && y.DType is DType.UInt8 or DType.Int32 or DType.Int64;
        if (!labels && !(y.Rank == 2 && y.Shape[1] == _classes && y.DType == DType.Float32))
        {
            throw new ArgumentException(
                $"{_operation}: targets {y.Shape} of {y.DType} are neither labels [n] of UInt8, Int32 or Int64 nor distributions [n, {_classes}] of Float32.");
        }

        ImageShape shape = new(y.Shape[0], 1, 1, _classes, 1, _classes);
        Tensor mixed = Tensor.Uninitialized([y.Shape[0], _classes], DType.Float32, y.Device, _operation);
        using Tensor numbers = labels ? y.To(DType.Float32) : y.Contiguous().Hold();
        if (labels)
        {
            ImageKernel.Run(new MixLabelsMap(share), shape, mixed.Operand, numbers.Operand);
        }
        else
        {
            ImageKernel.Run(new MixMap(share, 0, 0, 0, 0), shape, mixed.Operand, numbers.Operand);
        }

        return batch.Ys.Count == 1
            ? batch with { Y = mixed }
            : new Batch(batch.Xs, [mixed, .. batch.Ys.Skip(1)]) { Lengths = batch.Lengths };
    }
}
