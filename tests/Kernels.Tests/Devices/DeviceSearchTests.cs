namespace DeepSharp.Kernels.Tests.Devices;

/// <summary>What is said of devices that are not there, or are and cannot be used; needs none.</summary>
public sealed class DeviceSearchTests
{
    [Fact]
    public void What_was_refused_is_named_with_what_it_lacks()
    {
        DeviceSearch search = new();
        search.Refused.Add(new RefusedDevice(
            DeviceKind.OpenCL, "Old", DeviceSearch.OpenClRefusal("CL 3.0", true, false, "CL_DEVICE_TYPE_GPU", true)!));
        search.Refused.Add(new RefusedDevice(DeviceKind.Cuda, "Older", DeviceSearch.CudaRefusal("3.0", "9.0", false)!));
        string text = search.NotFound(DeviceKind.OpenCL, 0, ["cpu (CPU)"], null);
        Assert.Equal(
            "There is no OpenCL device 0. Found: cpu (CPU). Refused: OpenCL device 'Old': it lacks the generic address space, an optional "
            + "feature of OpenCL 3.0 that ILGPU needs. Install or update the driver, or choose one of the devices found.",
            text);
        Assert.Contains(
            "'Older': ILGPU has no PTX version for compute capability 3.0 and a driver of CUDA 9.0; update the driver",
            search.NotFound(DeviceKind.Cuda, 0, ["cpu"], null), StringComparison.Ordinal);
    }

    [Fact]
    public void A_processor_is_left_out_until_it_is_allowed()
    {
        DeviceSearch search = new();
        search.Processors.Add(("PoCL", new Lazy<Device>(() => Device.Emulated)));
        Assert.Null(search.Find(DeviceKind.OpenCL, 0, allowCpu: false));
        Assert.Same(Device.Emulated, search.Find(DeviceKind.OpenCL, 0, allowCpu: true));
        Assert.Null(search.Find(DeviceKind.OpenCL, 1, allowCpu: true));
        Assert.Null(search.Find(DeviceKind.OpenCL, -1, allowCpu: true));
        string text = search.NotFound(DeviceKind.OpenCL, 0, ["cpu"], null);
        Assert.Contains("'PoCL'; Device.OpenCL(0, allowCpu: true) takes the first", text, StringComparison.Ordinal);
        Assert.DoesNotContain("allowCpu", search.NotFound(DeviceKind.Cuda, 0, ["cpu"], null), StringComparison.Ordinal);
    }

    [Fact]
    public void A_GPU_is_made_when_it_is_asked_for_and_not_before()
    {
        DeviceSearch search = new();
        List<int> made = [];
        search.Offer(DeviceKind.OpenCL, "Broken", static _ => throw new NotSupportedException("It has no wings."), static _ => true);
        foreach (string name in (string[])["First", "Second"])
        {
            search.Offer(DeviceKind.OpenCL, name, Make, static _ => false);
        }

        Assert.Same(Device.Emulated, search.Gpus.First());
        Assert.Equal([1], made);
        Assert.Equal("Broken", Assert.Single(search.Refused).Name);
        Assert.Equal("It has no wings", search.Refused[0].Reason);
        Assert.Null(search.Find(DeviceKind.OpenCL, 0, allowCpu: true));
        Assert.Same(Device.Emulated, search.Find(DeviceKind.OpenCL, 2, allowCpu: false));
        Assert.Equal([1, 2], made);
        Assert.Equal(2, search.Gpus.Count());
        Assert.Equal([1, 2], made);
        Assert.Null(search.Find(DeviceKind.Cuda, 0, allowCpu: false));

        Device Make(int index)
        {
            made.Add(index);
            return Device.Emulated;
        }
    }

    [Fact]
    public void A_missing_library_is_named()
    {
        string text = new DeviceSearch().NotFound(DeviceKind.Cuda, 2, ["cpu"], "libcuda.so.1");
        Assert.Contains("no Cuda device 2", text, StringComparison.Ordinal);
        Assert.Contains("library libcuda.so.1 cannot be loaded", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("CL 1.2", false, false, true, "CL 1.2")]
    [InlineData("CL 3.0", true, false, true, "generic address space")]
    [InlineData("CL 3.0", true, true, false, "CUSTOM")]
    [InlineData("CL 2.0", true, true, true, null)]
    public void What_an_OpenCL_device_lacks(string language, bool isRecent, bool generic, bool isGpuOrCpu, string? said)
    {
        string? reason = DeviceSearch.OpenClRefusal(language, isRecent, generic, "CUSTOM", isGpuOrCpu);
        Assert.Equal(said is null, reason is null);
        Assert.Contains(said ?? string.Empty, reason ?? string.Empty, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, false, "unknown")]
    [InlineData("9.0", false, "compute capability 9.0")]
    [InlineData("9.0", true, null)]
    public void What_a_CUDA_device_lacks(string? capability, bool hasInstructions, string? said)
    {
        string? reason = DeviceSearch.CudaRefusal(capability, "12.4", hasInstructions);
        Assert.Equal(said is null, reason is null);
        Assert.Contains(said ?? string.Empty, reason ?? string.Empty, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("cuda", true, "libcuda.so.1")]
    [InlineData("OpenCL", true, "libOpenCL.so.1")]
    [InlineData("OpenCL", false, null)]
    [InlineData("cuda", false, null)]
    [InlineData("libcublas.so.12", true, null)]
    public void Libraries_that_have_no_development_package(string name, bool isLinux, string? file) =>
        Assert.Equal(file, DeviceSearch.Stand(name, isLinux));

    [Fact]
    public void A_device_that_is_not_there_is_an_error_that_says_what_is()
    {
        string error = Assert.Throws<DeviceException>(() => Device.OpenCL(1000, allowCpu: true)).Message;
        Assert.Contains("no OpenCL device 1000", error, StringComparison.Ordinal);
        Assert.Contains(Device.Cpu.Name, error, StringComparison.Ordinal);
        foreach (RefusedDevice refused in Device.Refused.Where(device => device.Kind == DeviceKind.OpenCL))
        {
            Assert.Contains($"'{refused.Name}': {refused.Reason}", error, StringComparison.Ordinal);
        }

        Assert.DoesNotContain(Device.All, device => device.Kind == DeviceKind.OpenCL && Device.Refused.Any(refused => refused.Name == device.Name));
        Assert.Throws<DeviceException>(() => Device.Cuda(-1));
    }

    [Fact]
    public void Tests_run_on_the_device_that_was_asked_for()
    {
        string name = Environment.GetEnvironmentVariable("DEEPSHARP_TEST_DEVICE") is { Length: > 0 } set ? set : "emulated";
        Assert.StartsWith(name.Split(':')[0], TestDevice.Gpu.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Devices_say_what_multiplies_their_matrices()
    {
        Assert.Equal("DeepSharp SIMD", Device.Cpu.MatrixProducts);
        Assert.Equal("DeepSharp kernel", Device.Emulated.MatrixProducts);
    }
}
