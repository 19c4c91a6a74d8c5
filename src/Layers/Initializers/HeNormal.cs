namespace DeepSharp.Layers;

/// <summary>Normal with deviation sqrt(2 / ((1 + slope^2) fan-in)), for rectifiers; also called Kaiming. He, Zhang, Ren, Sun 2015.</summary>
/// <param name="slope">The slope below zero of the leaky rectifier that follows; 0 for the plain one.</param>
public sealed class HeNormal(double slope = 0) : Normal(shape => Math.Sqrt(2.0 / ((1 + (slope * slope)) * Fans(shape).FanIn)));
