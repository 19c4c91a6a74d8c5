namespace DeepSharp.Persistence;

/// <summary>How elements stand in a file.</summary>
/// <param name="DType">The element type, in the file and of the tensor.</param>
/// <param name="BigEndian">Whether the most significant byte comes first.</param>
internal readonly record struct ElementFormat(DType DType, bool BigEndian = false)
{
    /// <summary>The bytes of one element.</summary>
    internal int Size => DType.Size;
}
