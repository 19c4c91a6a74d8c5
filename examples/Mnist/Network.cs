using DeepSharp.Layers;

namespace DeepSharp.Examples.Mnist;

/// <summary>The networks that can be chosen by name.</summary>
internal static class Network
{
    internal static Sequential Make(string name, Generator random) => name == "softmax"
        ? [new Flatten(), new Dense(784, 10, generator: random)]
        :
        [
            new Flatten(),
            new Dense(784, 256, generator: random), new BatchNorm(256), new ReLU(),
            new Dense(256, 128, generator: random), new BatchNorm(128), new ReLU(),
            new Dense(128, 10, generator: random),
        ];
}
