namespace DeepSharp.Testing;

/// <summary>A damaged file that a reader neither reads nor refuses as it should.</summary>
public sealed class MutationException(string message, byte[] file, Exception? cause)
    : Exception($"{message}\n{Convert.ToBase64String(file.AsSpan(0, Math.Min(file.Length, 20_000)))}", cause);
