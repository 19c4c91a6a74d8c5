using System.CommandLine;
using System.Text.Json.Nodes;
using Spectre.Console;

namespace DeepSharp.Tool;

/// <summary><c>deepsharp devices</c></summary>
internal static class DevicesCommand
{
    internal static Command Make()
    {
        Option<bool> list = new("--list") { Description = "Only say what there is: no test, no speed." };
        Option<bool> json = Output.Json();
        Command command = new(
            "devices", "List the devices: memory, what multiplies matrices, whether they compute right and how fast; and those refused, with the reason.")
        {
            list, json,
        };
        command.SetAction(parsed =>
        {
            Found[] found = [.. Device.All.Select(device => Look(device, !parsed.GetValue(list)))];
            if (parsed.GetValue(json))
            {
                Output.Write(new JsonObject
                {
                    ["devices"] = new JsonArray([.. found.Select(static one => (JsonNode)one.ToJson())]),
                    ["refused"] = new JsonArray([.. Device.Refused.Select(static one => (JsonNode)new JsonObject
                    {
                        ["kind"] = one.Kind.ToString(),
                        ["name"] = one.Name,
                        ["reason"] = one.Reason,
                    })]),
                });
            }
            else
            {
                Print(found);
            }

            return found.Any(static one => one.Wrong is not null) ? 1 : 0;
        });
        return command;
    }

    // A device that fails under the test is told of like one that computes wrong: the others are still of interest.
    private static Found Look(Device device, bool tests)
    {
        if (!tests)
        {
            return new Found(device, null, null, null);
        }

        try
        {
            return DeviceSpeed.Test(device) is { } wrong
                ? new Found(device, wrong, null, null)
                : new Found(device, null, DeviceSpeed.Bandwidth(device), DeviceSpeed.Rate(device));
        }
        catch (DeviceException error)
        {
            return new Found(device, error.Message, null, null);
        }
    }

    private static void Print(Found[] found)
    {
        Table table = Output.Table("device", "name", " memory", "products", "Float64", " GB/s", " GFLOP/s", "test");
        foreach ((Device device, string? wrong, double? bandwidth, double? rate) in found)
        {
            table.Add(
                device.ToString(), device.Name, Output.Bytes(device.MemorySize), device.MatrixProducts, device.HasDoublePrecision ? "yes" : "no",
                bandwidth is { } bytes ? Output.Text($"{bytes:N1}") : "", rate is { } operations ? Output.Text($"{operations:N0}") : "",
                wrong is not null ? "wrong" : bandwidth is null ? "" : "right");
        }

        Output.Write(table);
        foreach (Found one in found.Where(static one => one.Wrong is not null))
        {
            Console.WriteLine($"{one.Device}: {one.Wrong}");
        }

        foreach (RefusedDevice refused in Device.Refused)
        {
            Console.WriteLine($"refused: {refused}");
        }
    }

    private sealed record Found(Device Device, string? Wrong, double? Bandwidth, double? Rate)
    {
        internal JsonObject ToJson() => new JsonObject
        {
            ["device"] = Device.ToString(),
            ["kind"] = Device.Kind.ToString(),
            ["index"] = Device.Index,
            ["name"] = Device.Name,
            ["memory"] = Device.MemorySize,
            ["products"] = Device.MatrixProducts,
            ["double_precision"] = Device.HasDoublePrecision,
            ["gigabytes_per_second"] = Bandwidth,
            ["gigaflops"] = Rate,
            ["wrong"] = Wrong,
        };
    }
}
