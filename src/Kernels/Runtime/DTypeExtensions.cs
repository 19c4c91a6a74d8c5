using DeepSharp.Kernels;

namespace DeepSharp;

/// <summary>Facts about element types.</summary>
public static class DTypeExtensions
{
    extension(DType dtype)
    {
        /// <summary>The size of one element in bytes.</summary>
        public int Size => dtype switch
        {
            DType.Float32 or DType.Int32 => 4,
            DType.Float64 or DType.Int64 => 8,
            DType.Float16 or DType.BFloat16 => 2,
            DType.UInt8 or DType.Bool => 1,
            _ => throw new ArgumentOutOfRangeException(nameof(dtype), $"{dtype} is not an element type."),
        };

        /// <summary>Whether the type is a floating-point type: only these take gradients.</summary>
        public bool IsFloatingPoint => dtype is DType.Float32 or DType.Float64 or DType.Float16 or DType.BFloat16;

        /// <summary>Whether the type is <see cref="DType.Float16"/> or <see cref="DType.BFloat16"/>.</summary>
        public bool IsHalfPrecision => dtype is DType.Float16 or DType.BFloat16;

        /// <summary>Whether the type is an integer type; <see cref="DType.Bool"/> is not.</summary>
        public bool IsInteger => dtype is DType.UInt8 or DType.Int32 or DType.Int64;

        /// <summary>The element type that holds values of <typeparamref name="T"/>.</summary>
        /// <remarks>.NET 10 has no type for <see cref="DType.BFloat16"/>: it is <see cref="BF16"/>.</remarks>
        /// <exception cref="ArgumentException">No element type holds <typeparamref name="T"/>.</exception>
        public static DType Of<T>()
            where T : unmanaged
        {
            if (typeof(T) == typeof(float))
            {
                return DType.Float32;
            }

            if (typeof(T) == typeof(double))
            {
                return DType.Float64;
            }

            if (typeof(T) == typeof(byte))
            {
                return DType.UInt8;
            }

            if (typeof(T) == typeof(int))
            {
                return DType.Int32;
            }

            if (typeof(T) == typeof(long))
            {
                return DType.Int64;
            }

            if (typeof(T) == typeof(Half))
            {
                return DType.Float16;
            }

            if (typeof(T) == typeof(BF16))
            {
                return DType.BFloat16;
            }

            return typeof(T) == typeof(bool)
                ? DType.Bool
                : throw new ArgumentException(
                    $"No tensor holds elements of {typeof(T)}; use float, double, Half, BF16, byte, int, long or bool.", nameof(T));
        }
    }
}
