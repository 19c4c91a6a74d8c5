using DeepSharp.Testing;

namespace DeepSharp.Tests;

/// <summary>Tensors from golden arrays, and comparisons with them.</summary>
internal static class GoldenTensors
{
    internal static Tensor Tensor(this GoldenArray array, Device? device = null)
    {
        Shape shape = new([.. array.Shape]);
        Device on = device ?? Device.Cpu;
        return array.DType switch
        {
            "float32" => DeepSharp.Tensor.From(array.ToFloats(), shape, on),
            "float64" => DeepSharp.Tensor.From(array.ToDoubles(), shape, on),
            "int64" => DeepSharp.Tensor.From(array.ToIntegers(), shape, on),
            _ => DeepSharp.Tensor.From(array.ToBooleans(), shape, on),
        };
    }

    internal static Tensor? Optional(this GoldenArrays arrays, string name) => arrays.Contains(name) ? arrays[name].Tensor() : null;

    /// <summary>Float32 within 2e-5 |x| + 2e-6, Float64 within 1e-11 |x| + 1e-12, both so many times looser; integers and masks exactly.</summary>
    internal static void Matches(this GoldenArray expected, Tensor actual, double looser = 1)
    {
        Assert.Equal(expected.Shape, actual.Shape);
        switch (actual.DType)
        {
            case DType.Float32:
                expected.AssertClose(actual.ToArray<float>(), 2e-5 * looser, 2e-6 * looser);
                break;
            case DType.Float64:
                expected.AssertClose(actual.ToArray<double>(), 1e-11 * looser, 1e-12 * looser);
                break;
            default:
                expected.AssertClose(actual.To(Device.Cpu).To(DType.Float64).ToArray<double>(), 0, 0);
                break;
        }
    }

    /// <summary>Runs a function and compares its output and the gradients of its inputs.</summary>
    internal static void Check(GoldenCase golden, Func<IReadOnlyDictionary<string, Tensor>, Tensor> function, double looser = 1)
    {
        using TensorScope scope = DeepSharp.Tensor.Scope();
        Dictionary<string, Tensor> inputs = golden.Inputs.All.ToDictionary(static array => array.Name, static array => array.Tensor());
        foreach (GoldenArray gradient in golden.Gradients.All)
        {
            inputs[gradient.Name].RequireGrad();
        }

        Tensor output = function(inputs);
        golden.Outputs["output"].Matches(output, looser);
        output.Backward(golden.OutputGradients["output"].Tensor());
        foreach (GoldenArray gradient in golden.Gradients.All)
        {
            gradient.Matches(inputs[gradient.Name].Gradient!, looser);
        }
    }

    /// <summary>Runs a function of the inputs in the file's order on the CPU, and compares its output and, where there are any, gradients.</summary>
    internal static void CheckAll(GoldenCase golden, Func<Tensor[], Tensor> function, double looser = 1)
    {
        using TensorScope scope = DeepSharp.Tensor.Scope();
        Tensor[] inputs = [.. golden.Inputs.All.Select(static array => array.Tensor())];
        for (int i = 0; i < inputs.Length; i++)
        {
            if (golden.Gradients.Contains(golden.Inputs.All[i].Name))
            {
                inputs[i].RequireGrad();
            }
        }

        Tensor output = function(inputs);
        golden.Outputs["output"].Matches(output, looser);
        if (golden.Gradients.All.Count == 0)
        {
            Assert.False(output.RequiresGrad);
            return;
        }

        output.Backward(golden.OutputGradients["output"].Tensor());
        for (int i = 0; i < inputs.Length; i++)
        {
            string input = golden.Inputs.All[i].Name;
            if (golden.Gradients.Contains(input))
            {
                golden.Gradients[input].Matches(inputs[i].Gradient!, looser);
            }
        }
    }
}
