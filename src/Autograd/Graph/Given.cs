using System.Diagnostics.CodeAnalysis;

namespace DeepSharp;

/// <summary>The one check of tensors that users' code hands over: from operators, functions, losses and networks of their own.</summary>
/// <remarks>Kernels take what they are given. A gradient of another element type would be read as other numbers, and one on another device is no
/// memory at all.</remarks>
internal static class Given
{
    /// <summary>Refuses null.</summary>
    /// <param name="operation">The operator, for the message.</param>
    /// <param name="what">What was handed over, such as "the result of Forward".</param>
    /// <param name="given">It.</param>
    internal static T Required<T>(string operation, string what, [NotNull] T? given)
        where T : class => given ?? throw new InvalidOperationException(
        $"{operation}: {what} is null. Return one that is not.");

    /// <summary>Refuses a tensor that has not the shape, element type and device of what it is for.</summary>
    /// <param name="operation">The operator, for the message.</param>
    /// <param name="what">What was handed over.</param>
    /// <param name="given">It.</param>
    /// <param name="whose">What it must be like, such as "input 0".</param>
    /// <param name="shape">The shape needed.</param>
    /// <param name="dtype">The element type needed.</param>
    /// <param name="device">The device needed.</param>
    internal static Tensor Fitting(string operation, string what, Tensor given, string whose, Shape shape, DType dtype, Device device)
    {
        if (given.Shape == shape && given.DType == dtype && ReferenceEquals(given.Device, device))
        {
            return given;
        }

        string remedy = given.Shape != shape ? "Reshape it or sum it up" : given.DType != dtype ? "Convert it with To(DType)" : "Move it with To(Device)";
        throw new InvalidOperationException(
            $"{operation}: {what} is {given.Shape} of {given.DType} on {given.Device}, and {whose} is {shape} of {dtype} on {device}. {remedy}.");
    }
}
