using System.Runtime.Intrinsics;

namespace DeepSharp.Kernels;

/// <summary>Work on floating-point elements, compiled for each element type.</summary>
internal interface IRealVisitor
{
    /// <summary>Does it.</summary>
    /// <typeparam name="TStored">How an element stands in memory: <typeparamref name="TScalar"/> itself, or a 16-bit float.</typeparam>
    /// <typeparam name="TScalar">What arithmetic is done in.</typeparam>
    /// <typeparam name="TVector">The widest register of it.</typeparam>
    void Visit<TStored, TScalar, TVector>()
        where TStored : unmanaged, IStored<TStored, TScalar>
        where TScalar : unmanaged, IReal<TScalar>, IScalar<TScalar>
        where TVector : unmanaged, IReal<TVector>;
}

/// <summary>Work on elements of any arithmetic, integers too, compiled for each element type.</summary>
internal interface INumericVisitor
{
    /// <summary>Does it; the type parameters are those of <see cref="IRealVisitor"/>.</summary>
    void Visit<TStored, TScalar, TVector>()
        where TStored : unmanaged, IStored<TStored, TScalar>
        where TScalar : unmanaged, INumeric<TScalar>, IScalar<TScalar>
        where TVector : unmanaged, INumeric<TVector>;
}

/// <summary>From an element type as a value to one as type parameters: the only switches over <see cref="DType"/> that pick code.</summary>
/// <remarks>
/// A visitor is a struct, a <c>ref struct</c> if it keeps operands by reference, so each is compiled for itself and nothing is
/// allocated. On a host whose processor has registers of sixteen floats or eight doubles it gets these; .NET's <c>Vector</c> stays at 256 bits there.
/// </remarks>
internal static class Dispatch
{
    /// <summary>Visits Float32, Float64 and, computed in Float32, the two 16-bit floats.</summary>
    /// <param name="name">The operator, for the error.</param>
    /// <param name="dtype">The element type.</param>
    /// <param name="device">Where the work runs.</param>
    /// <param name="visitor">The work.</param>
    /// <exception cref="ArgumentException">The elements are not floating point.</exception>
    internal static void Real<TVisitor>(string name, DType dtype, Device device, TVisitor visitor)
        where TVisitor : struct, IRealVisitor, allows ref struct
    {
        bool wide = device.IsHost && Vector512.IsHardwareAccelerated;
        switch (dtype)
        {
            case DType.Float32 when wide:
                visitor.Visit<F32, F32, F32x16>();
                break;
            case DType.Float32:
                visitor.Visit<F32, F32, F32x>();
                break;
            case DType.Float64 when wide:
                visitor.Visit<F64, F64, F64x8>();
                break;
            case DType.Float64:
                visitor.Visit<F64, F64, F64x>();
                break;
            case DType.Float16 when wide:
                visitor.Visit<F16, F32, F32x16>();
                break;
            case DType.Float16:
                visitor.Visit<F16, F32, F32x>();
                break;
            case DType.BFloat16 when wide:
                visitor.Visit<BF16, F32, F32x16>();
                break;
            case DType.BFloat16:
                visitor.Visit<BF16, F32, F32x>();
                break;
            default:
                throw new ArgumentException($"{name} needs floating-point elements, not {dtype}. Cast first.");
        }
    }

    /// <summary>Visits what <see cref="Real"/> does, Int32 and Int64.</summary>
    /// <param name="name">The operator, for the error.</param>
    /// <param name="dtype">The element type.</param>
    /// <param name="device">Where the work runs.</param>
    /// <param name="visitor">The work.</param>
    /// <exception cref="ArgumentException">There is no arithmetic for the type.</exception>
    internal static void Numeric<TVisitor>(string name, DType dtype, Device device, TVisitor visitor)
        where TVisitor : struct, INumericVisitor, allows ref struct
    {
        bool wide = device.IsHost && Vector512.IsHardwareAccelerated;
        switch (dtype)
        {
            case DType.Float32 when wide:
                visitor.Visit<F32, F32, F32x16>();
                break;
            case DType.Float32:
                visitor.Visit<F32, F32, F32x>();
                break;
            case DType.Float64 when wide:
                visitor.Visit<F64, F64, F64x8>();
                break;
            case DType.Float64:
                visitor.Visit<F64, F64, F64x>();
                break;
            case DType.Int32:
                visitor.Visit<I32, I32, I32x>();
                break;
            case DType.Int64:
                visitor.Visit<I64, I64, I64x>();
                break;
            case DType.Float16 when wide:
                visitor.Visit<F16, F32, F32x16>();
                break;
            case DType.Float16:
                visitor.Visit<F16, F32, F32x>();
                break;
            case DType.BFloat16 when wide:
                visitor.Visit<BF16, F32, F32x16>();
                break;
            case DType.BFloat16:
                visitor.Visit<BF16, F32, F32x>();
                break;
            default:
                throw new ArgumentException($"{name} has no form for {dtype}. Cast to Int32 or Float32 first.");
        }
    }
}
