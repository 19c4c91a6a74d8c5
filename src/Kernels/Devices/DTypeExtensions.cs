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
            DType.UInt8 or DType.Bool => 1,
            _ => throw new ArgumentOutOfRangeException(nameof(dtype), dtype, "not an element type"),
        };

        /// <summary>Whether the type is <see cref="DType.Float32"/> or <see cref="DType.Float64"/>: only these take gradients.</summary>
        public bool IsFloatingPoint => dtype is DType.Float32 or DType.Float64;

        /// <summary>Whether the type is an integer type; <see cref="DType.Bool"/> is not.</summary>
        public bool IsInteger => dtype is DType.UInt8 or DType.Int32 or DType.Int64;

        /// <summary>The element type that holds values of <typeparamref name="T"/>.</summary>
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

            return typeof(T) == typeof(bool)
                ? DType.Bool
                : throw new ArgumentException(
                    $"No tensor holds elements of {typeof(T)}; use float, double, byte, int, long or bool.", nameof(T));
        }
    }
}
