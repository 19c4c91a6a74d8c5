using System.IO.Compression;
using DeepSharp.Data;
using DeepSharp.Testing;

namespace DeepSharp.Tests;

public class MutatedFileTests
{
    [Fact]
    public void Mutated_IDX_files()
    {
        using TemporaryFolder folder = new();
        byte[] plain = [0, 0, 8, 3, 0, 0, 0, 4, 0, 0, 0, 5, 0, 0, 0, 5, .. Enumerable.Range(0, 100).Select(static i => (byte)i)];
        File.WriteAllBytes(folder["plain"], plain);
        using (GZipStream target = new(File.Create(folder["zipped"]), CompressionMode.Compress))
        {
            target.Write(plain);
        }

        new MutatedFiles("a.idx", [folder["plain"], folder["zipped"]]) { Live = static () => Device.Cpu.Statistics.LiveBytes }
            .Read(2000, static path => IdxFile.Read(path, Device.Cpu).Dispose());
    }

    [Fact]
    public void Mutated_files_that_are_mapped()
    {
        using TemporaryFolder folder = new();
        Persistence.Npy.Save(folder["a"], Tensor.Arange(60, DType.Int32, Device.Cpu).Reshape(10, 6));
        new MutatedFiles("a.npy", [folder["a"]], "'<f4'", "(1,)", "True") { Live = static () => Device.Cpu.Statistics.LiveBytes }.Read(500, static path =>
        {
            using RowSource rows = RowSource.FromNpy(path);
            byte[] row = new byte[Math.Min(1 << 16, rows.SampleShape.Size * rows.DType.Size)];
            if (rows.Count > 0 && row.Length == rows.SampleShape.Size * rows.DType.Size)
            {
                rows.Read(rows.Count - 1, row);
            }
        });
    }
}
