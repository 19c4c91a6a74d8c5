using DeepSharp.Optim;

namespace DeepSharp.Tests;

/// <summary>Two processes that each keep half of an optimizer's state, played by two optimizers of equal networks.</summary>
public class ShardTests
{
    private static readonly Shape[] s_shapes = [[5, 7], [7], [40], [3, 3]];

    [Theory]
    [InlineData("SGD, Nesterov")]
    [InlineData("Adam")]
    [InlineData("Adam, AMSGrad")]
    [InlineData("AdamW")]
    [InlineData("Lion")]
    [InlineData("RMSProp, centered, momentum")]
    [InlineData("Adagrad")]
    [InlineData("Adadelta")]
    [InlineData("Adamax")]
    [InlineData("NAdam")]
    [InlineData("RAdam")]
    [InlineData("Rprop")]
    [InlineData("DeltaBarDelta, momentum")]
    public void Halves_of_a_step_are_the_step(string rule)
    {
        (Parameter[] whole, Optimizer wholeRule) = Make(rule);
        (Parameter[] Parameters, Optimizer Rule)[] halves = [Make(rule), Make(rule)];
        Exchange exchange = new([.. halves.Select(static half => half.Rule)]);
        int steps = 0;
        for (int i = 0; i < 2; i++)
        {
            halves[i].Rule.ShardState(Exchange.Of(i));
            halves[i].Rule.Stepped += (_, _) => steps++;
        }

        for (int step = 0; step < 4; step++)
        {
            Gradients(whole, step);
            wholeRule.Step();
            foreach ((Parameter[] parameters, Optimizer half) in halves)
            {
                // Frozen parameters are left out of the halves as of the whole.
                Gradients(parameters, step);
                half.Step();
            }

            exchange.BringTogether();
            foreach ((Parameter[] parameters, _) in halves)
            {
                Assert.Equal(Values(whole), Values(parameters));
            }
        }

        Assert.Equal(8, steps);
        UpdateRun run = Assert.Single(wholeRule.Groups[0].Runs);
        Assert.Equal(128, run.Length);
        Assert.Equal(run.StateBytes, halves.Sum(static half => half.Rule.Groups[0].Runs[0].StateBytes));
        Assert.True(halves[0].Rule.Groups[0].Runs[0].StateBytes < run.StateBytes);
    }

    [Fact]
    public void A_shared_state_is_saved_and_loaded_as_a_whole()
    {
        (Parameter[] whole, Optimizer wholeRule) = Make("Adam");
        (Parameter[] half, Optimizer halfRule) = Make("Adam");
        for (int step = 0; step < 3; step++)
        {
            Gradients(whole, step);
            wholeRule.Step();
            Gradients(half, step);
            halfRule.Step();
        }

        // What the other process would send comes from the whole.
        Remembered other = new();
        halfRule.ShardState(other);
        other.Rest = new Queue<Tensor>([.. wholeRule.Groups[0].Runs.SelectMany(run => new[] { Flat("mean"), Flat("square") })]);
        IReadOnlyDictionary<string, Tensor> expected = wholeRule.State();
        IReadOnlyDictionary<string, Tensor> saved = halfRule.State();
        Assert.Equal(expected.Keys.Order(), saved.Keys.Order());
        Assert.All(expected, pair => Assert.Equal(pair.Value.To(DType.Float64).ToArray<double>(), saved[pair.Key].To(DType.Float64).ToArray<double>()));

        Tensor Flat(string name)
        {
            Tensor flat = Tensor.Zeros(128, device: Device.Cpu);
            UpdateRun run = wholeRule.Groups[0].Runs[0];
            for (int i = 0; i < whole.Length; i++)
            {
                flat.Narrow(0, run.OffsetOf(whole[i]), whole[i].Count).CopyFrom(wholeRule.State()[$"state.{i}.{name}"].Flatten());
            }

            return flat;
        }
    }

    [Theory]
    [InlineData("LARS")]
    [InlineData("LAMB")]
    [InlineData("Adafactor")]
    [InlineData("Muon")]
    [InlineData("LBFGS")]
    [InlineData("Lookahead")]
    [InlineData("ASGD")]
    public void Rules_of_whole_parameters_refuse(string rule)
    {
        Parameter[] parameters = [new(Tensor.Ones([4, 4], device: Device.Cpu))];
        Optimizer optimizer = Rule.All[rule].Make(parameters, 0.1);
        Assert.Contains("whole parameters", Assert.Throws<InvalidOperationException>(() => optimizer.ShardState(new Remembered())).Message);
    }

    [Fact]
    public void A_state_is_shared_once_in_parts_of_whole_registers()
    {
        (_, Optimizer optimizer) = Make("Adam");
        optimizer.ShardState(new Remembered());
        Assert.Contains("already", Assert.Throws<InvalidOperationException>(() => optimizer.ShardState(new Remembered())).Message);
        (_, Optimizer other) = Make("Adam");
        Assert.Contains("multiples of 16", Assert.Throws<ArgumentException>(() => other.ShardState(new Remembered { Start = 8 })).Message);
    }

    private static (Parameter[] Parameters, Optimizer Rule) Make(string rule)
    {
        Parameter[] parameters = [.. s_shapes.Select(static (shape, i) => new Parameter(Tensor.Normal(shape, device: Device.Cpu, generator: new Generator((ulong)i))))];
        return (parameters, Rule.All[rule].Make(parameters, 0.01));
    }

    private static void Gradients(Parameter[] parameters, int step)
    {
        // The third one rests in the second step.
        parameters[2].IsTrainable = step != 1;
        for (int i = 0; i < parameters.Length; i++)
        {
            if (parameters[i].IsTrainable)
            {
                parameters[i].ZeroGradient();
                (parameters[i] * Tensor.Normal(parameters[i].Shape, device: Device.Cpu, generator: new Generator((ulong)((10 * step) + i)))).Sum().Backward();
            }
        }
    }

    private static float[] Values(Parameter[] parameters) => [.. parameters.SelectMany(static p => p.ToArray<float>())];

    // Parts as two processes would have them, brought together in memory.
    private sealed class Exchange(Optimizer[] rules)
    {
        internal static IStateShards Of(int index) => new Shard(index);

        internal void BringTogether()
        {
            UpdateRun[] runs = [.. rules.Select(static rule => rule.Groups[0].Runs[0])];
            for (int i = 0; i < 2; i++)
            {
                (int start, int length) = new Shard(i).PartOf(runs[i].Length);
                runs[1 - i].ValuesAt(start, length).CopyFrom(runs[i].ValuesAt(start, length));
            }
        }

        private sealed record Shard(int Index) : IStateShards
        {
            public (int Start, int Length) PartOf(int length) => Index == 0 ? (0, 48) : (48, length - 48);

            public void Gather(Tensor part, Tensor whole) => throw new NotSupportedException();
        }
    }

    private sealed class Remembered : IStateShards
    {
        internal int Start { get; init; } = 48;

        internal Queue<Tensor> Rest { get; set; } = [];

        public (int Start, int Length) PartOf(int length) => (Start, 32);

        public void Gather(Tensor part, Tensor whole)
        {
            whole.CopyFrom(Rest.Dequeue());
            Assert.Equal(whole.Narrow(0, Start, 32).ToArray<float>(), part.ToArray<float>());
            whole.Narrow(0, Start, 32).CopyFrom(part);
        }
    }
}
