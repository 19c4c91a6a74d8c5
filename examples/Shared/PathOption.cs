using System.CommandLine;
using System.CommandLine.Parsing;

namespace DeepSharp.Examples;

/// <summary>Options that name files and folders: what cannot be one is told in a line, before hours of work, not after.</summary>
internal static class PathOption
{
    /// <summary>A file to write, in a folder that exists.</summary>
    internal static Option<FileInfo?> ToWrite(string name, string description, string? fallback = null)
    {
        Option<FileInfo?> option = new(name)
        {
            Description = description,
            CustomParser = result => Text(result, name, "file") is not { } text ? null : Checked(result, name, new FileInfo(text)),
        };
        if (fallback is not null)
        {
            option.DefaultValueFactory = _ => new FileInfo(fallback);
        }

        return option;
    }

    /// <summary>A file to read.</summary>
    internal static Option<FileInfo?> ToRead(string name, string description) => new(name)
    {
        Description = description,
        CustomParser = result => Text(result, name, "file") is { } text ? new FileInfo(text) : null,
    };

    /// <summary>A folder to read from.</summary>
    internal static Option<DirectoryInfo?> Folder(string name, string description) => new(name)
    {
        Description = description,
        CustomParser = result => Text(result, name, "folder") is { } text ? new DirectoryInfo(text) : null,
    };

    private static string? Text(ArgumentResult result, string name, string kind)
    {
        string text = result.Tokens.Count > 0 ? result.Tokens[^1].Value : "";
        if (text.Length > 0)
        {
            return text;
        }

        result.AddError($"{name}: the name of the {kind} is empty.");
        return null;
    }

    private static FileInfo Checked(ArgumentResult result, string name, FileInfo file)
    {
        if (Directory.Exists(file.FullName))
        {
            result.AddError($"{name}: {file.FullName} is a folder, not a file.");
        }
        else if (file.Directory is { Exists: false } folder)
        {
            result.AddError($"{name}: there is no folder {folder.FullName}.");
        }

        return file;
    }
}
