namespace DeepSharp;

/// <summary>A device that the machine has and kernels cannot run on.</summary>
/// <param name="Kind">What it would be driven through.</param>
/// <param name="Name">The name the driver gives it.</param>
/// <param name="Reason">What it lacks, as a sentence without its full stop.</param>
public sealed record RefusedDevice(DeviceKind Kind, string Name, string Reason)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Kind} device '{Name}': {Reason}";
}
