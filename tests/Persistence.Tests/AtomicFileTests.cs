using DeepSharp.Persistence;

namespace DeepSharp.Tests;

public class AtomicFileTests
{
    [Fact]
    public void A_new_file_replaces_the_old_one()
    {
        using TemporaryFolder folder = new();
        AtomicFile.Write(folder["a"], static stream => stream.Write([1, 2, 3]));
        AtomicFile.Write(folder["a"], static stream => stream.Write([4]));
        Assert.Equal([4], File.ReadAllBytes(folder["a"]));
        Assert.Equal(["a"], folder.Files);
    }

    [Fact]
    public void An_error_leaves_the_old_file_and_nothing_else()
    {
        using TemporaryFolder folder = new();
        File.WriteAllBytes(folder["a"], [1, 2, 3]);
        ArithmeticException thrown = new();
        Exception caught = Assert.Throws<ArithmeticException>(() => AtomicFile.Write(folder["a"], stream =>
        {
            stream.Write(new byte[100_000]);
            throw thrown;
        }));
        Assert.Same(thrown, caught);
        Assert.Equal([1, 2, 3], File.ReadAllBytes(folder["a"]));
        Assert.Equal(["a"], folder.Files);
    }

    [Fact]
    public void A_freed_tensor_leaves_the_old_file()
    {
        using TemporaryFolder folder = new();
        SafeTensors.Save(folder["a"], new Dictionary<string, Tensor> { ["x"] = Example.Of(DType.Int32, 2) });
        byte[] before = File.ReadAllBytes(folder["a"]);
        Tensor freed = Example.Of(DType.Int32, 2);
        freed.Dispose();
        Assert.Throws<ObjectDisposedException>(() => SafeTensors.Save(folder["a"], new Dictionary<string, Tensor> { ["x"] = freed }));
        Assert.Throws<ObjectDisposedException>(() => Npy.Save(folder["b"], freed));
        Assert.Throws<ObjectDisposedException>(() => Npz.Save(folder["c"], new Dictionary<string, Tensor> { ["x"] = freed }));
        Assert.Equal(before, File.ReadAllBytes(folder["a"]));
        Assert.Equal(["a"], folder.Files);
    }

    [Fact]
    public void A_file_that_is_being_read_can_be_replaced()
    {
        using TemporaryFolder folder = new();
        SafeTensors.Save(folder["a"], new Dictionary<string, Tensor> { ["x"] = Example.Of(DType.Int32, 2) });
        using SafeTensorsFile open = SafeTensors.Open(folder["a"]);
        if (!OperatingSystem.IsWindows())
        {
            SafeTensors.Save(folder["a"], new Dictionary<string, Tensor> { ["y"] = Example.Of(DType.Int32, 4) });
        }

        Example.Same(Example.Of(DType.Int32, 2), open.Load("x", Device.Cpu));
    }

    [Fact]
    public void Folders_are_not_made_and_not_overwritten()
    {
        using TemporaryFolder folder = new();
        DirectoryNotFoundException missing = Assert.Throws<DirectoryNotFoundException>(
            () => AtomicFile.Write(folder["no/such.file"], static stream => stream.Write([1])));
        Assert.Contains("such.file", missing.Message, StringComparison.Ordinal);
        Directory.CreateDirectory(folder["sub"]);
        IOException occupied = Assert.Throws<IOException>(() => AtomicFile.Write(folder["sub"], static stream => stream.Write([1])));
        Assert.Contains("folder", occupied.Message, StringComparison.Ordinal);
        Assert.Empty(folder.Files);
    }

    [Fact]
    public void A_link_stays_a_link_and_rights_stay_as_they_were()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        using TemporaryFolder folder = new();
        File.WriteAllBytes(folder["target"], [1]);
        File.SetUnixFileMode(folder["target"], UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);
        File.CreateSymbolicLink(folder["link"], folder["target"]);
        AtomicFile.Write(folder["link"], static stream => stream.Write([2]));
        Assert.Equal([2], File.ReadAllBytes(folder["target"]));
        Assert.Equal(folder["target"], new FileInfo(folder["link"]).LinkTarget);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead, File.GetUnixFileMode(folder["target"]));
    }

    [Fact]
    public void What_others_may_not_read_they_may_not_read_while_it_is_written()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        using TemporaryFolder folder = new();
        const UnixFileMode Own = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        File.WriteAllBytes(folder["secret"], [1]);
        File.SetUnixFileMode(folder["secret"], Own);
        UnixFileMode meanwhile = UnixFileMode.None;
        AtomicFile.Write(folder["secret"], stream =>
        {
            stream.Write([2]);
            FileInfo temporary = new(folder[folder.Files.Single(static name => name != "secret")]);
            meanwhile = temporary.UnixFileMode;
        });
        Assert.Equal(Own, meanwhile);
        Assert.Equal([2], File.ReadAllBytes(folder["secret"]));
    }

    [Fact]
    public void A_file_that_may_not_be_written_is_replaced_where_the_folder_may()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        using TemporaryFolder folder = new();
        File.WriteAllBytes(folder["old"], [1]);
        File.SetUnixFileMode(folder["old"], UnixFileMode.UserRead);
        AtomicFile.Write(folder["old"], static stream => stream.Write([2]));
        Assert.Equal([2], File.ReadAllBytes(folder["old"]));
        Assert.Equal(UnixFileMode.UserRead, File.GetUnixFileMode(folder["old"]));
    }
}
