// Sequences of different lengths, read by an LSTM, a GRU or a plain recurrent layer, on a problem of which one can count what is right
// without a memory, with half of one, and without a sense of order.
using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using DeepSharp;
using DeepSharp.Examples;
using DeepSharp.Examples.SequenceClassification;
using DeepSharp.Layers;
using DeepSharp.Optim;

const int Batch = 64;
const int Tested = 4000;
const int Units = 32;

Option<string> cell = ChoiceOption.Make("--cell", "The recurrent layer.", "lstm", "lstm", "gru", "rnn");
Option<int> longest = NumberOption.Make("--length", "Steps of the longest sequence; the shortest has half as many.", 100, 4, 10_000);
Option<int> steps = NumberOption.Make("--steps", $"Training steps, each with {Batch} new sequences.", 3000, 1, 1_000_000);
Option<int> seed = NumberOption.Make("--seed", "The seed of initial values and sequences.", 1, 0, int.MaxValue - 1);
RootCommand root = new("Trains a recurrent network to tell in which order two letters came, among others that mean nothing.")
{
    cell, longest, steps, seed,
};
root.SetAction(parsed => PictureOption.Try(() => Train(
    parsed.GetValue(cell)!, parsed.GetValue(longest), parsed.GetValue(steps), parsed.GetValue(seed))));
return root.Run(args);

static void Train(string cell, int longest, int steps, int seed)
{
    Classifier model = new(cell, TemporalOrder.Symbols, Units, TemporalOrder.Classes, new Generator((ulong)seed));
    Adam optimizer = new(model.Parameters(), learningRate: 5e-3)
    {
        Schedule = new CosineAnnealing(steps),
        Clipping = GradientClipping.ByGlobalNorm(1),
    };
    CrossEntropyLoss loss = new();
    Print($"{longest / 2} to {longest} letters a to d, and X or Y at two places: which came first, and which second?");
    Print($"by guessing 25 %, by the second alone 50 %, by both without their order 75 %; {model.Parameters().Sum(static p => p.Count):N0} parameters");

    // No sequence is seen twice, so there is nothing to learn by heart.
    TemporalOrder data = new(longest, seed);
    long began = Stopwatch.GetTimestamp();
    double sum = 0;
    int report = Math.Max(1, steps / 10);
    for (int step = 1; step <= steps; step++)
    {
        using TensorScope scope = Tensor.Scope();
        TemporalOrder.Sample sample = data.Draw(Batch);
        optimizer.ZeroGradients();
        Tensor value = loss.Compute(model.Forward(sample.Symbols, sample.Lengths), sample.Classes);
        value.Backward();
        optimizer.Step();
        sum += value.Item();
        if (step % report == 0)
        {
            Print($"step {step,5}  loss {sum / report:F4}  {step * Batch / Stopwatch.GetElapsedTime(began).TotalSeconds:N0} sequences/s");
            sum = 0;
        }
    }

    Test(model, new TemporalOrder(longest, seed + 1).Draw(Tested), longest);
}

static void Test(Classifier model, TemporalOrder.Sample sample, int longest)
{
    using NoGrad noGrad = new();
    model.Eval();
    bool[] right = model.Forward(sample.Symbols, sample.Lengths).ArgMax(1).Equal(sample.Classes).ToArray<bool>();
    for (int part = 0; part < 4; part++)
    {
        int from = (longest * part / 4) + 1;
        int to = longest * (part + 1) / 4;
        bool[] some = [.. right.Where((_, i) => sample.Lags[i] >= from && sample.Lags[i] <= to)];
        if (some.Length > 0)
        {
            Print($"first letter {from} to {to} steps before the end: {some.Count(static hit => hit) / (double)some.Length:P2} of {some.Length:N0} right");
        }
    }

    Print($"test_accuracy={right.Count(static hit => hit) / (double)right.Length:F4} without_order=0.7500");
}

static void Print(FormattableString line) => Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));
