using DeepSharp.Data;
using DeepSharp.Layers;
using DeepSharp.Training;

namespace DeepSharp.Tests;

/// <summary>A network on one device and data on another.</summary>
public class DeviceMismatchTests
{
    [Fact]
    public void Fit_Evaluate_and_Predict_name_operator_devices_and_remedy()
    {
        Sequential model = Problem.Classifier(1);
        Dictionary<string, float[]> before = Problem.Values(model);
        Dataset there = Problem.Rings(8, TestDevice.Gpu);
        Refused(() => model.Fit(there, Problem.Adam(model), batchSize: 4));
        Refused(() => model.Evaluate(there));
        Refused(() => model.Predict(there));
        using (Tensor.Scope())
        {
            Refused(() => model.Predict(Tensor.Ones([3, 2], device: TestDevice.Gpu)));
        }

        // Training that did not begin changed nothing, and goes on with data from the right place.
        Assert.Equal(before, Problem.Values(model));
        Assert.True(double.IsFinite(model.Fit(Problem.Rings(8), Problem.Adam(model), batchSize: 4)["loss"][0]));
    }

    [Fact]
    public void Metrics_name_devices_and_remedy()
    {
        using TensorScope scope = Tensor.Scope();
        Refused(
            () => new Accuracy().Update(Tensor.Ones([2, 3], device: Device.Cpu), Tensor.From([0, 1], TestDevice.Gpu)),
            "CountCorrect", "labels", "[2, 3]", "[2]");
    }

    private static void Refused(Action call, params string[] says)
    {
        string message = Assert.Throws<ArgumentException>(call).Message;
        string[] all = says.Length > 0 ? says : ["Linear", "[16, 2]"];
        Assert.All(
            [.. all, Device.Cpu.ToString(), TestDevice.Gpu.ToString(), "To(Device)"],
            part => Assert.Contains(part, message, StringComparison.Ordinal));
    }
}
