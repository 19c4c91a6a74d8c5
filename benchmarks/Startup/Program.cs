using System.Diagnostics;
using System.Globalization;
using DeepSharp;
using DeepSharp.Layers;
using DeepSharp.Optim;

// Makes the first training step of the network of examples/Mnist, and prints the time of day when it was done; run.sh knows when the
// program was started.
Device.Default = Device.Cpu;
Tensor x = Tensor.Uniform([128, 784], 0, 1);
Tensor y = Tensor.Zeros([128], DType.Int64);
Sequential model =
[
    new Dense(784, 256), new BatchNorm(256), new ReLU(),
    new Dense(256, 128), new BatchNorm(128), new ReLU(),
    new Dense(128, 10),
];
CrossEntropyLoss loss = new();
Adam optimizer = new(model.Parameters());
Tensor value = loss.Compute(model.Forward(x), y);
value.Backward();
optimizer.Step();
if (!double.IsFinite(value.Item()))
{
    throw new UnreachableException();
}

Console.WriteLine((DateTime.UtcNow - DateTime.UnixEpoch).TotalMilliseconds.ToString("F1", CultureInfo.InvariantCulture));
