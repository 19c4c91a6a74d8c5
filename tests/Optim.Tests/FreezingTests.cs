using System.Globalization;
using DeepSharp.Optim;

namespace DeepSharp.Tests;

/// <summary>Parameters that are frozen after the optimizer was made: as torch.optim skips parameters without gradient.</summary>
public class FreezingTests
{
    public static IEnumerable<object[]> Names => Rule.Names;

    [Theory]
    [MemberData(nameof(Names))]
    public void A_frozen_parameter_stays_and_the_others_go_on_as_if_it_were_not_there(string name)
    {
        foreach (Device device in (Device[])[Device.Cpu, TestDevice.Gpu])
        {
            Parameter[] all = [Make(0, device), Make(1, device), Make(2, device), Make(3, device)];
            Optimizer optimizer = Rule.All[name].Make(all, 0.01);
            optimizer.Groups[0].WeightDecay = optimizer is LBFGS or NewtonCG ? 0 : 0.1;
            Steps(optimizer, all, 3);
            foreach (int frozen in (int[])[0, 2])
            {
                all[frozen].IsTrainable = false;
            }

            if (optimizer is LBFGS or NewtonCG)
            {
                string message = Assert.Throws<InvalidOperationException>(() => Steps(optimizer, all, 1)).Message;
                Assert.Contains("[2, 3]", message, StringComparison.Ordinal);
                Assert.Contains("new optimizer", message, StringComparison.Ordinal);
                continue;
            }

            // The same two parameters with the same state in an optimizer that never had the others.
            Parameter[] two = [new(all[1]), new(all[3])];
            Optimizer other = Rule.All[name].Make(two, 0.01);
            other.Groups[0].WeightDecay = 0.1;
            CopyState(optimizer, other, [1, 3]);
            double[][] before = [.. all.Select(static p => p.Values())];
            Dictionary<string, double[]> state = Numbers(optimizer);
            Steps(optimizer, all, 3);
            Steps(other, two, 3);
            Assert.Equal(before[0], all[0].Values());
            Assert.Equal(before[2], all[2].Values());
            Assert.All(
                Numbers(optimizer).Where(static pair => Place(pair.Key) % 2 == 0),
                pair => Assert.Equal(state[pair.Key], pair.Value));
            Near(two[0].Values(), all[1].Values());
            Near(two[1].Values(), all[3].Values());

            all[0].IsTrainable = true;
            Steps(optimizer, all, 1);
            Assert.NotEqual(before[0], all[0].Values());
            Assert.Equal(before[2], all[2].Values());
        }
    }

    [Fact]
    public void A_mean_of_the_weights_goes_on()
    {
        Parameter w = new(Tensor.From([1.0, 1], new Shape(2), Device.Cpu));
        ExponentialWeightAverage average = new([w], 0.5);
        w.Fill(3);
        w.IsTrainable = false;
        average.Update();
        average.Update();
        average.CopyToParameters();
        Assert.Equal([2.5, 2.5], w.Values());
    }

    private static Parameter Make(int seed, Device device) =>
        new(Tensor.From([.. Enumerable.Range(0, 6).Select(i => Math.Sin((7 * seed) + i + 1))], new Shape(2, 3), device));

    private static void Steps(Optimizer optimizer, Parameter[] parameters, int count)
    {
        for (int step = 0; step < count; step++)
        {
            using TensorScope scope = Tensor.Scope();
            if (optimizer.NeedsLoss)
            {
                optimizer.Step(() => Loss(parameters));
                continue;
            }

            // The gradients of the loss by hand: the graph is not what is tested.
            foreach (Parameter parameter in parameters.Where(static p => p.IsTrainable))
            {
                parameter.SetGradient(static x => (4 * x * x * x) + (2 * x));
            }

            optimizer.Step();
        }
    }

    private static Tensor Loss(Parameter[] parameters) =>
        parameters.Select(static p => (p.Square() * p.Square()).Sum() + p.Square().Sum()).Aggregate(static (a, b) => a + b);

    private static Dictionary<string, double[]> Numbers(Optimizer optimizer) =>
        optimizer.State().ToDictionary(static pair => pair.Key, static pair => pair.Value.Values());

    private static int? Place(string key) =>
        key.Split('.') is [not "group", string place, ..] ? int.Parse(place, CultureInfo.InvariantCulture) : null;

    // State is named by the parameter's place; everything else is of the whole group.
    private static void CopyState(Optimizer from, Optimizer to, int[] kept)
    {
        Dictionary<string, Tensor> state = [];
        foreach ((string key, Tensor value) in from.State())
        {
            string[] words = key.Split('.');
            if (Place(key) is not { } place)
            {
                state.Add(key, value);
            }
            else if (Array.IndexOf(kept, place) is >= 0 and int at)
            {
                words[1] = $"{at}";
                state.Add(string.Join('.', words), value);
            }
        }

        to.LoadState(state);
    }

    private static void Near(double[] expected, double[] actual) =>
        Assert.All(expected, (x, i) => Assert.Equal(x, actual[i], 1e-12 * (1 + Math.Abs(x))));
}
