namespace DeepSharp.Tests;

/// <summary>A folder that goes with the test.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("deepsharp-");

    internal string this[string name] => Path.Combine(_folder.FullName, name);

    internal string[] Files => [.. _folder.GetFiles().Select(static file => file.Name).Order(StringComparer.Ordinal)];

    public void Dispose() => _folder.Delete(recursive: true);
}
