using DeepSharp.Layers;
using DeepSharp.Optim;
using DeepSharp.Testing;
using DeepSharp.Training;

namespace DeepSharp.Tests;

public class MutatedCheckpointTests
{
    [Fact]
    public void Mutated_checkpoints()
    {
        using TemporaryFolder folder = new();
        Sequential model = [new Dense(2, 3, device: Device.Cpu), new BatchNorm(3, device: Device.Cpu)];
        TrainingCheckpoint checkpoint = new(model, new Adam(model.Parameters()));
        checkpoint.Save(folder["a.safetensors"]);

        // A checksum finds nearly all.
        new MutatedFiles("b.safetensors", [folder["a.safetensors"]], "\"parts\"", "\"epoch\"", "\\\"generators\\\"", "\"xxh3\"")
        {
            LeastRefused = 0.9,
            Multiple = 200,
            Refusals = [typeof(ArgumentException)],
        }.Read(500, checkpoint.Load);
    }
}
