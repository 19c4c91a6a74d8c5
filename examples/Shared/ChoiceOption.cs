using System.CommandLine;

namespace DeepSharp.Examples;

/// <summary>Options that are one of a few words.</summary>
internal static class ChoiceOption
{
    /// <summary>One of the choices; the fallback if the option is not given.</summary>
    internal static Option<string> Make(string name, string description, string fallback, params string[] choices)
    {
        Option<string> option = new(name)
        {
            Description = description,
            DefaultValueFactory = _ => fallback,
        };
        option.AcceptOnlyFromAmong(choices);
        return option;
    }
}
