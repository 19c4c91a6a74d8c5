namespace DeepSharp.Persistence;

/// <summary>How elements stand in a file, and the element type they are read as.</summary>
/// <param name="DType">The element type of the tensor.</param>
/// <param name="Encoding">What the bytes mean.</param>
/// <param name="BigEndian">Whether the most significant byte comes first.</param>
internal readonly record struct ElementFormat(DType DType, ElementEncoding Encoding = ElementEncoding.Plain, bool BigEndian = false)
{
    /// <summary>The bytes of one element in the file.</summary>
    internal int Size => Encoding == ElementEncoding.Plain ? DType.Size : 2;
}
