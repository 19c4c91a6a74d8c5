using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace DeepSharp.Kernels;

/// <summary>Whether this program can have other devices than the host.</summary>
internal static class GpuSupport
{
    /// <summary>Why it cannot, with the remedy.</summary>
    internal const string Missing =
        "GPU kernels are compiled while the program runs, and this one was made without that: it was published ahead of time or trimmed, "
        + "or it is a file-based app, which is built as if for that. Use Device.Cpu, or build with PublishAot and PublishTrimmed off "
        + "(in a file-based app the line '#:property PublishAot=false').";

    private const string Switch = "DeepSharp.Gpu";

    private static readonly bool s_isOn = !AppContext.TryGetSwitch(Switch, out bool isOn) || isOn;

    /// <summary>
    /// Constant to the compilers that work ahead of time and to the trimmer, which leave out ILGPU and all kernels of GPUs if it is
    /// false. The package sets the switch for programs that are published trimmed.
    /// </summary>
    [FeatureSwitchDefinition(Switch)]
    internal static bool IsSupported => RuntimeFeature.IsDynamicCodeSupported && s_isOn;
}
