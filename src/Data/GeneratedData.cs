using DeepSharp.Kernels;

namespace DeepSharp.Data;

/// <summary>Small sets of points to try a network on, made from a seed: the same ones on every machine but for the last digit.</summary>
/// <remarks>Features are Float32, labels Int32. Samples come in a random order, so that a stretch of them has all classes. Definitions are
/// scikit-learn's where it has the set.</remarks>
public static class GeneratedData
{
    /// <summary>Clouds of points, as scikit-learn's make_blobs: normally distributed about centres that are uniform in [-10, 10).</summary>
    /// <param name="count">How many points; as many for each centre, but for one.</param>
    /// <param name="centers">How many clouds.</param>
    /// <param name="features">The coordinates of a point.</param>
    /// <param name="standardDeviation">How wide a cloud is.</param>
    /// <param name="seed">The seed.</param>
    /// <param name="device">Where; <see cref="Device.Default"/> if null.</param>
    /// <returns>Points [count, features] with the number of their cloud [count].</returns>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of range.</exception>
    public static Dataset Blobs(
        int count, int centers = 3, int features = 2, double standardDeviation = 1, ulong seed = 0, Device? device = null)
    {
        Bounds.AtLeast(1, centers, nameof(Blobs));
        Bounds.AtLeast(1, features, nameof(Blobs));
        Draws middles = new(seed, 0x424C4F42);
        Draws noise = new(seed, 0x424C4F43);
        return Labelled(nameof(Blobs), count, centers, features, seed, device, (i, label, point) =>
        {
            for (int axis = 0; axis < features; axis++)
            {
                point[axis] = -10 + (20 * middles.Uniform((label * features) + axis)) + (standardDeviation * noise.Normal((i * (long)features) + axis));
            }
        });
    }

    /// <summary>Two half circles that reach into each other, as scikit-learn's make_moons.</summary>
    /// <param name="count">How many points.</param>
    /// <param name="noise">The standard deviation of what is added to both coordinates.</param>
    /// <param name="seed">The seed.</param>
    /// <param name="device">Where; <see cref="Device.Default"/> if null.</param>
    /// <returns>Points [count, 2], of the upper moon with label 0, of the lower with 1.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The number is negative.</exception>
    public static Dataset Moons(int count, double noise = 0, ulong seed = 0, Device? device = null)
    {
        Draws draws = new(seed, 0x4D4F4F4E);
        return Labelled(nameof(Moons), count, 2, 2, seed, device, (i, label, point) =>
        {
            double angle = Math.PI * Along(i, label, count, 2);
            point[0] = (label == 0 ? Math.Cos(angle) : 1 - Math.Cos(angle)) + (noise * draws.Normal(2L * i));
            point[1] = (label == 0 ? Math.Sin(angle) : 0.5 - Math.Sin(angle)) + (noise * draws.Normal((2L * i) + 1));
        });
    }

    /// <summary>Spirals about one centre: an arm's point at share r of its length is at radius r and at the angle 2 pi (turns r + arm / arms).</summary>
    /// <param name="count">How many points.</param>
    /// <param name="arms">How many spirals.</param>
    /// <param name="noise">The standard deviation of what is added to both coordinates.</param>
    /// <param name="turns">How often an arm goes round.</param>
    /// <param name="seed">The seed.</param>
    /// <param name="device">Where; <see cref="Device.Default"/> if null.</param>
    /// <returns>Points [count, 2] with the number of their arm.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of range.</exception>
    public static Dataset Spirals(int count, int arms = 2, double noise = 0.02, double turns = 0.75, ulong seed = 0, Device? device = null)
    {
        Bounds.AtLeast(1, arms, nameof(Spirals));
        Draws draws = new(seed, 0x53504952);
        return Labelled(nameof(Spirals), count, arms, 2, seed, device, (i, label, point) =>
        {
            double radius = Along(i, label, count, arms);
            double angle = 2 * Math.PI * ((turns * radius) + ((double)label / arms));
            point[0] = (radius * Math.Cos(angle)) + (noise * draws.Normal(2L * i));
            point[1] = (radius * Math.Sin(angle)) + (noise * draws.Normal((2L * i) + 1));
        });
    }

