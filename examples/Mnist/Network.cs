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
        _ =>
        [
            new Flatten(),
            new Dense(784, 256, generator: random), new BatchNorm(256), new ReLU(),
            new Dense(256, 128, generator: random), new BatchNorm(128), new ReLU(),
            new Dense(128, 10, generator: random),
        ],
    };
}
