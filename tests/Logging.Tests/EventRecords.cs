using Google.Protobuf;

namespace DeepSharp.Tests;

/// <summary>A reader of event files for the tests: fields by their paths of numbers, such as 5.1.1 for the name of an event's value.</summary>
internal static class EventRecords
{
    /// <summary>The scalars of a folder's only event file: name, step and value.</summary>
    internal static (string Tag, long Step, double Value)[] Scalars(string folder)
    {
        List<(string, long, double)> scalars = [];
        foreach (byte[] record in Read(Directory.GetFiles(folder).Order().Last()))
        {
            Dictionary<string, object> fields = Fields(record);
            if (fields.TryGetValue("5.1.2", out object? value))
            {
                scalars.Add(((ByteString)fields["5.1.1"] is var tag ? tag.ToStringUtf8() : "", (long)(ulong)fields.GetValueOrDefault("2", 0UL), BitConverter.UInt32BitsToSingle((uint)value)));
            }
        }

        return [.. scalars];
    }

    internal static List<byte[]> Read(string file)
    {
        byte[] bytes = File.ReadAllBytes(file);
        List<byte[]> records = [];
        for (int at = 0; at < bytes.Length;)
        {
            int length = (int)BitConverter.ToInt64(bytes, at);
            records.Add(bytes[(at + 12)..(at + 12 + length)]);
            at += 16 + length;
        }

        return records;
    }

    internal static Dictionary<string, object> Fields(byte[] message)
    {
        Dictionary<string, object> fields = [];
        Add(message, "", fields);
        return fields;
    }

    private static void Add(byte[] message, string path, Dictionary<string, object> fields)
    {
        CodedInputStream input = new(message);
        while (input.ReadTag() is var tag and not 0)
        {
            string name = path + WireFormat.GetTagFieldNumber(tag);
            switch (WireFormat.GetTagWireType(tag))
            {
                case WireFormat.WireType.Varint:
                    fields[name] = input.ReadUInt64();
                    break;
                case WireFormat.WireType.Fixed32:
                    fields[name] = input.ReadFixed32();
                    break;
                case WireFormat.WireType.Fixed64:
                    fields[name] = input.ReadDouble();
                    break;
                default:
                    ByteString bytes = input.ReadBytes();
                    fields[name] = bytes;
                    if (name is "5" or "5.1" or "7" or "5.1.5" or "5.1.9" or "5.1.9.1")
                    {
                        Add(bytes.ToByteArray(), name + ".", fields);
                    }

                    break;
            }
        }
    }
}
