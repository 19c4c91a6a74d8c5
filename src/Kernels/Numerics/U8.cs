using System.Runtime.CompilerServices;

namespace DeepSharp.Kernels;

/// <summary>An unsigned byte: image data and truth values. It is stored and converted; arithmetic is done in other types.</summary>
public readonly struct U8 : IScalar<U8>
{
#pragma warning disable CA1051 // A kernel's element is this one field and nothing else.
    /// <summary>The wrapped value.</summary>
    public readonly byte Value;
#pragma warning restore CA1051

    /// <summary>Wraps a value.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public U8(byte value) => Value = value;

    /// <summary>
    /// The value, 0 to 255. GPU code must ask for this: ILGPU 1.5.3 forgets that the field of a structure on the stack is unsigned.
    /// </summary>
    public int Number
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Value & 0xFF;
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double ToDouble(U8 value) => value.Number;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static U8 FromDouble(double value)
    {
        // At least 0 and at most 255, without branches that a processor would have to guess.
        int whole = (int)value;
        whole &= ~(whole >> 31);
        int room = 255 - whole;
        return new((byte)(255 - (room & ~(room >> 31))));
    }

    /// <inheritdoc/>
    public static bool IsInteger => true;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long ToInteger(U8 value) => value.Number;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static U8 FromInteger(long value) => new(value > byte.MaxValue ? byte.MaxValue : value < 0 ? (byte)0 : (byte)value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsNonzero(U8 value) => value.Value != 0;
}
