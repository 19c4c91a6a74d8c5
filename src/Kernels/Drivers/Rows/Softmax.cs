namespace DeepSharp.Kernels;

/// <summary>Softmax and its logarithm over the last axis, with their gradients.</summary>
/// <remarks>
/// All operands are contiguous, of one floating-point type, shape and device; the last axis is a row. The maximum is subtracted
/// first, so that nothing overflows. A row of nothing but -inf, or with +inf, gives NaN. An output may be one of the inputs.
/// </remarks>
public static class Softmax
{
    /// <summary>y = exp(x - max) / sum of exp(x - max).</summary>
    /// <exception cref="ArgumentException">The operands do not fit together.</exception>
    public static void Forward(in Operand y, in Operand x)
    {
        SoftmaxChecks.Rows("Softmax", y, x);
        Forward<PlainSoftmax>("Softmax", y, x);
    }

    /// <summary>dx = y * (dy - sum of dy * y), from the output y and its gradient dy.</summary>
    /// <exception cref="ArgumentException">The operands do not fit together.</exception>
    public static void Backward(in Operand dx, in Operand y, in Operand dy)
    {
        SoftmaxChecks.Rows("Softmax", dx, y);
        SoftmaxChecks.Rows("Softmax", dx, dy);
        Backward<PlainSoftmax>("Softmax", dx, y, dy);
    }

    /// <summary>y = x - max - log(sum of exp(x - max)).</summary>
    /// <exception cref="ArgumentException">The operands do not fit together.</exception>
    public static void LogForward(in Operand y, in Operand x)
    {
        SoftmaxChecks.Rows("LogSoftmax", y, x);
        Forward<LogSoftmax>("LogSoftmax", y, x);
    }

    /// <summary>dx = dy - exp(y) * sum of dy, from the output y and its gradient dy.</summary>
    /// <exception cref="ArgumentException">The operands do not fit together.</exception>
    public static void LogBackward(in Operand dx, in Operand y, in Operand dy)
    {
        SoftmaxChecks.Rows("LogSoftmax", dx, y);
        SoftmaxChecks.Rows("LogSoftmax", dx, dy);
        Backward<LogSoftmax>("LogSoftmax", dx, y, dy);
    }

    private static void Forward<TForm>(string name, in Operand y, in Operand x)
        where TForm : unmanaged, ISoftmaxForm
    {
        switch (y.DType)
        {
            case DType.Float32:
                Forward<TForm, F32, F32x>(y, x);
                break;
            case DType.Float64:
                Forward<TForm, F64, F64x>(y, x);
                break;
            default:
                throw SoftmaxChecks.NotReal(name, y);
        }
    }

    private static void Backward<TForm>(string name, in Operand dx, in Operand y, in Operand dy)
        where TForm : unmanaged, ISoftmaxForm
    {
        switch (y.DType)
        {
            case DType.Float32:
                Backward<TForm, F32, F32x>(dx, y, dy);
                break;
            case DType.Float64:
                Backward<TForm, F64, F64x>(dx, y, dy);
                break;
            default:
                throw SoftmaxChecks.NotReal(name, y);
        }
    }

    private static unsafe void Forward<TForm, TScalar, TVector>(in Operand y, in Operand x)
        where TForm : unmanaged, ISoftmaxForm
        where TScalar : unmanaged, IReal<TScalar>
        where TVector : unmanaged, IReal<TVector>
    {
        int count = y.Count;
        if (count == 0)
        {
            return;
        }

        int columns = y.Dims[^1];
        if (y.Device.IsHost)
        {
            y.Device.CountLaunch();
            HostSoftmax<TForm, TScalar, TVector>.Forward(y.Host<TScalar>(), x.Host<TScalar>(), count / columns, columns);
        }
        else
        {
            GpuSoftmax<TForm, TScalar>.Forward(y.View<TScalar>(), x.View<TScalar>(), count / columns, columns, y.Device);
        }
    }

    private static unsafe void Backward<TForm, TScalar, TVector>(in Operand dx, in Operand y, in Operand dy)
        where TForm : unmanaged, ISoftmaxForm
        where TScalar : unmanaged, IReal<TScalar>
        where TVector : unmanaged, IReal<TVector>
    {
        int count = y.Count;
        if (count == 0)
        {
            return;
        }

        int columns = y.Dims[^1];
        if (y.Device.IsHost)
        {
            y.Device.CountLaunch();
            HostSoftmax<TForm, TScalar, TVector>.Backward(
                dx.Host<TScalar>(), y.Host<TScalar>(), dy.Host<TScalar>(), count / columns, columns);
        }
        else
        {
            GpuSoftmax<TForm, TScalar>.Backward(
                dx.View<TScalar>(), y.View<TScalar>(), dy.View<TScalar>(), count / columns, columns, y.Device);
        }
    }
}
