namespace DeepSharp.Layers;

/// <summary>Normal with deviation sqrt(2 / ((1 + slope^2) fan)), for rectifiers; also called Kaiming. He, Zhang, Ren, Sun 2015.</summary>
/// <param name="slope">The slope below zero of the leaky rectifier that follows; 0 for the plain one.</param>
/// <param name="mode">Which fan; fan-in, if not given.</param>
public sealed class HeNormal(double slope = 0, FanMode mode = FanMode.FanIn)
    : Normal(shape => Math.Sqrt(2.0 / ((1 + (slope * slope)) * Fan(shape, mode))));
