using DeepSharp.Data;
using DeepSharp.Layers;
using DeepSharp.Optim;
using DeepSharp.Training;

namespace DeepSharp.Tests;

/// <summary>Fit with rules that evaluate the loss more than once a step.</summary>
public class ClosureOptimizerTests
{
    [Fact]
    public void Lbfgs_fits_a_line_in_a_few_steps_of_the_whole_set()
    {
        (Sequential model, Dataset data) = Line();
        LBFGS optimizer = new(model.Parameters(), lineSearch: true);
        History history = model.Fit(data, optimizer, new MeanSquaredErrorLoss(), epochs: 3, batchSize: data.Count);
        Solved(model, data);
        Assert.Equal(3, optimizer.StepCount);

        // The loss of an epoch is the one before its step.
        Assert.True(history.Epochs[0].Values["loss"] > 0.1);
        Assert.True(history.Epochs[2].Values["loss"] < 1e-6);
    }

    [Fact]
    public void Nesterov_s_look_ahead_form_and_Newton_s_method_fit_it_too()
    {
        (Sequential model, Dataset data) = Line();
        model.Fit(data, new NewtonCG(model.Parameters()), new MeanSquaredErrorLoss(), epochs: 4, batchSize: data.Count);
        Solved(model, data);
        (model, data) = Line();
        model.Fit(data, new NesterovAccelerated(model.Parameters(), 0.1), new MeanSquaredErrorLoss(), epochs: 200, batchSize: data.Count);
        Solved(model, data);
    }

    private static void Solved(Sequential model, Dataset data) =>
        Assert.Equal(0, model.Evaluate(data, new MeanSquaredErrorLoss())["loss"], 1e-6);

    // y = 2 a - 3 b + 0.5.
    private static (Sequential Model, Dataset Data) Line()
    {
        float[] x = [.. Enumerable.Range(0, 40).Select(static i => (float)Math.Sin(1.3 * i))];
        float[] y = [.. Enumerable.Range(0, 20).Select(i => (2 * x[2 * i]) - (3 * x[(2 * i) + 1]) + 0.5f)];
        Sequential model = new(new Dense(2, 1, device: Device.Cpu));
        return (model, new Dataset(Tensor.From(x, new Shape(20, 2), Device.Cpu), Tensor.From(y, new Shape(20, 1), Device.Cpu)));
    }
}
