using DeepSharp.Optim;

namespace DeepSharp.Tests;

/// <summary>What optimizers print.</summary>
public class TextTests
{
    private static Parameter Vector => new(Tensor.Ones(3, device: Device.Cpu));

    [Fact]
    public void An_optimizer_prints_its_rule_and_hyper_parameters()
    {
        SGD optimizer = new([Vector], 0.25, momentum: 0.9);
        string values = "LearningRate = 0.25, WeightDecay = 0, Momentum = 0.9, Dampening = 0, Nesterov = False, Form = Direction, BiasCorrection = False";
        Assert.Equal($"SGD {{ {values} }}", optimizer.ToString());
        Assert.Equal($"SGDOptions {{ {values} }}", optimizer.Options.ToString());
        optimizer.AddGroup([Vector, Vector], static o => o with { LearningRate = 1e-6, WeightDecay = 0.5, Maximize = true });
        string[] lines = optimizer.ToString().Split('\n');
        Assert.Equal("SGD, 2 groups", lines[0]);
        Assert.Equal($"  0: 1 parameters {{ {values} }}", lines[1]);
        Assert.StartsWith("  1: 2 parameters { LearningRate = 1E-06, WeightDecay = 0.5, Maximize, Momentum = 0.9", lines[2], StringComparison.Ordinal);
        Assert.Equal(3, lines.Length);
    }

    [Fact]
    public void What_stands_around_or_beside_an_optimizer_is_told_too()
    {
        Assert.StartsWith(
            "Lookahead { Steps = 5, Alpha = 0.5 } of AdamW { LearningRate = 0.001, WeightDecay = 0.01 (decoupled), Beta1 = 0.9",
            new Lookahead(new AdamW([Vector])).ToString(), StringComparison.Ordinal);
        Assert.Equal("GradientClipping { Kind = GlobalNorm, Limit = 1.5, Norm = 2 }", GradientClipping.ByGlobalNorm(1.5).ToString());
        Assert.Equal("CosineAnnealing", new CosineAnnealing(10).ToString());
    }

    [Fact]
    public void Options_of_a_user_s_own_rule_print_theirs() => Assert.Equal(
        "OwnOptions { LearningRate = 0.5, WeightDecay = 0, Share = 0.125 }", new OwnOptions { LearningRate = 0.5, Share = 0.125 }.ToString());

    [Fact]
    public void Messages_write_numbers_alike_everywhere()
    {
        string message = Assert.Throws<ArgumentOutOfRangeException>(() => new SGD([Vector], -1.5)).Message;
        Assert.Contains("SGD: learningRate must be finite and not negative, not -1.5.", message, StringComparison.Ordinal);
        Assert.DoesNotContain("1,5", message, StringComparison.Ordinal);
        Assert.Contains("-0.25", Assert.Throws<ArgumentOutOfRangeException>(() => new SGD([Vector]).LearningRate = -0.25).Message, StringComparison.Ordinal);
    }

    private sealed record OwnOptions : OptimizerOptions
    {
        public double Share { get; init; }
    }
}
