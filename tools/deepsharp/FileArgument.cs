using System.CommandLine;

namespace DeepSharp.Tool;

/// <summary>The argument that names a file to read.</summary>
internal static class FileArgument
{
    internal static Argument<string> Make(string name = "FILE", string description = "The file: .safetensors, a checkpoint, .safetensors.index.json, .npz, .npy, .pt, .pth, .ckpt, .bin or .onnx.") =>
        new(name) { Description = description };
}
