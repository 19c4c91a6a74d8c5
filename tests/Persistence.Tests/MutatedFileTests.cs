using DeepSharp.Persistence;
using DeepSharp.Testing;

namespace DeepSharp.Tests;

/// <summary>Thousands of damaged files: each loads, or is the documented error, and takes memory in proportion to its size.</summary>
public class MutatedFileTests
{
    private static readonly string[] s_json = ["\"F32\"", "\"U64\"", "\"F8_E4M3\"", "\"shape\"", "\"data_offsets\"", "\"__metadata__\"", "[0,0]", "[1,1,1,1,1,1,1,1,1]"];

    private static readonly string[] s_header = ["'<f4'", "'>i2'", "'|O'", "True", "False", "(1,)", "(0, 99999999999)", "'shape'", "[('a', '<f4')]"];

    [Fact]
    public void Mutated_safetensors_files() =>
        Files("a.safetensors", ["canonical.safetensors", "unordered.safetensors", "types.safetensors", "pytorch.safetensors"], s_json)
            .Read(1500, static path => Free(SafeTensors.Load(path, Device.Cpu, convert: true)));

    [Fact]
    public void Mutated_indices_of_safetensors_files()
    {
        using TemporaryFolder folder = new();
        File.WriteAllText(
            folder["index"], """{"metadata":{"total_size":40},"weight_map":{"a.weight":"a.safetensors","a.bias":"a.safetensors","b":"b/c.safetensors"}}""");
        new MutatedFiles("model.safetensors.index.json", [folder["index"]], "\"weight_map\"", "../", "/", "\\\\", ".safetensors")
        {
            Refusals = [typeof(FileNotFoundException)],
        }.Read(500, static path => Free(SafeTensors.Load(path, Device.Cpu)));
    }

    [Fact]
    public void Mutated_npy_files() => Files("a.npy", ["f4.npy", "fortran.npy", "version2.npy", "big_endian.npy", "unsupported.npy", "half.npy"], s_header)
        .Read(1200, static path => Npy.Load(path, Device.Cpu, convert: true).Dispose());

    [Fact]
    public void Mutated_npz_files() => Files("a.npz", ["stored.npz", "compressed.npz", "types.npz", "mixed.npz", "methods.npz"], s_header)
        .Read(1500, static path => Free(Npz.Load(path, Device.Cpu, convert: true)));

    private static MutatedFiles Files(string name, string[] originals, string[] words) =>
        new(name, originals.Select(Example.File), words) { Live = static () => Device.Cpu.Statistics.LiveBytes };

    private static void Free(TensorDictionary tensors)
    {
        foreach (Tensor tensor in tensors.Values)
        {
            tensor.Dispose();
        }
    }
}
