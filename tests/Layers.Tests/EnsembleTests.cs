using DeepSharp.Layers;
using DeepSharp.Optim;

namespace DeepSharp.Tests;

/// <summary>Averages of several networks, worked out in double from the weights.</summary>
public class EnsembleTests
{
    private static readonly float[] s_input = [0.5f, -1, 2, 0.25f];

    // Two members, [2 classes or outputs, 2 inputs] and a bias; row-major.
    private static readonly (float[] Weight, float[] Bias)[] s_members =
        [([1, -2, 0.5f, 3], [0.1f, -0.2f]), ([-1, 0.5f, 2, 1], [0, 1]), ([0.25f, 4, -3, 0.5f], [1, 0])];

    public static TheoryData<string> Devices => ["cpu", "emulated"];

    [Theory]
    [MemberData(nameof(Devices))]
    public void The_mean_of_the_outputs(string device)
    {
        double[] expected = new double[4];
        foreach (double[] output in s_members.Select(Outputs))
        {
            expected = [.. expected.Zip(output, static (sum, value) => sum + (value / 3))];
        }

        using TensorScope scope = Tensor.Scope();
        Near(expected, new Ensemble(Members(On(device))).Forward(Input(On(device))));
    }

    [Theory]
    [MemberData(nameof(Devices))]
    public void The_logarithm_of_the_mean_of_the_class_probabilities(string device)
    {
        double[] mean = new double[4];
        foreach (double[] z in s_members.Select(Outputs))
        {
            mean = [.. mean.Select((sum, i) => sum + (Math.Exp(z[i]) / (Math.Exp(z[i & 2]) + Math.Exp(z[i | 1])) / 3))];
        }

        using TensorScope scope = Tensor.Scope();
        Ensemble ensemble = new(Members(On(device)), EnsembleAverage.Probabilities);
        Tensor output = ensemble.Forward(Input(On(device)));
        Near([.. mean.Select(static p => Math.Log(p))], output);

        // Logits again: their cross-entropy is that of the mean probabilities.
        double loss = new CrossEntropyLoss().Compute(output, Tensor.From([1, 0], On(device))).Item();
        Assert.Equal(-(Math.Log(mean[1]) + Math.Log(mean[2])) / 2, loss, 1e-6);
    }

    [Fact]
    public void Probabilities_far_below_the_least_float_keep_their_logarithms()
    {
        using TensorScope scope = Tensor.Scope();
        Dense sure = Member((Weight: [400, 0, 0, 0], Bias: [0, 0]), Device.Cpu);
        Tensor output = new Ensemble([sure, sure], EnsembleAverage.Probabilities).Forward(Tensor.From([1f, 0], [1, 2], Device.Cpu));
        Assert.Equal([0, -400], output.ToArray<float>());
    }

    [Fact]
    public void Gradients_reach_all_members()
    {
        foreach (EnsembleAverage average in Enum.GetValues<EnsembleAverage>())
        {
            Dense first = new(3, 4, dtype: DType.Float64, device: Device.Cpu);
            Dense second = new(3, 4, dtype: DType.Float64, device: Device.Cpu);
            Ensemble ensemble = new([first, second], average);
            Tensor x = Tensor.Normal([5, 3], dtype: DType.Float64, device: Device.Cpu);
            GradCheck.Run(xs => ensemble.Forward(xs[0]).Square(), [x]);
            ensemble.Forward(x).Square().Sum().Backward();
            Assert.All(ensemble.Parameters(), static p => Assert.True(p.Gradient!.Square().Sum().Item() > 0));
        }
    }

    [Fact]
    public void Members_are_named_by_their_numbers_and_saved_with_the_ensemble()
    {
        Ensemble trained = new(Members(Device.Cpu));
        Assert.Equal(["0.weight", "0.bias", "1.weight", "1.bias", "2.weight", "2.bias"], trained.State().Keys);
        Ensemble loaded = new([new Dense(2, 2, device: Device.Cpu), new Dense(2, 2, device: Device.Cpu), new Dense(2, 2, device: Device.Cpu)]);
        loaded.LoadState(trained.State());
        Assert.Equal(trained.Forward(Input(Device.Cpu)).ToArray<float>(), loaded.Forward(Input(Device.Cpu)).ToArray<float>());
        Assert.Equal(s_members[1].Weight, ((Dense)loaded.Members[1]).Weight.ToArray<float>());
    }

    [Fact]
    public void One_optimizer_trains_members_together_and_evaluation_mode_reaches_them()
    {
        Ensemble ensemble = new([new Sequential(new Dense(2, 2, device: Device.Cpu), new Dropout(0.5)), new Dense(2, 2, device: Device.Cpu)]);
        _ = new Adam(ensemble.Parameters());
        ensemble.Eval();
        Assert.False(((Sequential)ensemble.Members[0])[1].IsTraining);
        Assert.Contains("Ensemble(Outputs)", ensemble.Summary([1, 2]), StringComparison.Ordinal);
    }

    [Fact]
    public void What_cannot_be_averaged_is_refused()
    {
        Assert.Contains("at least one", Assert.Throws<ArgumentException>(() => new Ensemble([])).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentNullException>(() => new Ensemble([null!]));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Ensemble([new ReLU()], (EnsembleAverage)7));
        Ensemble mixed = new([new Dense(2, 3, device: Device.Cpu), new Dense(2, 4, device: Device.Cpu)]);
        string message = Assert.Throws<ArgumentException>(() => mixed.Forward(Input(Device.Cpu))).Message;
        Assert.All((string[])["Ensemble", "member 1", "[2, 3]", "[2, 4]"], part => Assert.Contains(part, message, StringComparison.Ordinal));
        Ensemble scalars = new([new ReLU()], EnsembleAverage.Probabilities);
        message = Assert.Throws<ArgumentException>(() => scalars.Forward(Tensor.Scalar(1, device: Device.Cpu))).Message;
        Assert.Contains("[N, C]", message, StringComparison.Ordinal);
    }

    private static Device On(string name) => name == "cpu" ? Device.Cpu : TestDevice.Gpu;

    private static Tensor Input(Device device) => Tensor.From(s_input, [2, 2], device);

    private static Dense[] Members(Device device) => [.. s_members.Select(member => Member(member, device))];

    private static Dense Member((float[] Weight, float[] Bias) values, Device device)
    {
        Dense dense = new(2, 2, device: device);
        dense.Weight.CopyFrom<float>(values.Weight);
        dense.Bias!.CopyFrom<float>(values.Bias);
        return dense;
    }

    private static double[] Outputs((float[] Weight, float[] Bias) member) => [.. Enumerable.Range(0, 4).Select(i =>
        ((double)s_input[i & 2] * member.Weight[2 * (i & 1)]) + ((double)s_input[i | 1] * member.Weight[(2 * (i & 1)) + 1])
        + member.Bias[i & 1])];

    private static void Near(double[] expected, Tensor actual)
    {
        Assert.Equal([2, 2], actual.Shape);
        float[] values = actual.ToArray<float>();
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.Equal(expected[i], values[i], 1e-5);
        }
    }
}
