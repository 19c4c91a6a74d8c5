using System.Text.Json;

namespace DeepSharp.Testing;

/// <summary>One case of a golden file.</summary>
public sealed class GoldenCase
{
    internal GoldenCase(JsonElement element)
    {
        Name = element.GetProperty("name").GetString()!;
        Kind = element.GetProperty("kind").GetString()!;
        DType = element.GetProperty("dtype").GetString()!;
        Options = new GoldenOptions(Name, element.GetProperty("options"));
        Inputs = Read(element, "inputs");
        OutputGradients = Read(element, "outputGradients");
        Outputs = Read(element, "outputs");
        Gradients = Read(element, "gradients");
        State = Read(element, "state");
    }

    /// <summary>The full name, kind/name/dtype, unique in its file.</summary>
    public string Name { get; }

    /// <summary>What is tested, such as <c>cross_entropy</c>.</summary>
    public string Kind { get; }

    /// <summary><c>float32</c>, <c>float64</c>, or empty where numbers have no dtype (schedules, initialisers).</summary>
    public string DType { get; }

    /// <summary>Options under PyTorch's names.</summary>
    public GoldenOptions Options { get; }

    /// <summary>What goes in: data, targets, parameters.</summary>
    public GoldenArrays Inputs { get; }

    /// <summary>The gradient that each differentiable output receives.</summary>
    public GoldenArrays OutputGradients { get; }

    /// <summary>What comes out.</summary>
    public GoldenArrays Outputs { get; }

    /// <summary>The gradient of sum(output * output gradient) with respect to each differentiable input.</summary>
    public GoldenArrays Gradients { get; }

    /// <summary>What is remembered afterwards: running statistics, optimizer state, trained weights.</summary>
    public GoldenArrays State { get; }

    /// <summary>The full name.</summary>
    public override string ToString() => Name;

    private GoldenArrays Read(JsonElement element, string group) => new($"{Name}: {group}", element.GetProperty(group));
}
