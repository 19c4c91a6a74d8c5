using System.CommandLine;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Numerics;

namespace DeepSharp.Examples;

/// <summary>Options of programs that people type: a wrong value is a line that names the option and what is allowed.</summary>
internal static class NumberOption
{
    /// <summary>A number from least to most.</summary>
    internal static Option<T> Make<T>(string name, string description, T fallback, T least, T most)
        where T : struct, INumber<T> => new(name)
        {
            Description = description,
            DefaultValueFactory = _ => fallback,
            CustomParser = result => Parse(result, name, least, most),
        };

    /// <summary>A number from least to most, or none.</summary>
    internal static Option<T?> MakeOptional<T>(string name, string description, T least, T most)
        where T : struct, INumber<T> => new(name)
        {
            Description = description,
            CustomParser = result => Parse(result, name, least, most),
        };

    /// <summary>Runs the command; what could not be understood is told in a line, without the whole help.</summary>
    internal static int Run(this RootCommand command, string[] args)
    {
        ParseResult result = command.Parse(args);
        if (result.Action is ParseErrorAction wrong)
        {
            wrong.ShowHelp = false;
        }

        int code = result.Invoke();
        if (result.Errors.Count > 0)
        {
            Console.Error.WriteLine("--help lists the options.");
        }

        return code;
    }

    private static T Parse<T>(ArgumentResult result, string name, T least, T most)
        where T : struct, INumber<T>
    {
        string text = result.Tokens.Count > 0 ? result.Tokens[^1].Value : "";
        if (T.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out T value) && value >= least && value <= most)
        {
            return value;
        }

        result.AddError(string.Create(CultureInfo.InvariantCulture, $"{name} must be a number from {least} to {most}, not '{text}'."));
        return default;
    }
}
