namespace DeepSharp;

/// <summary>A device is missing, refuses work or is out of memory.</summary>
public sealed class DeviceException : Exception
{
    /// <summary>Makes an exception without a message.</summary>
    public DeviceException()
    {
    }

    /// <summary>Makes an exception with a message that says what to do.</summary>
    public DeviceException(string message)
        : base(message)
    {
    }

    /// <summary>Makes an exception with a message and its cause.</summary>
    public DeviceException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
