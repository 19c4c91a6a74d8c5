using System.Runtime.CompilerServices;

namespace DeepSharp.Kernels;

/// <summary>The bits of floating-point numbers, on the host and in kernels.</summary>
/// <remarks>
/// By these four functions of <see cref="BitConverter"/>, which ILGPU knows (it does not know the others). ILGPU's own would load it
/// on the host.
/// </remarks>
internal static class FloatBits
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static uint Of(float value) => (uint)BitConverter.SingleToInt32Bits(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static ulong Of(double value) => (ulong)BitConverter.DoubleToInt64Bits(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static float ToNumber(uint bits) => BitConverter.Int32BitsToSingle((int)bits);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static double ToNumber(ulong bits) => BitConverter.Int64BitsToDouble((long)bits);
}