    /// <summary>A linear function of normally distributed features, and noise, as scikit-learn's make_regression: its weights are uniform in [0, 100).</summary>
    /// <param name="count">How many samples.</param>
    /// <param name="features">The numbers of a sample.</param>
    /// <param name="noise">The standard deviation of what is added to a target.</param>
    /// <param name="bias">What is added to all.</param>
    /// <param name="seed">The seed.</param>
    /// <param name="device">Where; <see cref="Device.Default"/> if null.</param>
    /// <returns>Samples [count, features] with targets [count, 1], and the weights [features].</returns>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of range.</exception>
    public static (Dataset Data, double[] Weights) Regression(
        int count, int features = 1, double noise = 0, double bias = 0, ulong seed = 0, Device? device = null)
    {
        Bounds.AtLeast(0, count, nameof(Regression));
        Bounds.AtLeast(1, features, nameof(Regression));
        Draws draws = new(seed, 0x52454752);
        Draws errors = new(seed, 0x52454753);
        Draws slopes = new(seed, 0x52454754);
        double[] weights = [.. Enumerable.Range(0, features).Select(axis => 100 * slopes.Uniform(axis))];
        float[] x = new float[checked(count * features)];
        float[] y = new float[count];
        for (int i = 0; i < count; i++)
        {
            double sum = bias + (noise * errors.Normal(i));
            for (int axis = 0; axis < features; axis++)
            {
                double value = draws.Normal((i * (long)features) + axis);
                x[(i * features) + axis] = (float)value;
                sum += value * weights[axis];
            }

            y[i] = (float)sum;
        }

        return (new Dataset(Tensor.From(x, [count, features], device), Tensor.From(y, [count, 1], device)), weights);
    }

    /// <summary>Pieces of sine waves, to predict how they go on: sin(2 pi (frequency t + phase)) for steps t, and the next one.</summary>
    /// <remarks>The frequency of a piece is uniform in [0.02, 0.1) for a step, its phase in [0, 1).</remarks>
    /// <param name="count">How many pieces.</param>
    /// <param name="steps">How long each is.</param>
    /// <param name="noise">The standard deviation of what is added to each value of a piece.</param>
    /// <param name="seed">The seed.</param>
    /// <param name="device">Where; <see cref="Device.Default"/> if null.</param>
    /// <returns>Sequences [count, steps, 1] with the value behind each, [count, 1].</returns>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of range.</exception>
    public static Dataset SineWaves(int count, int steps, double noise = 0, ulong seed = 0, Device? device = null)
    {
        Bounds.AtLeast(0, count, nameof(SineWaves));
        Bounds.AtLeast(1, steps, nameof(SineWaves));
        Draws waves = new(seed, 0x53494E45);
        Draws errors = new(seed, 0x53494E46);
        float[] x = new float[checked(count * steps)];
        float[] y = new float[count];
        for (int i = 0; i < count; i++)
        {
            double frequency = 0.02 + (0.08 * waves.Uniform(2L * i));
            double phase = waves.Uniform((2L * i) + 1);
            for (int t = 0; t < steps; t++)
            {
                x[(i * steps) + t] = (float)(Math.Sin(2 * Math.PI * ((frequency * t) + phase)) + (noise * errors.Normal((i * (long)steps) + t)));
            }

            y[i] = (float)Math.Sin(2 * Math.PI * ((frequency * steps) + phase));
        }

        return new Dataset(Tensor.From(x, [count, steps, 1], device), Tensor.From(y, [count, 1], device));
    }

    private static Dataset Labelled(
        string operation, int count, int classes, int features, ulong seed, Device? device, Action<int, int, Span<double>> make)
    {
        Bounds.AtLeast(0, count, operation);
        KeyedPermutation order = new(count, seed, 0x4F52444552);
        float[] x = new float[checked(count * features)];
        int[] y = new int[count];
        double[] point = new double[features];
        for (int i = 0; i < count; i++)
        {
            int at = order.At(i);
            y[at] = i % classes;
            make(i, y[at], point);
            for (int axis = 0; axis < features; axis++)
            {
                x[(at * features) + axis] = (float)point[axis];
            }
        }

        return new Dataset(Tensor.From(x, [count, features], device), Tensor.From(y, count, device));
    }

    // Points of a class are evenly spaced from 0 to 1; point i is the (i / classes)-th of its own.
    private static double Along(int i, int label, int count, int classes)
    {
        int own = ((count - 1 - label) / classes) + 1;
        return own == 1 ? 0 : (double)(i / classes) / (own - 1);
    }

    // Number i of a stream.
    private readonly struct Draws(ulong seed, uint stream)
    {
        internal double Uniform(long i) => Unit(Words(i, 0).W0, Words(i, 0).W1);

        internal double Normal(long i)
        {
            Philox words = Words(i, 1);
            return Math.Sqrt(-2 * Math.Log(1 - Unit(words.W0, words.W1))) * Math.Cos(2 * Math.PI * Unit(words.W2, words.W3));
        }

        private static double Unit(uint high, uint low) => ((((ulong)high << 32) | low) >> 11) * (1.0 / (1UL << 53));

        private Philox Words(long i, uint kind) => Philox.Of((uint)i, (uint)(i >> 32), stream, kind, (uint)seed, (uint)(seed >> 32));
    }
}
