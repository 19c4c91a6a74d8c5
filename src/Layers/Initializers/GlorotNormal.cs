namespace DeepSharp.Layers;

/// <summary>Normal with deviation gain sqrt(2 / (fan-in + fan-out)), also called Xavier. Glorot, Bengio 2010.</summary>
/// <param name="gain">A factor for the activation that follows: 1 for sigmoid and linear, 5/3 for tanh.</param>
public sealed class GlorotNormal(double gain = 1) : Normal(shape => gain * Math.Sqrt(2.0 / (Fans(shape).FanIn + Fans(shape).FanOut)));
