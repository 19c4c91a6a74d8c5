namespace ILGPU;

/// <summary>A kernel that ILGPU cannot compile. Here only a parameter type that its generated code could not see is found out.</summary>
public sealed class InternalCompilerException : Exception
{
    public InternalCompilerException()
    {
    }

    public InternalCompilerException(string message)
        : base(message)
    {
    }

    public InternalCompilerException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
