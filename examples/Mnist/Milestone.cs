using System.Diagnostics;
using System.Globalization;
using DeepSharp.Training;

namespace DeepSharp.Examples.Mnist;

/// <summary>How long the program took, from its start, until the test images were first read with an accuracy.</summary>
internal sealed class Milestone(double accuracy) : ICallback
{
    private (int Epoch, double Seconds)? _reached;

    public void OnEpochEnd(TrainingContext context, EpochResult result)
    {
        if (_reached is null && result["val_accuracy"] >= accuracy)
        {
            using Process own = Process.GetCurrentProcess();
            _reached = (result.Epoch, (DateTime.Now - own.StartTime).TotalSeconds);
        }
    }

    public override string ToString() => _reached is { } reached
        ? string.Create(
            CultureInfo.InvariantCulture,
            $"{accuracy:P0} of the test images were first read after epoch {reached.Epoch}, {reached.Seconds:F1} s from the start of the program")
        : string.Create(CultureInfo.InvariantCulture, $"fewer than {accuracy:P0} of the test images were read after each epoch");
}
