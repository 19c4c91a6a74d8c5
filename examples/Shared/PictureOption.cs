using System.CommandLine;

namespace DeepSharp.Examples;

/// <summary>The option that says where pictures go.</summary>
internal static class PictureOption
{
    private static readonly string[] s_endings = ["", ".svg", ".png", ".jpg", ".jpeg", ".webp"];

    /// <summary>A file to write, in a folder that exists; its ending says what kind of picture it is.</summary>
    internal static Option<FileInfo?> Make(string description, string fallback)
    {
        Option<FileInfo?> option = PathOption.ToWrite("--out", description + " Its ending is .svg (or none), .png, .jpg or .webp.", fallback);
        option.Validators.Add(static result =>
        {
            if (result.Tokens.Count > 0 && !s_endings.Contains(Path.GetExtension(result.Tokens[^1].Value), StringComparer.OrdinalIgnoreCase))
            {
                result.AddError($"--out: {result.Tokens[^1].Value} is no picture's name; it has to end in .svg, .png, .jpg or .webp.");
            }
        });
        return option;
    }

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
