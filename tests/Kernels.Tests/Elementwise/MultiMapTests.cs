using System.Runtime.CompilerServices;
using DeepSharp.Kernels.Tests.Numerics;

namespace DeepSharp.Kernels.Tests.Elementwise;

/// <summary>Functions of several outputs against a scalar formula.</summary>
public class MultiMapTests
{
    public static TheoryData<string, DType, int> Shapes
    {
        get
        {
            TheoryData<string, DType, int> rows = [];
            foreach (DType dtype in (DType[])[DType.Float32, DType.Float64, DType.Float16])
            {
                foreach (int length in (int[])[0, 1, 7, 16, 33])
                {
                    rows.Add("cpu", dtype, length);
                    rows.Add("gpu", dtype, length);
                }

                rows.Add("cpu", dtype, 300);
                rows.Add("cpu", dtype, 20_011);
            }

            return rows;
        }
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void A_cell_of_six_inputs_and_two_outputs_agrees_with_its_formula(string on, DType dtype, int length)
    {
        Device device = on == "cpu" ? Device.Cpu : TestDevice.Gpu;
        foreach (Layout layout in Enum.GetValues<Layout>())
        {
            int[] dims = [2, Math.Min(length, 3), length / Math.Max(1, Math.Min(length, 3))];
            Sample[] inputs = [.. Enumerable.Range(0, 6).Select(n => Sample.Of(
                device, dtype, dims, i => n == 5 ? i % 2 : Numbers.Noise(i, n) * 3, n % 2 == 0 ? layout : Layout.Contiguous))];
            Layout to = layout == Layout.Broadcast ? Layout.Gapped : layout;
            Sample[] outputs = [Sample.Filled(device, dtype, dims, 9, Layout.Contiguous), Sample.Filled(device, dtype, dims, 9, to)];
            MultiMap.Run(default(MaskedCell), [outputs[0].Operand, outputs[1].Operand], [.. inputs.Select(static s => s.Operand)]);
            double[][] x = [.. inputs.Select(static s => s.Read())];
            double[] state = new double[x[0].Length];
            double[] output = new double[state.Length];
            for (int i = 0; i < state.Length; i++)
            {
                double next = (DoubleOracle.Sigmoid(x[1][i]) * x[4][i]) + (DoubleOracle.Sigmoid(x[0][i]) * Math.Tanh(x[2][i]));
                state[i] = x[5][i] != 0 ? next : x[4][i];
                output[i] = DoubleOracle.Sigmoid(x[3][i]) * Math.Tanh(state[i]);
            }

            double tolerance = dtype == DType.Float64 ? 4e-15 : dtype == DType.Float32 ? 2e-6 : 1e-3;
            Numbers.AssertClose(state, outputs[0].Read(), tolerance, tolerance, $"state {layout}");
            Numbers.AssertClose(output, outputs[1].Read(), tolerance, tolerance, $"output {layout}");
            Array.ForEach([.. inputs, .. outputs], static s => s.Dispose());
        }
    }

    [Theory]
    [InlineData("cpu")]
    [InlineData("gpu")]
    public void Eight_operands_in_any_split_keep_their_places(string on)
    {
        Device device = on == "cpu" ? Device.Cpu : TestDevice.Gpu;
        Sample[] all = [.. Enumerable.Range(0, 8).Select(n => Sample.Of(device, DType.Float64, [2, 21], i => i + (100 * n)))];
        Operand[] operands = [.. all.Select(static s => s.Operand)];
        MultiMap.Run(default(Fan), operands.AsSpan(0, 7), operands.AsSpan(7));
        for (int n = 0; n < 7; n++)
        {
            Assert.Equal(Enumerable.Range(0, 42).Select(i => (i + 700.0) * (n + 1)), all[n].Read());
        }

        MultiMap.Run(default(Funnel), operands.AsSpan(7), operands.AsSpan(0, 7));
        Assert.Equal(Enumerable.Range(0, 42).Select(static i => (i + 700.0) * 140), all[7].Read());
        Array.ForEach(all, static s => s.Dispose());
    }
}

/// <summary>An LSTM's cell: input, forget, cell and output gates, the state, and whether the sequence goes on; next state and output.</summary>
public readonly struct MaskedCell : IMultiMap
{
    public static int Outputs => 2;

    public static int Inputs => 6;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Pack<T> Apply<T>(Pack<T> x)
        where T : unmanaged, IReal<T>
    {
        T next = (T.Sigmoid(x.B) * x.E) + (T.Sigmoid(x.A) * T.Tanh(x.C));
        T state = T.IfEqual(x.F, 0f, x.E, next);
        return new Pack<T> { A = state, B = T.Sigmoid(x.D) * T.Tanh(state) };
    }
}

/// <summary>Multiples 1 to 7 of the input.</summary>
public readonly struct Fan : IMultiMap
{
    public static int Outputs => 7;

    public static int Inputs => 1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Pack<T> Apply<T>(Pack<T> x)
        where T : unmanaged, IReal<T> =>
        new() { A = x.A, B = x.A * 2, C = x.A * 3, D = x.A * 4, E = x.A * 5, F = x.A * 6, G = x.A * 7 };
}

/// <summary>The sum of 1 to 7 times the inputs.</summary>
public readonly struct Funnel : IMultiMap
{
    public static int Outputs => 1;

    public static int Inputs => 7;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Pack<T> Apply<T>(Pack<T> x)
        where T : unmanaged, IReal<T> =>
        new() { A = x.A + (x.B * 2) + (x.C * 3) + (x.D * 4) + (x.E * 5) + (x.F * 6) + (x.G * 7) };
}
