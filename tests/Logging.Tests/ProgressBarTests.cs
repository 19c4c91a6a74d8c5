using System.Diagnostics;
using DeepSharp.Data;
using DeepSharp.Layers;
using DeepSharp.Logging;
using DeepSharp.Optim;
using DeepSharp.Training;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace DeepSharp.Tests;

public class ProgressBarTests
{
    [Theory]
    [InlineData(20)]
    [InlineData(40)]
    [InlineData(80)]
    [InlineData(120)]
    public void Epochs_that_are_done_stay_as_lines_that_no_terminal_breaks(int width)
    {
        Terminal terminal = new(width);
        Fit(3, new ProgressBar(terminal.Console));
        string[] screen = terminal.Screen;
        Assert.All(screen, line => Assert.True(line.Length < width, line));
        Assert.Equal(["epoch 1/3", "epoch 2/3", "epoch 3/3"], screen.Where(static line => !line.StartsWith(' ')).Select(static line => line[..9]));
        Assert.Equal(3, string.Join(' ', screen).Split("val_accuracy").Length - 1);
        Assert.Equal(width == 120 ? 3 : 3 * (screen.Length / 3), screen.Length);
        Assert.True(terminal.IsCursorShown);
        Assert.Contains("\u001b[?25l", terminal.Sent, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(20)]
    [InlineData(40)]
    [InlineData(80)]
    [InlineData(120)]
    public void The_epoch_under_way_takes_its_own_place_again_and_again(int width)
    {
        Terminal terminal = new(width);
        List<string[]> seen = [];
        Fit(2, new ProgressBar(terminal.Console), new Slow(0.3, () => seen.Add(terminal.Screen)));
        Assert.All(seen.SelectMany(static screen => screen), line => Assert.True(line.Length < width, line));
        string[] first = seen[1];
        Assert.StartsWith("epoch 1/2 ", first[0], StringComparison.Ordinal);
        Assert.Contains("50%", first[0], StringComparison.Ordinal);
        Assert.StartsWith("loss 0.", first[1], StringComparison.Ordinal);
        Assert.InRange(first.Length, 2, 6);

        // In the second epoch the line of the first stands above, and its values on validation data are shown.
        string[] second = seen[^1];
        Assert.StartsWith("epoch 1/2", second[0], StringComparison.Ordinal);
        Assert.Single(second, static line => line.StartsWith("epoch 2/2", StringComparison.Ordinal));
        if (width >= 40)
        {
            string block = string.Join(' ', second.SkipWhile(static line => !line.StartsWith("epoch 2/2", StringComparison.Ordinal)));
            Assert.Contains("val_accuracy", block, StringComparison.Ordinal);
            Assert.Contains("samples/s", block, StringComparison.Ordinal);
            Assert.Contains("learning rate 0.25", block, StringComparison.Ordinal);
            Assert.Contains("process ", block, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_terminal_that_becomes_narrower_or_wider_keeps_its_lines()
    {
        Terminal terminal = new(100);
        int frames = 0;
        Fit(2, new ProgressBar(terminal.Console), new Slow(0.26, () => terminal.Console.Profile.Width = ++frames % 2 == 0 ? 100 : 45));

        // The way up is that of lines as the terminal has them now: of 99 columns in 45, three.
        Assert.Matches("\u001b\\[[3-9]A", terminal.Sent);
        Assert.True(terminal.IsCursorShown);
    }

    [Fact]
    public void An_output_that_is_no_terminal_has_plain_lines()
    {
        using StringWriter output = new();
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.No, Interactive = InteractionSupport.No, Out = new AnsiConsoleOutput(output) });
        console.Profile.Width = 30;
        History history = Fit(2, new ProgressBar(console));
        using StringWriter lines = new();
        ProgressLines expected = new(lines);
        TrainingContext? context = null;
        Fit(2, new LambdaCallback { EpochEnd = (now, _) => context = now });
        Assert.All(history.Epochs, epoch => expected.OnEpochEnd(context!, epoch));
        Assert.Equal(lines.ToString(), output.ToString());
        Assert.DoesNotContain(output.ToString().ReplaceLineEndings("\n"), static c => char.IsControl(c) && c != '\n');
    }

    [Fact]
    public void No_color_means_none()
    {
        Terminal colours = new(80);
        Fit(1, new ProgressBar(colours.Console));
        Assert.Matches("\u001b\\[[0-9;]*3[0-9]", colours.Sent);
        Environment.SetEnvironmentVariable("NO_COLOR", "1");
        Terminal none;
        try
        {
            none = new Terminal(80, ColorSystemSupport.Detect);
        }
        finally
        {
            Environment.SetEnvironmentVariable("NO_COLOR", null);
        }

        Fit(1, new ProgressBar(none.Console));
        Assert.DoesNotMatch("\u001b\\[[0-9;]*3[0-9]", none.Sent);
        Assert.StartsWith("epoch 1/1", none.Screen[0], StringComparison.Ordinal);
    }

    [Fact]
    public void The_cursor_comes_back_after_an_error_and_a_cancellation()
    {
        Terminal failed = new(80);
        Assert.Throws<InvalidOperationException>(() => Fit(2, new ProgressBar(failed.Console), new LambdaCallback
        {
            BatchEnd = static context =>
            {
                if (context.Batch == 3)
                {
                    throw new InvalidOperationException("no more");
                }
            },
        }));
        Assert.True(failed.IsCursorShown);
        Assert.Equal(["epoch 1/2  failed after 3 of 4 batches"], failed.Screen);

        Terminal stopped = new(80);
        Fit(2, new ProgressBar(stopped.Console), new LambdaCallback
        {
            BatchEnd = static context =>
            {
                if (context.Epoch == 2)
                {
                    context.Stop();
                }
            },
        });
        Assert.True(stopped.IsCursorShown);
        Assert.Equal("epoch 2/2  stopped after 1 of 4 batches", stopped.Screen[^1]);
    }

    [Fact]
    public void A_second_training_with_the_same_bar_is_shown_below_the_first()
    {
        Terminal terminal = new(120);
        ProgressBar bar = new(terminal.Console);
        Fit(1, bar);
        Fit(2, bar);
        Assert.Equal(["epoch 1/1", "epoch 1/2", "epoch 2/2"], terminal.Screen.Select(static line => line[..9]));
    }

    // Reading waits for the device; so do the metric's two numbers.
    [Fact]
    public void The_loss_is_read_a_few_times_a_second_only()
    {
        Terminal terminal = new(80);
        int readings = 0;
        Stopwatch watch = Stopwatch.StartNew();
        Dense model = new(1, 2, device: Device.Cpu);
        model.Fit(Data(4000), new SGD(model.Parameters(), 0.1), batchSize: 1, metrics: [new Counted(() => readings++)], callbacks: [new ProgressBar(terminal.Console)]);
        Assert.InRange(readings, 1, (watch.Elapsed.TotalSeconds / 0.25) + 2);
    }

    [Fact]
    public void Readings_of_the_loss_are_blocks_between_the_least_and_the_greatest()
    {
        Assert.Equal("▁▃▅▆█", ProgressText.Sparkline([0, 0.25, 0.5, 0.75, 1], unicode: true));
        Assert.Equal("▁▁", ProgressText.Sparkline([3, 3], unicode: true));
        Assert.Equal("▁!█!", ProgressText.Sparkline([0, double.NaN, 1, double.PositiveInfinity], unicode: true));
        Assert.Equal("!", ProgressText.Sparkline([double.NaN], unicode: true));
        Assert.Equal("@_", ProgressText.Sparkline([1, -1], unicode: false));
        Assert.Equal(24, ProgressText.Sparkline([.. Enumerable.Range(0, 40).Select(static i => (double)i)], unicode: true).Length);
    }

    [Theory]
    [InlineData(0, "0:00")]
    [InlineData(6.2, "0:07")]
    [InlineData(754, "12:34")]
    [InlineData(3723, "1:02:03")]
    [InlineData(183600, "2 d 3 h")]
    [InlineData(double.PositiveInfinity, "?")]
    [InlineData(double.NaN, "?")]
    public void Times_are_those_of_a_clock(double seconds, string expected) => Assert.Equal(expected, ProgressText.Clock(seconds));

    [Theory]
    [InlineData(348160, "340 KiB")]
    [InlineData(12897484, "12.3 MiB")]
    [InlineData(4563402752, "4.25 GiB")]
    public void Memory_is_in_powers_of_1024(long bytes, string expected) => Assert.Equal(expected, ProgressText.Bytes(bytes));

    [Theory]
    [InlineData(12)]
    [InlineData(40)]
    [InlineData(79)]
    [InlineData(200)]
    public void Names_of_any_length_and_signs_are_cut_to_the_line(int width)
    {
        ProgressSnapshot now = new()
        {
            Epoch = 12,
            Epochs = 10000,
            Batch = 5,
            Batches = 100000,
            EpochLeft = 86400 * 3,
            AllLeft = 1e300,
            Values = [new("loss", 1e-7), new(new string('x', 300), double.NaN), new("名前\u001b[2J\n", -1e300)],
            Losses = [1, 2],
        };
        foreach (List<Segment> line in ProgressText.Live(now, width, 6, unicode: true))
        {
            Assert.InRange(Segment.CellCount(line), 0, width - 1);
            Assert.DoesNotContain(string.Concat(line.Select(static segment => segment.Text)), char.IsControl);
        }
    }

    private static Dataset Data(int count) =>
        new(Tensor.Arange(count, device: Device.Cpu).Reshape(count, 1) / count, (Tensor.Arange(count, device: Device.Cpu) > (count / 2)).To(DType.Int64));

    private static History Fit(int epochs, params ICallback[] callbacks)
    {
        Dense model = new(1, 2, generator: new Generator(1), device: Device.Cpu);
        return model.Fit(
            Data(8), new SGD(model.Parameters(), 0.25), epochs: epochs, batchSize: 2, metrics: [new Accuracy()], validation: Data(4), callbacks: callbacks);
    }

    // A batch takes as long as a reading waits for, and then somebody looks.
    private sealed class Slow(double seconds, Action look) : ICallback
    {
        public void OnBatchBegin(TrainingContext context) => Thread.Sleep(TimeSpan.FromSeconds(seconds));

        public void OnBatchEnd(TrainingContext context) => look();
    }

    private sealed class Counted(Action onRead) : Metric
    {
        public override string Name => "counted";

        public override void Update(Tensor prediction, Tensor target)
        {
        }

        public override double Result()
        {
            onRead();
            return 1;
        }

        public override void Reset()
        {
        }
    }
}
