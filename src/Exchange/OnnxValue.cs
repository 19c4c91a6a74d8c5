namespace DeepSharp.Exchange;

/// <summary>What a network's part takes or puts out, in a graph that is written: its name there, and what it is for the example input.</summary>
/// <param name="Name">The name in the graph.</param>
/// <param name="Example">The value for the example, of which the shape and element type are used.</param>
public sealed record OnnxValue(string Name, Tensor Example)
{
    /// <summary>The shape for the example.</summary>
    public Shape Shape => Example.Shape;
}
