using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Parsing;
using DeepSharp.Tool;

RootCommand root = new("Looks at devices and at files of weights, and draws trainings. What ends with code 0 is done; 1 says that files differ or that "
    + "a device computes wrong numbers; 2 that the command could not be done.")
{
    DevicesCommand.Make(), InspectCommand.Make(), SummaryCommand.Make(), DiffCommand.Make(), ConvertCommand.Make(), BenchCommand.Make(), PlotCommand.Make(),
};
foreach (HelpOption help in root.Options.OfType<HelpOption>())
{
    ((HelpAction)help.Action!).MaxWidth = 100;
}

ParseResult parsed = root.Parse(args);
if (parsed.Errors.Count > 0)
{
    foreach (ParseError error in parsed.Errors)
    {
        Console.Error.WriteLine($"deepsharp: {error.Message}");
    }

    string command = parsed.CommandResult.Command == root ? "deepsharp" : $"deepsharp {parsed.CommandResult.Command.Name}";
    Console.Error.WriteLine($"{command} --help lists what there is.");
    return 2;
}

try
{
    return parsed.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
}
catch (Exception error) when (error is DeepSharp.DeviceException or IOException or InvalidDataException or UnauthorizedAccessException or ArgumentException
    or NotSupportedException or KeyNotFoundException or OutOfMemoryException)
{
    // Names in messages are a file's; lines of a message stay.
    Console.Error.WriteLine($"deepsharp: {string.Join('\n', error.Message.ReplaceLineEndings("\n").Split('\n').Select(Output.Visible))}");
    return 2;
}
