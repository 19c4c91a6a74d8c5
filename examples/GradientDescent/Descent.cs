using DeepSharp.Data;
using DeepSharp.Layers;
using DeepSharp.Optim;

namespace DeepSharp.Examples.GradientDescent;

/// <summary>Linear regression by gradient descent, with everything remembered that can be drawn.</summary>
internal sealed class Descent
{
    private Descent(string name, int stepsPerEpoch)
    {
        Name = name;
        StepsPerEpoch = stepsPerEpoch;
    }

    internal string Name { get; }

    internal int StepsPerEpoch { get; }

    /// <summary>The slope before each step and after the last.</summary>
    internal List<double> Slopes { get; } = [];

    /// <summary>The intercept, likewise.</summary>
    internal List<double> Intercepts { get; } = [];

    /// <summary>Trains y = slope x + intercept. Only the size of a batch makes it batch, mini-batch or stochastic descent.</summary>
    internal static Descent Run(string name, Line line, int batchSize, int epochs, double learningRate, ulong seed)
    {
        Dataset data = new(
            Tensor.From(line.X.Select(static x => (float)x).ToArray(), [line.X.Length, 1]),
            Tensor.From(line.Y.Select(static y => (float)y).ToArray(), [line.Y.Length, 1]));
        Dense model = new(1, 1);
        model.Parameters().First().Fill(Line.StartSlope);
        model.Parameters().Last().Fill(Line.StartIntercept);
        MeanSquaredErrorLoss loss = new();
        SGD optimizer = new(model.Parameters(), learningRate);

        Descent descent = new(name, (line.X.Length + batchSize - 1) / batchSize);
        descent.Remember(model);
        for (int epoch = 1; epoch <= epochs; epoch++)
        {
            foreach ((Tensor x, Tensor y) in data.Batches(batchSize, seed: seed))
            {
                optimizer.ZeroGradients();
                loss.Compute(model.Forward(x), y).Backward();
                optimizer.Step();
                descent.Remember(model);
            }
        }

        return descent;
    }

    private void Remember(Dense model)
    {
        Slopes.Add(model.Parameters().First().ToArray<float>()[0]);
        Intercepts.Add(model.Parameters().Last().ToArray<float>()[0]);
    }
}
