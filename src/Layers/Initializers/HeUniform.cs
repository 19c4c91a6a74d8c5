namespace DeepSharp.Layers;

/// <summary>Uniform in ±sqrt(6 / ((1 + slope^2) fan)), for rectifiers; also called Kaiming. He, Zhang, Ren, Sun 2015.</summary>
/// <param name="slope">The slope below zero of the leaky rectifier that follows; 0 for the plain one.</param>
/// <param name="mode">Which fan; fan-in, if not given.</param>
public sealed class HeUniform(double slope = 0, FanMode mode = FanMode.FanIn)
    : Uniform(shape => Math.Sqrt(6.0 / ((1 + (slope * slope)) * Fan(shape, mode))));
