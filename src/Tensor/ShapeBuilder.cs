namespace DeepSharp;

/// <summary>Lets a collection expression such as <c>[2, 3]</c> be a <see cref="Shape"/>.</summary>
public static class ShapeBuilder
{
    /// <summary>A shape with these axis lengths.</summary>
    public static Shape Create(ReadOnlySpan<int> dims) => new(dims);
}
