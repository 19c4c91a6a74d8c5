using DeepSharp.Layers;

namespace DeepSharp.Tests;

/// <summary>What recurrent layers do beyond PyTorch's values.</summary>
public class RecurrentTests
{
    [Fact]
    public void Constructor_arguments_stand_in_the_order_of_PyTorch()
    {
        LSTM lstm = new(3, 4, 2, false, true, 0.1, true);
        Assert.Equal((3, 4, 2, false, true, 0.1, true), (lstm.Inputs, lstm.Units, lstm.Layers, lstm.HasBias, lstm.BatchFirst, lstm.Dropout, lstm.IsBidirectional));
        RNN rnn = new(3, 4, 2, RecurrentNonlinearity.ReLU, false, true, 0.1, true);
        Assert.Equal((2, false, true, 0.1, true), (rnn.Layers, rnn.HasBias, rnn.BatchFirst, rnn.Dropout, rnn.IsBidirectional));
        Assert.Equal("GRU(3, 4, 2 layers, no bias, batch first, dropout 0.1, bidirectional)", new GRU(3, 4, 2, false, true, 0.1, true).ToString());
        Assert.Equal("LSTMCell(3, 4, no bias)", new LSTMCell(3, 4, false).ToString());
        Assert.Equal(
            ["weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0", "weight_ih_l0_reverse", "weight_hh_l0_reverse", "bias_ih_l0_reverse", "bias_hh_l0_reverse"],
            new LSTM(3, 4, bidirectional: true).NamedParameters().Select(static named => named.Name));
    }

    [Fact]
    public void A_sequence_among_others_and_padded_gives_what_it_gives_alone()
    {
        using TensorScope scope = Tensor.Scope();
        using NoGrad off = new();
        GRU layer = new(3, 20, 2, bidirectional: true, device: Device.Cpu, generator: new Generator(1));
        Tensor batch = Tensor.Normal([9, 13, 3], 0, 1, device: Device.Cpu, generator: new Generator(2));
        int[] lengths = [.. Enumerable.Range(0, 13).Select(static i => 1 + (i * 5 % 9))];
        (Tensor outputs, Tensor hidden) = layer.Forward(batch, null, lengths);
        for (int i = 0; i < 13; i++)
        {
            (Tensor own, Tensor last) = layer.Forward(batch[..lengths[i], i], null);
            Same(own, outputs[..lengths[i], i]);
            Same(last, hidden[.., i]);
            Assert.All(outputs[lengths[i].., i].Contiguous().ToArray<float>(), static value => Assert.Equal(0f, value));
        }
    }

    [Fact]
    public void What_stands_behind_a_sequence_takes_part_in_nothing()
    {
        using TensorScope scope = Tensor.Scope();
        LSTM layer = new(2, 3, bidirectional: true, device: Device.Cpu, generator: new Generator(1));
        Tensor x = Tensor.Normal([4, 2, 2], 0, 1, device: Device.Cpu, generator: new Generator(2));
        x[2.., 0].Fill(double.NaN);
        x.RequireGrad();
        (Tensor output, _) = layer.Forward(x, null, [2, 4]);
        output.Square().Sum().Backward();
        Assert.All(layer.Parameters(), static parameter => Assert.All(parameter.Gradient!.ToArray<float>(), static value => Assert.True(float.IsFinite(value))));
        Assert.All(x.Gradient!.ToArray<float>(), static value => Assert.True(float.IsFinite(value)));
        Assert.All(x.Gradient![2.., 0].Contiguous().ToArray<float>(), static value => Assert.Equal(0f, value));
    }

    [Fact]
    public void States_carry_a_sequence_from_one_part_to_the_next()
    {
        using TensorScope scope = Tensor.Scope();
        using NoGrad off = new();
        LSTM layer = new(3, 7, 2, device: Device.Cpu, generator: new Generator(1));
        Tensor x = Tensor.Normal([8, 2, 3], 0, 1, device: Device.Cpu, generator: new Generator(2));
        (Tensor whole, (Tensor Hidden, Tensor Cell) end) = layer.Forward(x, null);
        (Tensor first, (Tensor Hidden, Tensor Cell) middle) = layer.Forward(x[..5], null);
        (Tensor second, (Tensor Hidden, Tensor Cell) last) = layer.Forward(x[5..], middle);
        Same(whole, Tensor.Concatenate([first, second]));
        Same(end.Cell, last.Cell);
        Assert.Equal(whole.ToArray<float>(), layer.Forward(x).ToArray<float>());
    }

    [Fact]
    public void Dropout_stands_between_layers_in_training_only()
    {
        using TensorScope scope = Tensor.Scope();
        GRU layer = new(3, 32, 2, dropout: 0.5, device: Device.Cpu, generator: new Generator(1));
        Tensor x = Tensor.Normal([4, 2, 3], 0, 1, device: Device.Cpu, generator: new Generator(2));
        float[] dropped = layer.Forward(x).ToArray<float>();
        Assert.NotEqual(dropped, layer.Forward(x).ToArray<float>());
        Assert.DoesNotContain(0f, dropped);
        layer.Eval();
        Assert.Equal(layer.Forward(x).ToArray<float>(), layer.Forward(x).ToArray<float>());
    }

