using System.CommandLine;
using System.IO.Enumeration;
using DeepSharp.Persistence;

namespace DeepSharp.Tool;

/// <summary><c>deepsharp convert IN OUT</c></summary>
internal static class ConvertCommand
{
    private static readonly Dictionary<string, DType> s_types = new()
    {
        ["float64"] = DType.Float64,
        ["float32"] = DType.Float32,
        ["float16"] = DType.Float16,
        ["bfloat16"] = DType.BFloat16,
    };

    internal static Command Make()
    {
        Argument<string> source = FileArgument.Make("IN");
        Argument<string> target = new("OUT") { Description = "The file to write, whole or not at all: .safetensors, .npz or .npy." };
        Option<string?> type = new("--dtype") { Description = "Turn floating-point numbers into this type." };
        type.AcceptOnlyFromAmong([.. s_types.Keys]);
        Option<string?> only = new("--only") { Description = "Take the tensors whose names match, with * and ?, such as 'encoder.*'." };
        Option<bool> force = new("--force") { Description = "Replace OUT if it is there." };
        Command command = new("convert", "Write the tensors of a file to another one, of another kind or type.") { source, target, type, only, force };
        command.SetAction(parsed => Convert(
            parsed.GetRequiredValue(source), parsed.GetRequiredValue(target), parsed.GetValue(type), parsed.GetValue(only), parsed.GetValue(force)));
        return command;
    }

    private static void Convert(string source, string target, string? type, string? only, bool force)
    {
        string ending = Path.GetExtension(target).ToLowerInvariant();
        if (ending is not (".safetensors" or ".npz" or ".npy"))
        {
            throw new ArgumentException($"{target}: files that end in '{ending}' cannot be written; .safetensors, .npz and .npy can.");
        }

        if (File.Exists(target) && !force)
        {
            throw new IOException($"{target} is there already. Give --force to replace it.");
        }

        using TensorFile file = TensorFile.Open(source);
        FileEntry[] taken = [.. file.Entries.Where(entry => only is null || FileSystemName.MatchesSimpleExpression(only, entry.Name, ignoreCase: false))];
        if (taken.Length == 0 || (ending == ".npy" && taken.Length > 1))
        {
            throw new ArgumentException(taken.Length == 0
                ? $"{source}: no tensor {(only is null ? "is in it" : $"matches '{only}'")}."
                : $"{target}: an .npy file holds one tensor, and {taken.Length} were taken. Name one with --only, or write an .npz.");
        }

        using TensorScope scope = Tensor.Scope();
        Dictionary<string, Tensor> tensors = [];
        foreach (FileEntry entry in taken)
        {
            Tensor tensor = file.Load(entry.Name);
            bool isReal = tensor.DType is DType.Float64 or DType.Float32 or DType.Float16 or DType.BFloat16;
            tensors.Add(entry.Name, type is not null && isReal ? tensor.To(s_types[type]) : tensor);
        }

        switch (ending)
        {
            case ".safetensors":
                // A checkpoint's description is of the whole training, which this is not.
                SafeTensors.Save(target, tensors, file.Metadata.Where(static pair => !pair.Key.StartsWith("deepsharp.", StringComparison.Ordinal)).ToDictionary());
                break;
            case ".npz":
                Npz.Save(target, tensors);
                break;
            default:
                Npy.Save(target, tensors.Values.Single());
                break;
        }

        Console.WriteLine(Output.Text($"{target}: {tensors.Count} tensors, {Output.Bytes(new FileInfo(target).Length)}"));
    }
}
