namespace DeepSharp.Testing;

/// <summary>Values found differ from the golden ones by more than the tolerance.</summary>
public sealed class GoldenMismatchException : Exception
{
    /// <summary>A mismatch without details.</summary>
    public GoldenMismatchException()
    {
    }

    /// <summary>A mismatch described by a message.</summary>
    public GoldenMismatchException(string message)
        : base(message)
    {
    }

    /// <summary>A mismatch described by a message, with its cause.</summary>
    public GoldenMismatchException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
