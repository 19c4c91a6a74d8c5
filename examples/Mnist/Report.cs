using System.Globalization;
using System.Text;
using DeepSharp.Data;
using DeepSharp.Layers;
using DeepSharp.Training;

namespace DeepSharp.Examples.Mnist;

/// <summary>What the network gets right and wrong: a confusion matrix and a few of its mistakes, drawn as text.</summary>
internal static class Report
{
    private const int Shown = 6;
    private const string Gap = "   ";
    private const string Shades = " .:-=+*#%@";

    internal static void Write(Module model, Dataset test)
    {
        using TensorScope scope = Tensor.Scope();
        Tensor scores = model.Predict(test);
        long[] predicted = scores.ArgMax(1).ToArray<long>();
        long[] labels = test.Targets.To(DType.Int64).ToArray<long>();
        Console.WriteLine(Confusion(predicted, labels, classes: scores.Shape[1]));
        int[] wrong = [.. Enumerable.Range(0, labels.Length).Where(i => predicted[i] != labels[i]).Take(Shown)];
        if (wrong.Length > 0)
        {
            Console.WriteLine(Drawn(test, wrong, predicted, labels));
        }
    }

    internal static string Confusion(long[] predicted, long[] labels, int classes)
    {
        int[,] counts = new int[classes, classes];
        for (int i = 0; i < labels.Length; i++)
        {
            counts[labels[i], predicted[i]]++;
        }

        StringBuilder text = new("\nconfusion matrix: rows are the digits, columns what they were read as\n      ");
        for (int column = 0; column < classes; column++)
        {
            text.Append(CultureInfo.InvariantCulture, $"{column,6}");
        }

        for (int row = 0; row < classes; row++)
        {
            text.Append(CultureInfo.InvariantCulture, $"\n{row,6}");
            for (int column = 0; column < classes; column++)
            {
                text.Append(counts[row, column] == 0 ? "     ." : string.Create(CultureInfo.InvariantCulture, $"{counts[row, column],6}"));
            }
        }

        return text.Append('\n').ToString();
    }

    private static string Drawn(Dataset test, int[] wrong, long[] predicted, long[] labels)
    {
        int height = test.Features.Shape[1];
        int width = test.Features.Shape[2];
        int across = Math.Max(1, (LineLength() + Gap.Length) / (width + Gap.Length));
        StringBuilder text = new("some that were misread\n");
        foreach (int[] line in wrong.Chunk(across))
        {
            byte[][] images = [.. line.Select(i => test.Features[i].ToArray<byte>())];
            Append(text, line.Select(i => $"#{i}: {labels[i]} read as {predicted[i]}".PadRight(width)));

            // A character is about twice as high as wide, so each stands for two rows of pixels.
            for (int row = 0; row + 1 < height; row += 2)
            {
                int top = row * width;
                Append(text, images.Select(image => string.Concat(Enumerable.Range(top, width).Select(pixel =>
                    Shades[(image[pixel] + image[pixel + width]) * (Shades.Length - 1) / 510]))));
            }
        }

        return text.ToString();
    }

    private static void Append(StringBuilder text, IEnumerable<string> parts) =>
        text.Append(string.Join(Gap, parts).TrimEnd()).Append('\n');

    private static int LineLength() => Console.IsOutputRedirected || Console.WindowWidth <= 0 ? 100 : Console.WindowWidth;
}
