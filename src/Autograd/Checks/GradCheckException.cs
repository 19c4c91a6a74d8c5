namespace DeepSharp;

/// <summary>A gradient does not agree with its finite difference.</summary>
public sealed class GradCheckException : Exception
{
    /// <summary>Makes an exception without a message.</summary>
    public GradCheckException()
    {
    }

    /// <summary>Makes an exception that says which element disagrees.</summary>
    public GradCheckException(string message)
        : base(message)
    {
    }

    /// <summary>Makes an exception with a message and its cause.</summary>
    public GradCheckException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
