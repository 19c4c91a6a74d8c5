using System.Text;

namespace DeepSharp.Kernels;

/// <summary>What a look for GPUs found, and how to speak of what it did not find.</summary>
internal sealed class DeviceSearch
{
    private readonly List<(DeviceKind Kind, Lazy<Device?> Device)> _gpus = [];

    /// <summary>All GPUs that can be used, made now if they were not: a device that nobody asks for takes no memory of its GPU.</summary>
    internal IEnumerable<Device> Gpus => _gpus.Select(static gpu => gpu.Device.Value).OfType<Device>();

    /// <summary>OpenCL devices that are the host processor: slower than <see cref="Device.Cpu"/>, so made only when asked for.</summary>
    internal List<(string Name, Lazy<Device> Device)> Processors { get; } = [];

    /// <summary>What kernels cannot run on, and why.</summary>
    internal List<RefusedDevice> Refused { get; } = [];

    /// <summary>Notes a GPU that a driver offers.</summary>
    /// <param name="kind">What drives it.</param>
    /// <param name="name">The driver's name for it.</param>
    /// <param name="make">Makes the device with the number it is given, among those of its kind.</param>
    /// <param name="isFault">Whether an error in making it means that the GPU cannot be used.</param>
    internal void Offer(DeviceKind kind, string name, Func<int, Device> make, Func<Exception, bool> isFault)
    {
        int index = _gpus.Count(gpu => gpu.Kind == kind);
        _gpus.Add((kind, new Lazy<Device?>(() =>
        {
            try
            {
                return make(index);
            }
            catch (Exception error) when (isFault(error))
            {
                Refused.Add(new RefusedDevice(kind, name, error.GetBaseException().Message.TrimEnd('.')));
                return null;
            }
        })));
    }

    /// <summary>The device with this number among those of its kind, processors after GPUs; null if there is none that can be used.</summary>
    internal Device? Find(DeviceKind kind, int index, bool allowCpu)
    {
        List<Lazy<Device?>> same = [.. _gpus.Where(gpu => gpu.Kind == kind).Select(static gpu => gpu.Device)];
        if (index >= 0 && index < same.Count)
        {
            return same[index].Value;
        }

        int processor = index - same.Count;
        return allowCpu && processor >= 0 && processor < Processors.Count ? Processors[processor].Device.Value : null;
    }

    /// <summary>What to say when there is no such device.</summary>
    /// <param name="kind">The kind that was asked for.</param>
    /// <param name="index">The number that was asked for.</param>
    /// <param name="found">The devices there are, as they name themselves.</param>
    /// <param name="library">The file of the driver's library if it cannot be loaded, or null.</param>
    internal string NotFound(DeviceKind kind, int index, IEnumerable<string> found, string? library)
    {
        StringBuilder text = new($"There is no {kind} device {index}. Found: {string.Join(", ", found)}.");
        foreach (RefusedDevice refused in Refused.Where(device => device.Kind == kind))
        {
            text.Append($" Refused: {refused}.");
        }

        if (kind == DeviceKind.OpenCL && Processors.Count > 0)
        {
            int first = _gpus.Count(static gpu => gpu.Kind == DeviceKind.OpenCL);
            text.Append($" Left out, since they are processors: {string.Join(", ", Processors.Select(static p => $"'{p.Name}'"))}; ");
            text.Append($"Device.OpenCL({first}, allowCpu: true) takes the first.");
        }

        text.Append(library is null
            ? " Install or update the driver, or choose one of the devices found."
            : $" The driver's library {library} cannot be loaded: install the driver, or choose one of the devices found.");
        return text.ToString();
    }

    /// <summary>Why kernels cannot run on an OpenCL device, or null if it can.</summary>
    /// <param name="language">The version of OpenCL C that the device compiles.</param>
    /// <param name="isRecent">Whether that is the 2.0 that ILGPU writes, or later.</param>
    /// <param name="genericAddressSpace">Whether pointers need not say what memory they point to.</param>
    /// <param name="type">The kind of device.</param>
    /// <param name="isGpuOrCpu">Whether it is a GPU or a processor.</param>
    internal static string? OpenClRefusal(string language, bool isRecent, bool genericAddressSpace, string type, bool isGpuOrCpu) =>
        !isRecent ? $"it compiles {language}, and ILGPU needs OpenCL C 2.0"
        : !genericAddressSpace ? "it lacks the generic address space, an optional feature of OpenCL 3.0 that ILGPU needs"
        : !isGpuOrCpu ? $"it is neither a GPU nor a processor ({type})"
        : null;

    /// <summary>Why ILGPU cannot use a CUDA device, or null if it can.</summary>
    /// <param name="capability">The compute capability, if it is known.</param>
    /// <param name="driver">The CUDA version of the driver.</param>
    /// <param name="hasInstructions">Whether ILGPU writes a version of PTX that both read.</param>
    internal static string? CudaRefusal(string? capability, string driver, bool hasInstructions) =>
        capability is null ? "its compute capability is unknown"
        : !hasInstructions ? $"ILGPU has no PTX version for compute capability {capability} and a driver of CUDA {driver}; update the driver"
        : null;

    /// <summary>
    /// The library that stands for one that is not found: a Linux machine without development packages has no libcuda.so and no
    /// libOpenCL.so, and ILGPU asks for nothing else.
    /// </summary>
    internal static string? Stand(string library, bool isLinux) =>
        isLinux && library is "cuda" or "OpenCL" ? $"lib{library}.so.1" : null;
}
