using DeepSharp.Optim;

namespace DeepSharp.Tests;

/// <summary>Weight decay beside the rule and inside the gradient, for the rules that see to it themselves.</summary>
public class WeightDecayTests
{
    private const double Rate = 0.1;
    private const double Decay = 0.3;
    private static readonly double[] s_start = [0.5, 1, -2, 1.5, 3, -0.25];
    private static readonly double[] s_gradient = [3, -1, 0.5, 2, -4, 1];

    // Two rules of a kind: one that decays beside itself, and one without decay.
    public static TheoryData<string, Func<Parameter, Optimizer>, Func<Parameter, Optimizer>> Beside => new()
    {
        {
            "LARS", static p => new LARS([p], new LARSOptions { LearningRate = Rate, WeightDecay = Decay, DecoupledWeightDecay = true }),
            static p => new LARS([p], Rate)
        },
        {
            "LAMB", static p => new LAMB([p], new LAMBOptions { LearningRate = Rate, WeightDecay = Decay, DecoupledWeightDecay = true }),
            static p => new LAMB([p], Rate, weightDecay: 0)
        },
        {
            "Muon", static p => new Muon([p], new MuonOptions { LearningRate = Rate, WeightDecay = Decay }),
            static p => new Muon([p], Rate)
        },
        {
            "Adafactor", static p => new Adafactor([p], new AdafactorOptions { LearningRate = Rate, WeightDecay = Decay, ScalesByParameter = false }),
            static p => new Adafactor([p], Rate, scalesByParameter: false)
        },
    };

    // Rules whose decay is decoupled by default, made to add it to the gradient, and without decay.
    public static TheoryData<string, Func<Parameter, Optimizer>, Func<Parameter, Optimizer>> Inside => new()
    {
        {
            "NesterovAccelerated", static p => new NesterovAccelerated([p], Rate, weightDecay: Decay),
            static p => new NesterovAccelerated([p], Rate)
        },
        {
            "AdamW", static p => new AdamW([p], new AdamWOptions { LearningRate = Rate, WeightDecay = Decay, DecoupledWeightDecay = false }),
            static p => new AdamW([p], Rate, weightDecay: 0)
        },
        {
            "Muon", static p => new Muon([p], new MuonOptions { LearningRate = Rate, WeightDecay = Decay, DecoupledWeightDecay = false }),
            static p => new Muon([p], Rate)
        },
        {
            "Adafactor",
            static p => new Adafactor([p], new AdafactorOptions { LearningRate = Rate, WeightDecay = Decay, DecoupledWeightDecay = false }),
            static p => new Adafactor([p], Rate)
        },
    };

    [Theory]
    [MemberData(nameof(Beside))]
    public void Decoupled_decay_shrinks_the_weights_before_the_step(string name, Func<Parameter, Optimizer> make, Func<Parameter, Optimizer> plain)
    {
        Assert.NotEmpty(name);
        Close(Step(plain, [.. s_start.Select(static w => w * (1 - (Rate * Decay)))], s_gradient), Step(make, s_start, s_gradient));
    }

    [Theory]
    [MemberData(nameof(Inside))]
    public void Coupled_decay_is_added_to_the_gradient(string name, Func<Parameter, Optimizer> make, Func<Parameter, Optimizer> plain)
    {
        Assert.NotEmpty(name);
        Close(Step(plain, s_start, [.. s_gradient.Zip(s_start, static (g, w) => g + (Decay * w))]), Step(make, s_start, s_gradient));
    }

    [Fact]
    public void Nesterov_s_look_ahead_does_not_see_decoupled_decay()
    {
        Parameter w = Surface.Parameter([2]);
        NesterovAccelerated optimizer = new(
            [w], new NesterovAcceleratedOptions { LearningRate = Rate, Momentum = 0.5, WeightDecay = Decay, DecoupledWeightDecay = true });
        for (int step = 0; step < 2; step++)
        {
            using TensorScope scope = Tensor.Scope();
            optimizer.Step(() => (3 * w).Sum());
        }

        // v is -0.3, then 0.5 · -0.3 - 0.3: no part of w in it.
        Assert.Equal((0.97 * ((0.97 * 2) - 0.3)) - 0.45, w.Item(), 1e-12);
    }

    [Fact]
    public void Schedule_free_decay_cannot_stand_beside_its_means()
    {
        ArgumentException error = Assert.Throws<ArgumentException>(
            static () => new ScheduleFreeAdamW([Surface.Parameter([1])], new ScheduleFreeAdamWOptions { DecoupledWeightDecay = true }));
        Assert.Contains("DecoupledWeightDecay", error.Message, StringComparison.Ordinal);
    }

    private static double[] Step(Func<Parameter, Optimizer> make, double[] start, double[] gradient)
    {
        Parameter w = new(Tensor.From(start, new Shape(2, 3), Device.Cpu));
        Optimizer optimizer = make(w);
        using TensorScope scope = Tensor.Scope();
        Tensor weights = Tensor.From(gradient, new Shape(2, 3), Device.Cpu);
        optimizer.Step(() => (w * weights).Sum());
        return w.Values();
    }

    private static void Close(double[] expected, double[] found) =>
        Assert.All(expected.Zip(found), static pair => Assert.Equal(pair.First, pair.Second, 1e-12));
}
