namespace DeepSharp.Layers;

/// <summary>Uniform in ±gain sqrt(6 / (fan-in + fan-out)), also called Xavier. Glorot, Bengio 2010.</summary>
/// <param name="gain">A factor for the activation that follows: 1 for sigmoid and linear, 5/3 for tanh.</param>
public sealed class GlorotUniform(double gain = 1) : Uniform(shape => gain * Math.Sqrt(6.0 / (Fans(shape).FanIn + Fans(shape).FanOut)));
