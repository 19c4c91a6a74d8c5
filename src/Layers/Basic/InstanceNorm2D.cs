namespace DeepSharp.Layers;

/// <summary>Normalises each channel of each sample of [N, C, H, W].</summary>
/// <param name="features">C.</param>
/// <param name="epsilon">Keeps the divisor from zero.</param>
/// <param name="momentum">How far the running statistics move towards those of a batch, in [0, 1].</param>
/// <param name="affine">Whether there are a weight (first one) and a bias (first zero).</param>
/// <param name="trackRunningStatistics">Whether there are running statistics.</param>
/// <param name="dtype">The element type.</param>
/// <param name="device">Where; <see cref="Device.Default"/> if null.</param>
/// <exception cref="ArgumentOutOfRangeException">A value is out of range.</exception>
public sealed class InstanceNorm2D(
    int features, double epsilon = 1e-5, double momentum = 0.1, bool affine = false, bool trackRunningStatistics = false,
    DType dtype = DType.Float32, Device? device = null)
    : InstanceNorm(2, features, epsilon, momentum, affine, trackRunningStatistics, dtype, device);
