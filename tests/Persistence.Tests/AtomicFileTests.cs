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

    [Fact]
    public void What_a_killed_process_left_is_removed_and_what_is_being_written_is_not()
    {
        using TemporaryFolder folder = new();
        DateTime then = DateTime.UtcNow.AddMinutes(-1);
        foreach (string name in (string[])[".deepsharp-dead.tmp", ".deepsharp-alive.tmp", "other.tmp"])
        {
            File.WriteAllBytes(folder[name], [1]);
            File.SetLastWriteTimeUtc(folder[name], then);
        }

        File.WriteAllBytes(folder[".deepsharp-new.tmp"], [1]);

        // As a process that writes holds its file.
        using (new FileStream(folder[".deepsharp-alive.tmp"], FileMode.Open, FileAccess.Write, FileShare.None))
        {
            AtomicFile.Write(folder["a"], static stream => stream.Write([4]));
            Assert.Equal([".deepsharp-alive.tmp", ".deepsharp-new.tmp", "a", "other.tmp"], folder.Files);
        }

        File.SetLastWriteTimeUtc(folder[".deepsharp-new.tmp"], then);
        AtomicFile.Write(folder["a"], static stream => stream.Write([4]));
        Assert.Equal(["a", "other.tmp"], folder.Files);
    }

    [Fact]
    public void Who_reads_while_the_file_is_replaced_again_and_again_reads_a_whole_one_each_time()
    {
        using TemporaryFolder folder = new();
        Npy.Save(folder["a"], Example.Of(DType.Int32, 20_000));
        using CancellationTokenSource written = new();
        Thread writer = new(() =>
        {
            for (int i = 0; i < 200; i++)
            {
                Npy.Save(folder["a"], Example.Of(DType.Int32, 20_000));
            }

            written.Cancel();
        });
        writer.Start();
        while (!written.IsCancellationRequested)
        {
            using Tensor read = Npy.Load(folder["a"], Device.Cpu);
            Assert.Equal(20_000, read.Count);
        }

        writer.Join();
    }

    [Fact]
    public void A_link_to_a_file_that_is_not_there_yet_makes_it()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        using TemporaryFolder folder = new();
        File.CreateSymbolicLink(folder["link"], folder["new"]);
        AtomicFile.Write(folder["link"], static stream => stream.Write([4]));
        Assert.Equal([4], File.ReadAllBytes(folder["new"]));
        Assert.Equal(folder["new"], new FileInfo(folder["link"]).LinkTarget);
    }

    [Fact]
    public void Several_threads_that_write_one_file_do_not_disturb_one_another()
    {
        using TemporaryFolder folder = new();
        Parallel.For(0, 8, thread =>
        {
            for (int i = 0; i < 20; i++)
            {
                AtomicFile.Write(folder["a"], stream =>
                {
                    stream.Write([(byte)thread]);
                    stream.Flush();

                    // As if they had taken a minute; those that have something in them, since one just made may not have its lock yet.
                    if (i % 5 == 0)
                    {
                        foreach (FileInfo file in new DirectoryInfo(Path.GetDirectoryName(folder["a"])!).GetFiles(".deepsharp-*"))
                        {
                            Age(file);
                        }
                    }

                    stream.Write(new byte[10_000]);
                });
            }
        });
        Assert.Equal(10_001, new FileInfo(folder["a"]).Length);
        Assert.Equal(["a"], folder.Files);

        static void Age(FileInfo file)
        {
            try
            {
                if (file.Length > 0)
                {
                    file.LastWriteTimeUtc = DateTime.UtcNow.AddMinutes(-1);
                }
            }
            catch (FileNotFoundException)
            {
            }
        }
    }

    [Fact]
    public async Task A_pipe_and_a_device_are_written_to_and_stay_what_they_are()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        using TemporaryFolder folder = new();
        SpecialFile.MakePipe(folder["pipe"]);
        Task<byte[]> read = Task.Run(() => File.ReadAllBytes(folder["pipe"]));
        Npy.Save(folder["pipe"], Example.Of(DType.Float32, 2, 3));
        Assert.Equal(File.ReadAllBytes(Example.File("f4.npy")), await read);
        read = Task.Run(() => File.ReadAllBytes(folder["pipe"]));
        Npz.Save(folder["pipe"], new Dictionary<string, Tensor> { ["x"] = Example.Of(DType.Float32, 2, 3) });
        File.WriteAllBytes(folder["came"], await read);
        Example.Same(Example.Of(DType.Float32, 2, 3), Npz.Load(folder["came"], Device.Cpu)["x"]);
        Assert.Equal(["came", "pipe"], folder.Files);

        File.CreateSymbolicLink(folder["null"], "/dev/null");
        Npy.Save(folder["null"], Example.Of(DType.Float32, 2, 3));
        Assert.Empty(File.ReadAllBytes("/dev/null"));
        Assert.Equal("/dev/null", new FileInfo(folder["null"]).LinkTarget);
        using System.Net.Sockets.Socket socket = SpecialFile.MakeSocket(folder["socket"]);
        IOException error = Assert.Throws<IOException>(() => AtomicFile.Write(folder["socket"], static stream => stream.Write([1])));
        Assert.StartsWith(folder["socket"], error.Message, StringComparison.Ordinal);
        Assert.Contains("socket", error.Message[folder["socket"].Length..], StringComparison.Ordinal);
    }

    [Fact]
    public void An_empty_file_is_a_file_that_is_replaced()
    {
        using TemporaryFolder folder = new();
        File.WriteAllBytes(folder["a"], []);
        Assert.Throws<ArithmeticException>(() => AtomicFile.Write(folder["a"], static stream =>
        {
            stream.Write(new byte[100_000]);
            throw new ArithmeticException();
        }));
        Assert.Empty(File.ReadAllBytes(folder["a"]));
        AtomicFile.Write(folder["a"], static stream => stream.Write([1]));
        Assert.Equal([1], File.ReadAllBytes(folder["a"]));
    }

    [Fact]
    public void A_full_disk_and_a_folder_that_may_not_be_written_are_errors_that_name_the_path()
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        using TemporaryFolder folder = new();
        File.CreateSymbolicLink(folder["full"], "/dev/full");
        foreach (Action<string> save in Savers)
        {
            IOException full = Assert.Throws<IOException>(() => save(folder["full"]));
            Assert.StartsWith(folder["full"] + " cannot be written: No space left", full.Message, StringComparison.Ordinal);

            // Nobody may make files there, whoever they are.
            Exception closed = Assert.ThrowsAny<Exception>(() => save("/sys/closed"));
            Assert.True(closed is IOException or UnauthorizedAccessException, closed.ToString());
            Assert.StartsWith("/sys/closed cannot be written: ", closed.Message, StringComparison.Ordinal);
            Assert.DoesNotContain(".deepsharp-", closed.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_file_that_grows_beyond_what_is_allowed_is_an_error_that_names_the_path()
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        using TemporaryFolder folder = new();
        foreach (Action<string> save in Savers)
        {
            File.WriteAllBytes(folder["a"], [7]);
            IOException error;
            using (new FileSizeLimit(200_000))
            {
                error = Assert.Throws<IOException>(() => save(folder["a"]));
            }

            Assert.StartsWith(folder["a"] + " cannot be written: it would be larger", error.Message, StringComparison.Ordinal);
            Assert.Equal([7], File.ReadAllBytes(folder["a"]));
            Assert.Equal(["a"], folder.Files);
        }
    }

    [Fact]
    public void Large_tensors_and_views_are_written_and_read_in_pieces()
    {
        using TemporaryFolder folder = new();
        using Tensor large = Tensor.Arange(0, 6_000_000, dtype: DType.Float32, device: Device.Cpu);
        using Tensor turned = large.Reshape(1, 2000, 3000).Transpose(1, 2);
        using Tensor wide = large.Reshape(2, 3_000_000).Transpose(0, 1);
        foreach (Tensor tensor in (Tensor[])[large, turned, wide])
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            Npy.Save(folder["a"], tensor);
            using Tensor read = Npy.Load(folder["a"], Device.Cpu);
            Npz.Save(folder["b"], new Dictionary<string, Tensor> { ["x"] = tensor }, compress: true);
            using Tensor unpacked = Npz.Load(folder["b"], Device.Cpu)["x"];
            SafeTensors.Save(folder["c"], new Dictionary<string, Tensor> { ["x"] = tensor });
            using Tensor safe = SafeTensors.Load(folder["c"], Device.Cpu)["x"];
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 12_000_000);
            foreach (Tensor copy in (Tensor[])[read, unpacked, safe])
            {
                Example.Same(tensor, copy);
            }
        }
    }

    private static Action<string>[] Savers =>
    [
        static path => Npy.Save(path, Tensor.Zeros(100_000, device: Device.Cpu)),
        static path => Npz.Save(path, new Dictionary<string, Tensor> { ["x"] = Tensor.Zeros(100_000, device: Device.Cpu) }),
        static path => SafeTensors.Save(path, new Dictionary<string, Tensor> { ["x"] = Tensor.Zeros(100_000, device: Device.Cpu) }),
        static path => AtomicFile.WriteText(path, new string('x', 400_000)),
    ];
}
