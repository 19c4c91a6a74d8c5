using Google.Protobuf;

namespace DeepSharp.Logging;

/// <summary>TensorBoard's messages as protocol buffers: the fields that are written, by their numbers in <c>event.proto</c>, <c>summary.proto</c>,
/// <c>tensor.proto</c> and the hparams plugin's <c>api.proto</c>. Fields stand in the order of their numbers, zeros are left out.</summary>
internal static class EventMessages
{
    internal static byte[] FileVersion(double time, long step = 0) => Event(time, step, static output => Text(output, 3, "brain.Event:2"));

    /// <summary>A training begins here: what TensorBoard has of this step and later ones is void.</summary>
    internal static byte[] SessionStart(double time, long step) => Event(time, step, static output => Nested(output, 7, static log => Integer(log, 1, 1)));

    internal static byte[] Scalar(double time, long step, string tag, double value) => Value(time, step, tag, summary =>
    {
        summary.WriteTag(2, WireFormat.WireType.Fixed32);
        summary.WriteFloat((float)value);
    });

    internal static byte[] Histogram(double time, long step, string tag, HistogramBins bins) => Value(time, step, tag, summary =>
        Nested(summary, 5, histogram =>
        {
            Number(histogram, 1, bins.Min);
            Number(histogram, 2, bins.Max);
            Number(histogram, 3, bins.Count);
            Number(histogram, 4, bins.Sum);
            Number(histogram, 5, bins.SumOfSquares);
            Numbers(histogram, 6, bins.Limits);
            Numbers(histogram, 7, bins.Counts);
        }));

    internal static byte[] Image(double time, long step, string tag, int height, int width, int channels, byte[] png) => Value(time, step, tag, summary =>
        Nested(summary, 4, image =>
        {
            Integer(image, 1, height);
            Integer(image, 2, width);
            Integer(image, 3, channels);
            image.WriteTag(4, WireFormat.WireType.LengthDelimited);
            image.WriteBytes(ByteString.CopyFrom(png));
        }));

    // A tensor of one string (DT_STRING is 7), for the text plugin.
    internal static byte[] Text(double time, long step, string tag, string text) => Value(time, step, tag, summary =>
    {
        Nested(summary, 8, tensor =>
        {
            Integer(tensor, 1, 7);
            Nested(tensor, 2, static shape => Nested(shape, 2, static axis => Integer(axis, 1, 1)));
            Text(tensor, 8, text);
        });
        Plugin(summary, "text", static _ => { });
    });

    /// <summary>Which hyper-parameters and results there are, for the hparams plugin.</summary>
    internal static byte[] Experiment(double time, IReadOnlyDictionary<string, object> values, IEnumerable<(string Run, string Tag)> metrics) =>
        HyperParameters(time, "experiment", 2, experiment =>
        {
            foreach ((string name, object value) in values)
            {
                Nested(experiment, 4, info =>
                {
                    Text(info, 1, name);
                    Integer(info, 4, value switch { string => 1, bool => 2, _ => 3 });
                });
            }

            foreach ((string run, string tag) in metrics)
            {
                Nested(experiment, 5, info => Nested(info, 1, name =>
                {
                    Text(name, 1, run);
                    Text(name, 2, tag);
                }));
            }
        });

    internal static byte[] SessionStartInfo(double time, IReadOnlyDictionary<string, object> values) =>
        HyperParameters(time, "session_start_info", 3, start =>
        {
            foreach ((string name, object value) in values)
            {
                Nested(start, 1, entry =>
                {
                    Text(entry, 1, name);
                    Nested(entry, 2, boxed => Boxed(boxed, value));
                });
            }
        });

    internal static byte[] SessionEndInfo(double time, bool succeeded) =>
        HyperParameters(time, "session_end_info", 4, end => Integer(end, 1, succeeded ? 1 : 2));

    private static byte[] HyperParameters(double time, string name, int field, Action<CodedOutputStream> content) => Value(
        time, 0, $"_hparams_/{name}", summary => Plugin(summary, "hparams", data => Nested(data, field, content)));

    // google.protobuf.Value; one of several fields is written even if it is 0.
    private static void Boxed(CodedOutputStream output, object value)
    {
        switch (value)
        {
            case string text:
                output.WriteTag(3, WireFormat.WireType.LengthDelimited);
                output.WriteString(text);
                break;
            case bool flag:
                output.WriteTag(4, WireFormat.WireType.Varint);
                output.WriteBool(flag);
                break;
            default:
                output.WriteTag(2, WireFormat.WireType.Fixed64);
                output.WriteDouble(Convert.ToDouble(value, System.Globalization.CultureInfo.InvariantCulture));
                break;
        }
    }

    private static void Plugin(CodedOutputStream summary, string name, Action<CodedOutputStream> content) => Nested(summary, 9, metadata =>
        Nested(metadata, 1, plugin =>
        {
            Text(plugin, 1, name);
            byte[] data = Message(content);
            if (data.Length > 0)
            {
                plugin.WriteTag(2, WireFormat.WireType.LengthDelimited);
                plugin.WriteBytes(ByteString.CopyFrom(data));
            }
        }));

    // An event whose summary has one value.
    private static byte[] Value(double time, long step, string tag, Action<CodedOutputStream> what) => Event(time, step, output =>
        Nested(output, 5, summary => Nested(summary, 1, value =>
        {
            Text(value, 1, tag);
            what(value);
        })));

    private static byte[] Event(double time, long step, Action<CodedOutputStream> what) => Message(output =>
    {
        Number(output, 1, time);
        if (step != 0)
        {
            output.WriteTag(2, WireFormat.WireType.Varint);
            output.WriteInt64(step);
        }

        what(output);
    });

    private static void Nested(CodedOutputStream output, int field, Action<CodedOutputStream> what)
    {
        output.WriteTag(field, WireFormat.WireType.LengthDelimited);
        output.WriteBytes(ByteString.CopyFrom(Message(what)));
    }

    private static void Text(CodedOutputStream output, int field, string text)
    {
        if (text.Length > 0)
        {
            output.WriteTag(field, WireFormat.WireType.LengthDelimited);
            output.WriteString(text);
        }
    }

    private static void Number(CodedOutputStream output, int field, double value)
    {
        // Protocol buffers leave out 0, and not -0.
        if (BitConverter.DoubleToInt64Bits(value) != 0)
        {
            output.WriteTag(field, WireFormat.WireType.Fixed64);
            output.WriteDouble(value);
        }
    }

    private static void Numbers(CodedOutputStream output, int field, double[] values)
    {
        output.WriteTag(field, WireFormat.WireType.LengthDelimited);
        output.WriteLength(values.Length * sizeof(double));
        foreach (double value in values)
        {
            output.WriteDouble(value);
        }
    }

    private static void Integer(CodedOutputStream output, int field, int value)
    {
        output.WriteTag(field, WireFormat.WireType.Varint);
        output.WriteInt32(value);
    }

    private static byte[] Message(Action<CodedOutputStream> write)
    {
        using MemoryStream bytes = new();
        using (CodedOutputStream output = new(bytes, leaveOpen: true))
        {
            write(output);
        }

        return bytes.ToArray();
    }
}
