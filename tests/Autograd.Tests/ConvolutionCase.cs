namespace DeepSharp.Tests;

/// <summary>A convolution of some sizes, and its value and gradients as sums over every index in double precision.</summary>
internal sealed record ConvolutionCase(
    int Images, int Groups, int Inputs, int Outputs, int[] Lengths, int[] Kernel, int[] Stride, int[] Padding, int[] Dilation)
{
    private int Axes => Lengths.Length;

    /// <summary>Whether the kernel fits in.</summary>
    internal bool Exists => Results().All(static length => length > 0);

    /// <summary>Checks the convolution and, as its transpose, the transposed convolution.</summary>
    internal void Check(Device device, DType dtype, Random random)
    {
        int[] results = Results();
        using TensorScope scope = Tensor.Scope();
        (Tensor x, double[] xs) = Sample([Images, Groups * Inputs, .. Lengths]);
        (Tensor w, double[] ws) = Sample([Groups * Outputs, Inputs, .. Kernel]);
        (Tensor b, double[] bs) = Sample([Groups * Outputs]);
        (Tensor g, double[] gs) = Sample([Images, Groups * Outputs, .. results]);
        double[] y = new double[gs.Length];
        double[] dx = new double[xs.Length];
        double[] dw = new double[ws.Length];
        double[] db = new double[bs.Length];
        Sums(xs, ws, bs, gs, y, dx, dw, db);

        x.RequireGrad();
        w.RequireGrad();
        b.RequireGrad();
        Tensor output = Axes switch
        {
            1 => x.Conv1D(w, b, Stride, Padding, Dilation, Groups),
            2 => x.Conv2D(w, b, Stride, Padding, Dilation, Groups),
            _ => x.Conv3D(w, b, Stride, Padding, Dilation, Groups),
        };
        Close("y", y, output);
        output.Backward(g);
        Close("dx", dx, x.Gradient!);
        Close("dw", dw, w.Gradient!);
        Close("db", db, b.Gradient!);

        // The same numbers again: the gradient of the input is the transposed convolution, and the gradient of that the convolution.
        int[] more = [.. Enumerable.Range(0, Axes).Select(i =>
            Lengths[i] - (((results[i] - 1) * Stride[i]) - (2 * Padding[i]) + (Dilation[i] * (Kernel[i] - 1)) + 1))];
        if (Enumerable.Range(0, Axes).All(i => more[i] >= 0 && more[i] < Math.Max(Stride[i], Dilation[i])))
        {
            w.ZeroGradient();
            g.RequireGrad();
            Tensor back = Axes switch
            {
                1 => g.ConvTranspose1D(w, null, Stride, Padding, more, Groups, Dilation),
                2 => g.ConvTranspose2D(w, null, Stride, Padding, more, Groups, Dilation),
                _ => g.ConvTranspose3D(w, null, Stride, Padding, more, Groups, Dilation),
            };
            Close("transposed", dx, back);
            back.Backward(x.Detach());
            int each = y.Length / Images / (Groups * Outputs);
            Close("transposed dx", [.. y.Select((value, i) => value - bs[i / each % (Groups * Outputs)])], g.Gradient!);
            Close("transposed dw", dw, w.Gradient!);
        }

        (Tensor Values, double[] Numbers) Sample(int[] dims)
        {
            double[] numbers = [.. Enumerable.Range(0, new Shape(dims).Size).Select(_ => (random.NextDouble() * 2) - 1)];
            Tensor values = Tensor.From(numbers, new Shape(dims), Device.Cpu).To(dtype);
            return (values.To(device), values.To(DType.Float64).ToArray<double>());
        }

        void Close(string what, double[] expected, Tensor actual)
        {
            double[] values = actual.To(DType.Float64).ToArray<double>();
            double scale = Math.Max(1e-2, expected.Max(Math.Abs));
            double tolerance = scale * (dtype == DType.Float64 ? 1e-13 : dtype == DType.Float32 ? 1e-5 : dtype == DType.Float16 ? 2e-3 : 1e-2);
            for (int i = 0; i < values.Length; i++)
            {
                Assert.True(Math.Abs(values[i] - expected[i]) <= tolerance, $"{this} {dtype} on {device}: {what}[{i}] is {values[i]}, not {expected[i]}");
            }
        }
    }

    public override string ToString() =>
        $"{Images} images, {Groups} x {Inputs} to {Outputs}, [{string.Join(',', Lengths)}] by [{string.Join(',', Kernel)}], stride "
        + $"{string.Join(',', Stride)}, padding {string.Join(',', Padding)}, dilation {string.Join(',', Dilation)}";

    private int[] Results() => [.. Enumerable.Range(0, Axes).Select(i =>
    {
        int room = Lengths[i] + (2 * Padding[i]) - (Dilation[i] * (Kernel[i] - 1)) - 1;
        return room < 0 ? 0 : (room / Stride[i]) + 1;
    })];

    private void Sums(double[] xs, double[] ws, double[] bs, double[] gs, double[] y, double[] dx, double[] dw, double[] db)
    {
        (int[] l, int[] k, int[] o) = (Three(Lengths, 1), Three(Kernel, 1), Three(Results(), 1));
        (int[] s, int[] p, int[] d) = (Three(Stride, 1), Three(Padding, 0), Three(Dilation, 1));
        (int sources, int outputs, int taps) = (l[0] * l[1] * l[2], o[0] * o[1] * o[2], k[0] * k[1] * k[2]);
        for (int at = 0; at < y.Length; at++)
        {
            (int q, int channel, int image) = (at % outputs, at / outputs % (Groups * Outputs), at / outputs / (Groups * Outputs));
            int[] place = [q / o[2] / o[1], q / o[2] % o[1], q % o[2]];
            db[channel] += gs[at];
            double sum = bs[channel];
            for (int c = 0; c < Inputs; c++)
            {
                for (int t = 0; t < taps; t++)
                {
                    int a = (place[0] * s[0]) + (t / k[2] / k[1] * d[0]) - p[0];
                    int b = (place[1] * s[1]) + (t / k[2] % k[1] * d[1]) - p[1];
                    int e = (place[2] * s[2]) + (t % k[2] * d[2]) - p[2];
                    if ((uint)a < (uint)l[0] && (uint)b < (uint)l[1] && (uint)e < (uint)l[2])
                    {
                        int xi = (((image * Groups * Inputs) + (channel / Outputs * Inputs) + c) * sources) + (((a * l[1]) + b) * l[2]) + e;
                        int wi = (((channel * Inputs) + c) * taps) + t;
                        sum += ws[wi] * xs[xi];
                        dx[xi] += ws[wi] * gs[at];
                        dw[wi] += xs[xi] * gs[at];
                    }
                }
            }

            y[at] = sum;
        }
    }

    private static int[] Three(int[] values, int missing) => [.. Enumerable.Repeat(missing, 3 - values.Length), .. values];
}
