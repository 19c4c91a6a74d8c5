using DeepSharp.Layers;

namespace DeepSharp.Examples.Mnist;

/// <summary>The networks that can be chosen by name.</summary>
internal static class Network
{
    internal static Sequential Make(string name, Generator random) => name switch
    {
        "softmax" => [new Flatten(), new Dense(784, 10, generator: random)],

        // As LeNet (LeCun et al. 1998), with 3 x 3 kernels, batch norm and ReLU.
        "cnn" =>
        [
            new Reshape(1, 28, 28),
            new Conv2D(1, 16, 3, padding: 1, generator: random), new BatchNorm(16), new ReLU(), new MaxPool2D(2),
            new Conv2D(16, 32, 3, padding: 1, generator: random), new BatchNorm(32), new ReLU(), new MaxPool2D(2),
            new Flatten(),
            new Dense(1568, 128, generator: random), new BatchNorm(128), new ReLU(), new Dropout(0.25, random),
            new Dense(128, 10, generator: random),
        ],

        // As He et al. 2015 in small: a stem, then a block at each of two sizes, and the mean of each channel.
        "resnet" =>
        [
            new Reshape(1, 28, 28),
            new Conv2D(1, 16, 3, padding: 1, bias: false, generator: random), new BatchNorm(16), new ReLU(), new MaxPool2D(2),
            BasicBlock(16, 32, 1, random), new ReLU(),
            BasicBlock(32, 64, 2, random), new ReLU(),
            new AdaptiveAveragePool2D(1), new Flatten(),
            new Dense(64, 10, generator: random),
        ],
        _ =>
        [
            new Flatten(),
            new Dense(784, 256, generator: random), new BatchNorm(256), new ReLU(),
            new Dense(256, 128, generator: random), new BatchNorm(128), new ReLU(),
            new Dense(128, 10, generator: random),
        ],
    };

    // Two convolutions with a way around them; the activation comes behind the sum.
    private static Residual BasicBlock(int inputs, int outputs, int stride, Generator random) => new(
        [
            new Conv2D(inputs, outputs, 3, stride, padding: 1, bias: false, generator: random), new BatchNorm(outputs), new ReLU(),
            new Conv2D(outputs, outputs, 3, padding: 1, bias: false, generator: random), new BatchNorm(outputs),
        ],
        shortcut: new Sequential(new Conv2D(inputs, outputs, 1, stride, bias: false, generator: random), new BatchNorm(outputs)));
}
