// An autoencoder: digits through a narrow layer of 32 numbers and back, against what 32 principal components keep.
using DeepSharp;
using DeepSharp.Data;
using DeepSharp.Layers;
using DeepSharp.Optim;
using DeepSharp.Training;

int epochs = args.Length > 0 && int.TryParse(args[0], out int wanted) && wanted > 0 ? wanted : 10;
Generator.Default = new Generator(seed: 1);
MnistData digits = MnistData.Load(Path.Combine(AppContext.BaseDirectory, "mnist"));
Sequential encoder = [new Flatten(), new Dense(784, 256), new ReLU(), new Dense(256, 32)];
Sequential decoder = [new Dense(32, 256), new ReLU(), new Dense(256, 784)];
Sequential model = [encoder, decoder];

// A pixel is a number in [0, 1]: the logits of 784 pixels, each for itself.
BinaryCrossEntropyWithLogitsLoss loss = new();
Adam optimizer = new(model.Parameters(), learningRate: 1e-3);
for (int epoch = 1; epoch <= epochs; epoch++)
{
    foreach ((Tensor x, _) in digits.Train.Batches(128, seed: 1))
    {
        Tensor pixels = x.Flatten(1);
        optimizer.ZeroGradients();
        loss.Compute(model.Forward(pixels), pixels).Backward();
        optimizer.Step();
    }

    Console.WriteLine($"epoch {epoch}: squared error of a test digit {Error(pixels => decoder.Predict(encoder.Predict(pixels)).Sigmoid()):F2}");
}

(Tensor mean, Tensor components) = PrincipalComponents(32);
Console.WriteLine($"with 32 principal components {Error(pixels => mean + (pixels - mean).MatMul(components).MatMul(components.Transpose(0, 1))):F2}");
Console.WriteLine($"with the mean digit {Error(pixels => mean.Expand(pixels.Shape)):F2}");
Tensor first = Pixels(digits.Test.Take(4));
Print(first);
Print(decoder.Predict(encoder.Predict(first)).Sigmoid());

double Error(Func<Tensor, Tensor> reconstruct)
{
    using TensorScope scope = Tensor.Scope();
    using NoGrad noGrad = new();
    Tensor pixels = Pixels(digits.Test);
    return (reconstruct(pixels) - pixels).Square().Sum(1).Mean().Item();
}

static Tensor Pixels(Dataset data)
{
    foreach ((Tensor x, _) in data.Batches(data.Count, shuffle: false))
    {
        return x.Flatten(1).Keep();
    }

    throw new InvalidOperationException("There are no digits.");
}

// The directions of the largest variance, by subspace iteration: multiply by the covariance, make orthogonal, again.
(Tensor Mean, Tensor Components) PrincipalComponents(int count)
{
    using NoGrad noGrad = new();
    Tensor pixels = Pixels(digits.Train);
    Tensor average = pixels.Mean(0, keepDims: true);
    Tensor centered = pixels - average;
    Tensor covariance = centered.Transpose(0, 1).MatMul(centered) / pixels.Shape[0];
    Tensor basis = Tensor.Normal([784, count]);
    for (int i = 0; i < 30; i++)
    {
        basis = Orthogonal(covariance.MatMul(basis));
    }

    return (average, basis);
}

// Gram-Schmidt, column by column.
static Tensor Orthogonal(Tensor columns)
{
    List<Tensor> done = [];
    for (int i = 0; i < columns.Shape[1]; i++)
    {
        Tensor column = columns[.., i];
        foreach (Tensor other in done)
        {
            column -= (column * other).Sum() * other;
        }

        done.Add(column / column.Norm());
    }

    return Tensor.Stack(done, 1);
}

static void Print(Tensor images)
{
    const string Shades = " .:-=+*#%@";
    float[] pixels = images.ToArray<float>();
    for (int row = 0; row < 28; row += 2)
    {
        for (int i = 0; i < pixels.Length; i++)
        {
            // Two rows share a line, since characters are twice as high as wide.
            int image = i / 784;
            int column = i % 784;
            if (column < 28)
            {
                float shade = (pixels[(image * 784) + (row * 28) + column] + pixels[(image * 784) + ((row + 1) * 28) + column]) / 2;
                Console.Write(Shades[(int)Math.Clamp(shade * 10, 0, 9)]);
            }
        }

        Console.WriteLine();
    }
}
