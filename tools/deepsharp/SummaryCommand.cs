using System.CommandLine;
using System.Text.Json.Nodes;
using DeepSharp.Examples;
using Spectre.Console;

namespace DeepSharp.Tool;

/// <summary><c>deepsharp summary FILE</c></summary>
internal static class SummaryCommand
{
    internal static Command Make()
    {
        Argument<string> file = FileArgument.Make();
        Option<int> depth = NumberOption.Make("--depth", "How many parts of a name make a line.", 2, 1, 100);
        Option<bool> json = Output.Json();
        Command command = new("summary", "Add up a file's tensors module by module, by the parts of their names between dots.") { file, depth, json };
        command.SetAction(parsed =>
        {
            using TensorFile opened = TensorFile.Open(parsed.GetRequiredValue(file));
            (string Name, long Tensors, long Elements, long Bytes)[] modules = [.. opened.Entries
                .GroupBy(entry => Module(entry.Name, parsed.GetValue(depth)))
                .Select(static group => (group.Key, (long)group.Count(), group.Sum(static entry => entry.Count), group.Sum(static entry => entry.Bytes)))];
            if (parsed.GetValue(json))
            {
                Output.Write(new JsonArray([.. modules.Select(static module => (JsonNode)new JsonObject
                {
                    ["module"] = module.Name,
                    ["tensors"] = module.Tensors,
                    ["elements"] = module.Elements,
                    ["bytes"] = module.Bytes,
                })]));
                return;
            }

            Table table = Output.Table("module", " tensors", " elements", " bytes", " share");
            long all = modules.Sum(static module => module.Elements);
            foreach ((string name, long tensors, long elements, long bytes) in modules)
            {
                table.Add(name, Output.Text($"{tensors}"), Output.Text($"{elements:N0}"), Output.Bytes(bytes), Output.Text($"{(all == 0 ? 0 : (double)elements / all):P1}"));
            }

            Output.Write(table);
            Console.WriteLine(Output.Text($"{opened.Kind}: {opened.Entries.Count} tensors, {all:N0} elements, {Output.Bytes(opened.Bytes)}"));
        });
        return command;
    }

    // The last part of a name is the tensor's own.
    private static string Module(string name, int depth)
    {
        string[] parts = name.Split('.');
        return parts.Length == 1 ? name : string.Join('.', parts.Take(Math.Min(depth, parts.Length - 1)));
    }
}