    [Fact]
    public void A_batch_of_nothing_gives_nothing_and_gradients_of_zero()
    {
        using TensorScope scope = Tensor.Scope();
        LSTM layer = new(3, 4, bidirectional: true, device: Device.Cpu);
        Tensor x = Tensor.Zeros([5, 0, 3], device: Device.Cpu).RequireGrad();
        (Tensor output, (Tensor hidden, Tensor _)) = layer.Forward(x, null);
        Assert.Equal(new Shape(5, 0, 8), output.Shape);
        Assert.Equal(new Shape(2, 0, 4), hidden.Shape);
        output.Sum().Backward();
        Assert.All(layer.Parameters(), static parameter => Assert.All(parameter.Gradient!.ToArray<float>(), static value => Assert.Equal(0f, value)));
    }

    [Fact]
    public void A_checkpoint_has_the_gradients_of_the_whole_graph()
    {
        using TensorScope scope = Tensor.Scope();
        GRU layer = new(3, 8, 2, dropout: 0.5, bidirectional: true, device: Device.Cpu, generator: new Generator(1));
        Tensor x = Tensor.Normal([6, 2, 3], 0, 1, device: Device.Cpu, generator: new Generator(2));
        float[][] found = [.. new[] { false, true }.Select(checkpoint =>
        {
            // The same numbers are dropped: a generator of the same seed, at the same place.
            GRU own = new(3, 8, 2, dropout: 0.5, bidirectional: true, device: Device.Cpu, generator: new Generator(7));
            own.LoadState(layer.State());
            Tensor y = checkpoint ? Checkpoint.Run(own.Forward, x) : own.Forward(x);
            y.Square().Sum().Backward();
            return own.Parameters().SelectMany(static parameter => parameter.Gradient!.ToArray<float>()).ToArray();
        })];
        Assert.Equal(found[0], found[1]);
    }

    [Fact]
    public void Errors_name_the_shapes_and_the_remedy()
    {
        using TensorScope scope = Tensor.Scope();
        LSTM layer = new(3, 4, 2, batchFirst: true, bidirectional: true, device: Device.Cpu);
        Tensor x = Tensor.Zeros([2, 5, 3], device: Device.Cpu);
        Tensor state = Tensor.Zeros([4, 2, 4], device: Device.Cpu);
        Fails(() => layer.Forward(x[.., .., ..2]), "LSTM(3, 4)", "[2, 5, 2]", "[batch, steps, 3]");
        Fails(() => layer.Forward(x[.., ..0]), "[2, 0, 3]", "at least one step");
        Fails(() => layer.Forward(x.To(DType.Float64)), "LSTM", "Float64", "Float32", "To(DType)");
        Fails(() => layer.Forward(x, (state, state[..2])), "LSTM", "cell", "[2, 2, 4]", "[2, 5, 3]", "[4, 2, 4]");
        Fails(() => layer.Forward(x, (state[.., ..1], state)), "hidden", "[4, 1, 4]", "[4, 2, 4]");
        Fails(() => layer.Forward(x, null, [5]), "LSTM", "[5]", "[2, 5, 3]", "each of the 2", "1 to 5");
        Fails(() => layer.Forward(x, null, [5, 0]), "[5, 0]", "1 to 5");
        Fails(() => layer.Forward(x, null, [6, 1]), "[6, 1]", "1 to 5");
        Fails(() => new GRU(3, 4, dropout: 0.5), "GRU", "0.5", "1 layers", "Dropout");
        Fails(() => new LSTM(3, 4, projectionSize: 4), "LSTM", "projection to 4 of 4 units", "less than");
        Fails(() => new LSTM(3, 4, projectionSize: -1), "-1", "0 stands for none");
        LSTM projected = new(3, 4, batchFirst: true, projectionSize: 2, device: Device.Cpu);
        Tensor zeros = Tensor.Zeros([1, 2, 4], device: Device.Cpu);
        Fails(() => projected.Forward(x, (zeros, zeros)), "LSTM", "hidden", "[1, 2, 4]", "[1, 2, 2]", "projectionSize");
        Fails(() => new GRU(3, 0), "GRU", "units", "0");
        Fails(() => new RNN(3, 4, nonlinearity: (RecurrentNonlinearity)7), "RNN", "Tanh or ReLU", "7");
        Fails(() => new GRUCell(3, 4, device: Device.Cpu).Forward(x), "GRUCell(3, 4)", "[2, 5, 3]", "[batch, 3]");
        Fails(() => new GRUCell(3, 4, device: Device.Cpu).Forward(x[0], state[0]), "GRUCell", "[2, 4]", "[5, 3]", "[5, 4]");
    }

    // Products of other shapes add up in another order.
    private static void Same(Tensor expected, Tensor actual) => Assert.All(
        expected.Contiguous().ToArray<float>().Zip(actual.Contiguous().ToArray<float>()), static pair => Assert.Equal(pair.First, pair.Second, 2e-6));

    private static void Fails(Func<object?> action, params string[] words)
    {
        ArgumentException error = Assert.ThrowsAny<ArgumentException>(action);
        Assert.All(words, word => Assert.Contains(word, error.Message, StringComparison.Ordinal));
    }
}
