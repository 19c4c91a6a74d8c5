using DeepSharp.Kernels;

namespace DeepSharp;

/// <summary>What binary operators have in common: checks, broadcasting, and their place in the graph.</summary>
internal static class Binary
{
    internal static bool IsReal(Tensor tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        return tensor.DType.IsFloatingPoint;
    }

    /// <summary>A constant as a tensor that broadcasts with another.</summary>
    internal static Tensor Like(string operation, Tensor tensor, double value)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        if (tensor.DType.IsInteger && !Constants.Fits(value, tensor.DType))
        {
            _ = Constants.Checked(operation, value, tensor.DType, nameof(value), $"the constant beside {tensor.Shape}");
        }

        return Tensor.Filled(Shape.Scalar, value, tensor.DType, tensor.Device, operation);
    }

    /// <summary>Bytes and masks as integers, which can be computed with.</summary>
    internal static Tensor Number(Tensor tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        return tensor.DType is DType.Bool or DType.UInt8 ? tensor.To(DType.Int32) : tensor;
    }

    internal static void Check(string operation, Tensor a, Tensor b)
    {
        ArgumentNullException.ThrowIfNull(a);
        ArgumentNullException.ThrowIfNull(b);
        if (a.DType != b.DType)
        {
            throw new ArgumentException(
                $"{operation}: the element types {a.DType} of {a.Shape} and {b.DType} of {b.Shape} differ. Convert one with To(DType).");
        }

        if (!ReferenceEquals(a.Device, b.Device))
        {
            throw new ArgumentException(
                $"{operation}: the tensors {a.Shape} and {b.Shape} are on {a.Device} and {b.Device}. Move one with To(Device).");
        }
    }

    /// <summary>Another argument of an operator must be on the input's device.</summary>
    internal static void CheckDevice(string operation, Tensor x, string argument, Tensor? value)
    {
        if (value is not null && !ReferenceEquals(value.Device, x.Device))
        {
            throw new ArgumentException(
                $"{operation}: {argument} {value.Shape} is on {value.Device}, and {x.Shape} on {x.Device}. Move one with To(Device).");
        }
    }

    /// <summary>Another argument of an operator must have the input's element type and be on its device.</summary>
    internal static void CheckArgument(string operation, Tensor x, string argument, Tensor? value)
    {
        if (value is not null && value.DType != x.DType)
        {
            throw new ArgumentException(
                $"{operation}: {argument} {value.Shape} holds {value.DType}, and {x.Shape} holds {x.DType}. Convert one with To(DType).");
        }

        CheckDevice(operation, x, argument, value);
    }

    /// <summary>A kernel's view of a tensor broadcast to a shape, outside the graph.</summary>
    internal static Operand Expanded(Tensor tensor, Shape shape)
    {
        Operand operand = tensor.Operand;
        if (tensor.Shape == shape)
        {
            return operand;
        }

        int[] strides = new int[shape.Rank];
        int added = shape.Rank - tensor.Rank;
        for (int axis = 0; axis < tensor.Rank; axis++)
        {
            strides[axis + added] = tensor.Shape[axis] == 1 ? 0 : operand.Strides[axis];
        }

        return operand with { Dims = shape.Dims, Strides = strides };
    }

    internal static Tensor Run<TOp>(TOp op, Tensor a, Tensor b, Func<Tensor, Tensor, Node>? node)
        where TOp : unmanaged, INumericMap
    {
        HalfPrecision.Match(ref a, ref b);
        Tensor result = Output(OperatorName<TOp>.Text, a, b, null);
        Elementwise.RunNumeric(op, result.Operand, Expanded(a, result.Shape), Expanded(b, result.Shape), result.Operand);
        return node is not null && (a.Records() || b.Records()) ? node(a, b).Attach(result) : result;
    }

    internal static Tensor RunReal<TOp>(TOp op, Tensor a, Tensor b, Func<Tensor, Tensor, Node> node, string? name = null)
        where TOp : unmanaged, IMap
    {
        name ??= OperatorName<TOp>.Text;
        HalfPrecision.Match(ref a, ref b);
        Tensor result = Output(name, a, b, null);
        if (!result.DType.IsFloatingPoint)
        {
            throw new ArgumentException(
                $"{name}: needs floating-point elements, not {result.DType}. Convert with To(DType.Float32).");
        }

        Elementwise.Run(op, result.Operand, Expanded(a, result.Shape), Expanded(b, result.Shape));
        return a.Records() || b.Records() ? node(a, b).Attach(result) : result;
    }

    internal static Tensor Compare<TOp>(TOp op, Tensor a, double b)
        where TOp : unmanaged, INumericMap
    {
        Tensor number = Number(a);
        return Compare(op, number, Like(OperatorName<TOp>.Text, number, b));
    }

    internal static Tensor Compare<TOp>(TOp op, Tensor a, Tensor b)
        where TOp : unmanaged, INumericMap
    {
        a = Number(a);
        b = Number(b);
        HalfPrecision.Match(ref a, ref b);
        Tensor result = Output(OperatorName<TOp>.Text, a, b, DType.Bool);
        Elementwise.RunNumeric(op, result.Operand, Expanded(a, result.Shape), Expanded(b, result.Shape), result.Operand);
        return result;
    }

    private static Tensor Output(string name, Tensor a, Tensor b, DType? dtype)
    {
        Check(name, a, b);
        if (a.DType is DType.Bool or DType.UInt8)
        {
            throw new ArgumentException(
                $"{name}: there is no arithmetic on {a.DType}. Convert with To(DType.Int32) or To(DType.Float32).");
        }

        return Tensor.Uninitialized(Shape.Broadcast(a.Shape, b.Shape, name), dtype ?? a.DType, a.Device, name);
    }
}
