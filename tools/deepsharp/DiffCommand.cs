using System.CommandLine;
using System.Text.Json.Nodes;
using DeepSharp.Examples;
using Spectre.Console;

namespace DeepSharp.Tool;

/// <summary><c>deepsharp diff A B</c></summary>
internal static class DiffCommand
{
    internal static Command Make()
    {
        Argument<string> first = FileArgument.Make("A", "A file with tensors.");
        Argument<string> second = FileArgument.Make("B", "Another, of the same kind or not.");
        Option<double> relative = NumberOption.Make("--rtol", "How far a number may be from B's, as a share of B's.", 0.0, 0.0, double.MaxValue);
        Option<double> absolute = NumberOption.Make("--atol", "How far besides.", 0.0, 0.0, double.MaxValue);
        Option<bool> json = Output.Json();
        Command command = new(
            "diff", "Compare two files, tensor by tensor: |a - b| <= atol + rtol |b| is the same, NaN is the same as NaN. Code 1 if they differ.")
        {
            first, second, relative, absolute, json,
        };
        command.SetAction(parsed =>
        {
            using TensorFile a = TensorFile.Open(parsed.GetRequiredValue(first));
            using TensorFile b = TensorFile.Open(parsed.GetRequiredValue(second));
            List<Difference> differences = Compare(a, b, parsed.GetValue(relative), parsed.GetValue(absolute));
            int same = a.Entries.Select(static entry => entry.Name).Intersect(b.Entries.Select(static entry => entry.Name)).Count()
                - differences.Count(static one => one.IsInBoth);
            if (parsed.GetValue(json))
            {
                Output.Write(new JsonObject { ["same"] = same, ["differences"] = new JsonArray([.. differences.Select(static one => (JsonNode)one.ToJson())]) });
            }
            else
            {
                Print(differences, same);
            }

            return differences.Count == 0 ? 0 : 1;
        });
        return command;
    }

    private static List<Difference> Compare(TensorFile a, TensorFile b, double relative, double absolute)
    {
        Dictionary<string, FileEntry> others = b.Entries.ToDictionary(static entry => entry.Name);
        List<Difference> differences = [];
        foreach (FileEntry entry in a.Entries)
        {
            if (!others.TryGetValue(entry.Name, out FileEntry? other))
            {
                differences.Add(new Difference(entry.Name, "only in A", false));
            }
            else if (!entry.Dims.SequenceEqual(other.Dims))
            {
                differences.Add(new Difference(entry.Name, $"{entry.Shape} in A, {other.Shape} in B", true));
            }
            else if (Values(a, b, entry, relative, absolute) is { } difference)
            {
                differences.Add(difference);
            }
        }

        HashSet<string> names = [.. a.Entries.Select(static entry => entry.Name)];
        differences.AddRange(b.Entries.Where(entry => !names.Contains(entry.Name)).Select(static entry => new Difference(entry.Name, "only in B", false)));
        return differences;
    }

    private static Difference? Values(TensorFile a, TensorFile b, FileEntry entry, double relative, double absolute)
    {
        using Tensor first = a.Load(entry.Name);
        using Tensor second = b.Load(entry.Name);
        double[] left = Wide(first);
        double[] right = Wide(second);
        long count = 0;
        double largest = 0;
        int at = 0;
        for (int i = 0; i < left.Length; i++)
        {
            double distance = Math.Abs(left[i] - right[i]);
            if (left[i].Equals(right[i]) || distance <= absolute + (relative * Math.Abs(right[i])))
            {
                continue;
            }

            count++;
            if (double.IsNaN(distance) || distance > largest)
            {
                // What is no number differs most.
                largest = double.IsNaN(largest) ? largest : distance;
                at = i;
            }
        }

        if (count > 0)
        {
            return new Difference(entry.Name, Output.Text($"{count:N0} of {left.Length:N0} differ, most at {Place(first.Shape, at)}: {left[at]:G9} and {right[at]:G9}"), true)
            {
                Count = count,
                Largest = largest,
            };
        }

        return first.DType == second.DType ? null : new Difference(entry.Name, $"the same numbers as {first.DType} in A, {second.DType} in B", true);
    }

    private static double[] Wide(Tensor tensor)
    {
        using Tensor wide = tensor.To(DType.Float64);
        return wide.ToArray<double>();
    }

    private static string Place(Shape shape, int index)
    {
        int[] place = new int[shape.Rank];
        for (int axis = shape.Rank - 1; axis >= 0; axis--)
        {
            place[axis] = index % shape[axis];
            index /= shape[axis];
        }

        return $"[{string.Join(", ", place)}]";
    }

    private static void Print(List<Difference> differences, int same)
    {
        Table table = Output.Table("name", "difference");
        foreach (Difference difference in differences)
        {
            table.Add(difference.Name, difference.Text);
        }

        if (differences.Count > 0)
        {
            Output.Write(table);
        }

        Console.WriteLine(Output.Text($"{same} tensors are the same, {differences.Count} are not."));
    }

    private sealed record Difference(string Name, string Text, bool IsInBoth)
    {
        internal long Count { get; init; }

        internal double Largest { get; init; }

        internal JsonObject ToJson() => new JsonObject
        {
            ["name"] = Name,
            ["text"] = Text,
            ["count"] = Count,
            ["largest"] = Output.Number(Largest),
        };
    }
}
