namespace ILGPU.Runtime.CPU;

/// <summary>The devices of <see cref="CPUDevice.All"/>, in its order.</summary>
public enum CPUDeviceKind
{
    Default,
    Nvidia,
    AMD,
    LegacyAMD,
    Intel,
}
