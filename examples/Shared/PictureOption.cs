using System.CommandLine;

namespace DeepSharp.Examples;

/// <summary>The option that says where pictures go.</summary>
internal static class PictureOption
{
    /// <summary>A file to write, in a folder that exists.</summary>
    internal static Option<FileInfo?> Make(string description, string fallback) => PathOption.ToWrite("--out", description, fallback);

    /// <summary>Runs a program; what can go wrong with files and arguments is told in a line.</summary>
    internal static int Try(Action program)
    {
        try
        {
            program();
            return 0;
        }
        catch (Exception error) when (error is DeviceException or IOException or InvalidDataException or UnauthorizedAccessException
            or ArgumentException)
        {
            Console.Error.WriteLine($"error: {error.Message}");
            return 1;
        }
    }
}
