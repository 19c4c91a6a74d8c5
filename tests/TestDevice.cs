using System.Globalization;
using System.Runtime.CompilerServices;

namespace DeepSharp;

/// <summary>
/// The device on which GPU kernels are tested: <see cref="Device.Emulated"/>, or the one that the environment variable
/// DEEPSHARP_TEST_DEVICE names ("opencl", "cuda:1"; "opencl-single" is one that passes for a GPU without double precision). If it names one, tests that name no device run there too.
/// </summary>
internal static class TestDevice
{
    internal static readonly Device Gpu = Named(Environment.GetEnvironmentVariable("DEEPSHARP_TEST_DEVICE"));

    [ModuleInitializer]
    [System.Diagnostics.CodeAnalysis.SuppressMessage("Usage", "CA2255", Justification = "A test project is a program.")]
    internal static void MakeDefault()
    {
        if (Gpu != Device.Emulated)
        {
            Device.Default = Gpu;
        }
    }

    private static Device Named(string? name)
    {
        string[] parts = (string.IsNullOrEmpty(name) ? "emulated" : name).Split(':');
        int index = parts.Length < 2 ? 0 : int.Parse(parts[1], CultureInfo.InvariantCulture);
        return parts[0] switch
        {
            "emulated" => Device.Emulated,
            "cuda" => Device.Cuda(index),
            "opencl" => Device.OpenCL(index, allowCpu: true),
            "opencl-single" => WithoutDoubles(index),
            _ => throw new ArgumentException($"DEEPSHARP_TEST_DEVICE is '{name}'. It takes emulated, opencl[:n], opencl-single[:n] or cuda[:n]."),
        };
    }

    private static Device WithoutDoubles(int index)
    {
        AppContext.SetSwitch("DeepSharp.HideDoublePrecision", true);
        return Device.OpenCL(index, allowCpu: true);
    }
}
