using System.Globalization;
using System.Runtime.InteropServices;
using DeepSharp.Training;
using Spectre.Console;

namespace DeepSharp.Examples.Mnist;

/// <summary>A live progress bar on a terminal; plain lines elsewhere.</summary>
internal static class LiveProgress
{
    internal static History Show(Func<ICallback, History> train)
    {
        if (Console.IsOutputRedirected || !AnsiConsole.Profile.Capabilities.Interactive)
        {
            return train(new ProgressLines());
        }

        // The bars hide the cursor, and a program that is interrupted a second time does not come to show it again by itself.
        using PosixSignalRegistration interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, static _ => AnsiConsole.Cursor.Show());
        using PosixSignalRegistration ended = PosixSignalRegistration.Create(PosixSignal.SIGTERM, static _ => AnsiConsole.Cursor.Show());
        return AnsiConsole.Progress()
            .AutoClear(false)
            .HideCompleted(false)
            .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
            .Start(progress => train(new Bars(progress)));
    }

    /// <summary>One bar for each epoch.</summary>
    private sealed class Bars(ProgressContext progress) : ICallback
    {
        // Reading the loss waits for the device, so it is done a few times a second only.
        private const double Interval = 0.2;
        private ProgressTask? _bar;
        private double _shown;

        public void OnEpochBegin(TrainingContext context)
        {
            _bar = progress.AddTask($"epoch {context.Epoch}/{context.Epochs}", maxValue: context.Batches);
            _shown = 0;
        }

        public void OnBatchEnd(TrainingContext context)
        {
            if (context.Seconds - _shown < Interval)
            {
                return;
            }

            _shown = context.Seconds;
            _bar!.Value = context.Batch;
            _bar.Description = Describe(context, context.Loss, context.Metrics["accuracy"], context.Samples / context.Seconds);
        }

        public void OnEpochEnd(TrainingContext context, EpochResult result)
        {
            _bar!.Description = Describe(context, result["loss"], result["accuracy"], result.SamplesPerSecond);
            _bar.Value = context.Batches;
            _bar.StopTask();
        }

        private static string Describe(TrainingContext context, double loss, double accuracy, double rate) => string.Create(
            CultureInfo.InvariantCulture,
            $"epoch {context.Epoch}/{context.Epochs}  loss {loss:F4}  accuracy {accuracy:P2}  {rate:N0} samples/s");
    }
}
