namespace DeepSharp.Tests;

/// <summary>Recurrences against finite differences, to the second order, on both forms.</summary>
public class RecurrenceTests
{
    public static TheoryData<string, bool, bool, bool, string> Cases
    {
        get
        {
            TheoryData<string, bool, bool, bool, string> rows = [];
            foreach (RecurrentKind kind in Enum.GetValues<RecurrentKind>())
            {
                rows.Add(kind.ToString(), false, false, true, "cpu");
                rows.Add(kind.ToString(), true, true, true, "cpu");
                rows.Add(kind.ToString(), false, true, false, "cpu");
                rows.Add(kind.ToString(), true, false, false, "cpu");
                rows.Add(kind.ToString(), true, true, true, "gpu");
            }

            return rows;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Gradients_and_their_gradients_agree_with_differences(string cell, bool reverse, bool ragged, bool full, string on)
    {
        RecurrentKind kind = Enum.Parse<RecurrentKind>(cell);
        Device device = on == "cpu" ? Device.Cpu : TestDevice.Gpu;
        int gates = kind == RecurrentKind.LSTM ? 4 : kind == RecurrentKind.GRU ? 3 : 1;
        (int steps, int batch, int inputs, int units) = (3, 2, 2, 2);
        using TensorScope scope = Tensor.Scope();
        RaggedLengths? lengths = ragged ? RaggedLengths.Of([2, 3], steps, device) : null;
        List<Tensor> given =
        [
            Sample([steps, batch, inputs], 1), Sample([gates * units, inputs], 2), Sample([gates * units, units], 3),
        ];
        if (full)
        {
            given.AddRange([Sample([gates * units], 4), Sample([gates * units], 5), Sample([batch, units], 6)]);
            if (kind == RecurrentKind.LSTM)
            {
                given.Add(Sample([batch, units], 7));
            }
        }

        GradCheck.Run(
            x =>
            {
                (Tensor output, Tensor hidden, Tensor? state) = RecurrenceNode.Run(new(
                    kind, x[0], x[1], x[2], full ? x[3] : null, full ? x[4] : null, full ? x[5] : null,
                    full && kind == RecurrentKind.LSTM ? x[6] : null, lengths, reverse));
                Tensor last = state is null ? hidden : hidden + (state * state);
                return Tensor.Concatenate([output.Square().Reshape(-1), last.Reshape(-1)]);
            },
            [.. given], order: on == "cpu" ? 2 : 1);

        Tensor Sample(int[] shape, ulong seed) => Tensor.Uniform(shape, -1.2, 1.2, DType.Float64, device, new Generator(seed));
    }

    [Fact]
    public void One_tensor_in_two_places_has_the_sum_of_both_gradients() => GradCheck.Run(
        static x => RecurrenceNode.Run(new(RecurrentKind.Tanh, x[0], x[1], x[1], x[2], x[2], null, null, null, false)).Output,
        [
            Tensor.Uniform([3, 2, 2], -1, 1, DType.Float64, Device.Cpu, new Generator(1)),
            Tensor.Uniform([2, 2], -1, 1, DType.Float64, Device.Cpu, new Generator(2)), Tensor.Uniform(2, -1, 1, DType.Float64, Device.Cpu, new Generator(3)),
        ],
        order: 2);

    [Fact]
    public void Nothing_is_recorded_without_a_gradient()
    {
        using TensorScope scope = Tensor.Scope();
        Tensor x = Tensor.Ones([3, 2, 2], device: Device.Cpu);
        Tensor weight = Tensor.Ones([2, 2], device: Device.Cpu);
        Assert.False(RecurrenceNode.Run(new(RecurrentKind.ReLU, x, weight, weight, null, null, null, null, null, false)).Output.RequiresGrad);
    }
}
