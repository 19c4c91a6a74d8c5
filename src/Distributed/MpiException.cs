namespace DeepSharp.Distributed;

/// <summary>MPI is not there, or one of its functions has failed; the message says on which rank, and what the library says.</summary>
public sealed class MpiException : Exception
{
    /// <summary>An error.</summary>
    /// <param name="message">What has failed.</param>
    /// <param name="inner">Why, if an exception says so.</param>
    public MpiException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}
