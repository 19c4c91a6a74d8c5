namespace DeepSharp;

/// <summary>Operators that compute 16-bit floats in Float32, because they add up many or leave the range.</summary>
internal static class HalfPrecision
{
    /// <summary>The tensor, in Float32 if it holds 16-bit floats.</summary>
    internal static Tensor HalfToSingle(this Tensor x) => x.IsHalf() ? x.To(DType.Float32) : x;

    /// <summary>Whether a tensor, which must be there, holds 16-bit floats.</summary>
    internal static bool IsHalf(this Tensor x)
    {
        ArgumentNullException.ThrowIfNull(x);
        return x.DType.IsHalfPrecision;
    }

    /// <summary>The tensor, in Float32 if it holds 16-bit floats and a scope of mixed precision keeps range and digits.</summary>
    internal static Tensor HalfToSingleIfMixed(this Tensor x) => MixedPrecision.Current is null ? x : x.HalfToSingle();

    /// <summary>What was computed in Float32 of a tensor, in the tensor's type unless a scope of mixed precision is open.</summary>
    internal static Tensor Like(this Tensor result, Tensor x) => MixedPrecision.Current is null ? result.To(x.DType) : result;

    /// <summary>In a scope of mixed precision, of a 16-bit tensor and a Float32 one, the first in Float32.</summary>
    internal static void Match(ref Tensor a, ref Tensor b)
    {
        if (MixedPrecision.Current is null || a.DType == b.DType)
        {
            return;
        }

        if (a.DType.IsHalfPrecision && b.DType == DType.Float32)
        {
            a = a.To(DType.Float32);
        }
        else if (b.DType.IsHalfPrecision && a.DType == DType.Float32)
        {
            b = b.To(DType.Float32);
        }
    }
}
