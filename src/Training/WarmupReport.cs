namespace DeepSharp.Training;

/// <summary>What a device compiled ahead of training.</summary>
/// <param name="Kernels">The kernels compiled; none on <see cref="Device.Cpu"/>, whose kernels are part of the program.</param>
/// <param name="CompileTime">The time their compilation took.</param>
public readonly record struct WarmupReport(int Kernels, TimeSpan CompileTime);
