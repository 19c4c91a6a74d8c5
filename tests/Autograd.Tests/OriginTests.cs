namespace DeepSharp.Tests;

/// <summary>A tensor knows which operator made it, not which step of it was the last: errors name it.</summary>
public class OriginTests
{
    private static readonly Tensor s_x = Tensor.Normal([2, 3, 4], device: Device.Cpu, generator: new Generator(1)).Keep();

    private static readonly Dictionary<string, Func<Tensor, Tensor>[]> s_calls = new()
    {
        ["Sum"] = [static x => x.Sum(1), static x => x.Sum(), static x => x.Sum([0, 2], keepDims: true)],
        ["Mean"] = [static x => x.Mean(1), static x => x.Mean()],
        ["Max"] = [static x => x.Max(1), static x => x.Max()],
        ["Min"] = [static x => x.Min(0)],
        ["ArgMax"] = [static x => x.ArgMax(1)],
        ["ArgMin"] = [static x => x.ArgMin(0)],
        ["Variance"] = [static x => x.Variance(1)],
        ["StandardDeviation"] = [static x => x.StandardDeviation(1), static x => x.StandardDeviation()],
        ["LogSumExp"] = [static x => x.LogSumExp(1)],
        ["Norm"] = [static x => x.Norm()],
        ["Softmax"] = [static x => x.Softmax(), static x => x.Softmax(0), static x => x[0].Softmax()],
        ["LogSoftmax"] = [static x => x.LogSoftmax(), static x => x.LogSoftmax(1)],
        ["MatMul"] =
        [
            static x => x.MatMul(Tensor.Ones([4, 5], x.DType, Device.Cpu)), static x => x.MatMul(Tensor.Ones([2, 4, 5], x.DType, Device.Cpu)),
            static x => x[0].MatMul(Tensor.Ones([4, 5], x.DType, Device.Cpu)), static x => x.MatMul(Tensor.Ones(4, x.DType, Device.Cpu)),
        ],
        ["Linear"] = [static x => x.Linear(Tensor.Ones([5, 4], x.DType, Device.Cpu)), static x => x[0].Linear(Tensor.Ones([5, 4], x.DType, Device.Cpu))],
        ["LayerNorm"] = [static x => x.LayerNorm(), static x => x[0].LayerNorm()],
        ["RMSNorm"] = [static x => x.RMSNorm()],
        ["BatchNorm"] = [static x => x.BatchNorm(null, null, null, null, 0.1, 1e-5)],
        ["Reshape"] = [static x => x.Reshape(6, 4), static x => x.Permute(2, 0, 1).Reshape(8, 3)],
        ["Flatten"] = [static x => x.Flatten(1)],
        ["Squeeze"] = [static x => x.Narrow(0, 0, 1).Squeeze(0), static x => x.Narrow(0, 0, 1).Squeeze()],
        ["Unsqueeze"] = [static x => x.Unsqueeze(1)],
        ["Transpose"] = [static x => x.Transpose(0, 1)],
        ["Permute"] = [static x => x.Permute(2, 0, 1)],
    };

    public static TheoryData<string> Operators => [.. s_calls.Keys];

    [Theory]
    [MemberData(nameof(Operators))]
    public void The_operator_is_named_in_every_form_type_and_error(string name)
    {
        using Tensor half = s_x.To(DType.Float16);
        foreach (Func<Tensor, Tensor> call in s_calls[name])
        {
            foreach (Tensor x in (Tensor[])[s_x, half, new Parameter(s_x)])
            {
                Tensor made = call(x);
                Assert.Equal(name, made.Origin);
                made.Dispose();
                Assert.Contains($"made by {name} ", Assert.Throws<ObjectDisposedException>(() => made.Clone()).Message, StringComparison.Ordinal);
            }
        }
    }
}
