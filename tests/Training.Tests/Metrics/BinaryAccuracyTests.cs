using DeepSharp.Data;
using DeepSharp.Layers;
using DeepSharp.Training;

namespace DeepSharp.Tests;

public class BinaryAccuracyTests
{
    private static readonly float[] s_scores = [-2, 0.25f, 0.75f, 3, -0.5f, 0.5f];
    private static readonly float[] s_truth = [0, 1, 0, 1, 1, 1];

    [Theory]
    [InlineData(-1.0, 0.6)] // Of the five that count, three are right.
    [InlineData(null, 0.5)]
    public void Elements_that_are_ignored_count_nothing(double? ignored, double expected)
    {
        foreach (Device device in (Device[])[Device.Cpu, TestDevice.Gpu])
        {
            using TensorScope scope = Tensor.Scope();
            BinaryAccuracy metric = new(0, ignored);
            Tensor scores = Tensor.From([1f, 2, -1, -2, 3, 4], device);
            Tensor truth = Tensor.From([1f, 0, 0, 1, 1, -1], device);
            metric.Update(scores[..2], truth[..2]);
            metric.Update(scores[2..], truth[2..]);
            Assert.Equal(expected, metric.Result(), 1e-15);
            metric.Reset();
            Assert.Equal(double.NaN, metric.Result());
            metric.Update(scores[5..], truth[5..]);
            Assert.Equal(ignored is null ? 0 : double.NaN, metric.Result());
        }

        Assert.Throws<ArgumentOutOfRangeException>(static () => new BinaryAccuracy(0, double.NaN));
    }

    [Theory]
    [InlineData(0.0, 4)]
    [InlineData(0.5, 2)]
    public void The_share_of_elements_on_the_right_side(double threshold, int right)
    {
        // Above 0: no yes yes yes no yes; above 0.5: no no yes yes no no.
        foreach (Device device in (Device[])[Device.Cpu, TestDevice.Gpu])
        {
            foreach (DType dtype in (DType[])[DType.Float32, DType.Float64, DType.Int64, DType.UInt8, DType.Bool])
            {
                using TensorScope scope = Tensor.Scope();
                BinaryAccuracy metric = new(threshold);
                Assert.Equal("binary_accuracy", metric.Name);
                Assert.True(double.IsNaN(metric.Result()));
                Tensor scores = Tensor.From(s_scores, [6, 1], device);
                Tensor truth = Tensor.From(s_truth, [6, 1], device).To(dtype);
                metric.Update(scores[..4], truth[..4]);
                metric.Update(scores[4..], truth[4..]);
                Assert.Equal(right / 6.0, metric.Result(), 1e-12);
                metric.Reset();
                metric.Update(scores[3..4], truth[3..4]);
                Assert.Equal(1, metric.Result());
            }
        }
    }

    [Fact]
    public void A_network_of_one_output_is_evaluated_with_it_and_not_with_Accuracy()
    {
        Dataset data = new(Tensor.From(s_scores, [6, 1], Device.Cpu), Tensor.From(s_truth, [6, 1], Device.Cpu));
        Sequential same = [];
        Assert.Equal(4 / 6.0, same.Evaluate(data, new BinaryCrossEntropyWithLogitsLoss(), [new BinaryAccuracy(0)], batchSize: 4)["binary_accuracy"], 1e-12);
        string message = Assert.Throws<ArgumentException>(() => same.Evaluate(data, new BinaryCrossEntropyWithLogitsLoss(), [new Accuracy()])).Message;
        Assert.All((string[])["Accuracy", "[6, 1]", "BinaryAccuracy", "logits"], part => Assert.Contains(part, message, StringComparison.Ordinal));
    }

    [Fact]
    public void What_does_not_fit_is_refused()
    {
        Tensor scores = Tensor.From(s_scores, [6, 1], Device.Cpu);
        string message = Assert.Throws<ArgumentException>(() => new BinaryAccuracy().Update(scores, Tensor.From(s_truth, Device.Cpu))).Message;
        Assert.All((string[])["BinaryAccuracy", "[6, 1]", "[6]", "reshape"], part => Assert.Contains(part, message, StringComparison.Ordinal));
        Assert.Throws<ArgumentOutOfRangeException>(() => new BinaryAccuracy(double.NaN));
    }
}
