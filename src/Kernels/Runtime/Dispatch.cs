using System.Diagnostics;

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

/// <summary>Work on Float32 or Float64 elements, compiled for each.</summary>
internal interface IFloatVisitor
{
    /// <summary>Does it; the type parameters are those of <see cref="IRealVisitor"/>.</summary>
    void Visit<TScalar, TVector>()
        where TScalar : unmanaged, IReal<TScalar>, IScalar<TScalar>
        where TVector : unmanaged, IReal<TVector>;
}

/// <summary>Work on single elements of any type, compiled for each.</summary>
internal interface IScalarVisitor
{
    /// <summary>Does it.</summary>
    /// <typeparam name="T">An element as it stands in memory.</typeparam>
    void Visit<T>()
        where T : unmanaged, IScalar<T>;
}

/// <summary>Work that moves elements and does not look at them, compiled for each size.</summary>
internal interface ISizeVisitor
{
    /// <summary>Does it.</summary>
    /// <typeparam name="T">An integer of the elements' size.</typeparam>
    void Visit<T>()
        where T : unmanaged;
}

/// <summary>Work with indices, compiled for Int32 and Int64.</summary>
internal interface IIndexVisitor
{
    /// <summary>Does it.</summary>
    /// <typeparam name="TIndex">An index as it stands in memory.</typeparam>
    void Visit<TIndex>()
        where TIndex : unmanaged, IIndex<TIndex>;
}

/// <summary>From an element type as a value to one as type parameters: the only switches over <see cref="DType"/> that pick code.</summary>
/// <remarks>
/// A visitor is a struct, a <c>ref struct</c> if it keeps operands by reference, so each is compiled for itself and nothing is
/// allocated. On a host whose processor has registers of sixteen floats or eight doubles it gets these, unless <see cref="CpuKernels"/> says otherwise; .NET's <c>Vector</c> stays at 256 bits there.
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
        bool wide = device.IsHost && CpuKernels.IsWide;
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
        switch (dtype)
        {
            case DType.Int32:
                visitor.Visit<I32, I32, Ix<int, I32>>();
                break;
            case DType.Int64:
                visitor.Visit<I64, I64, Ix<long, I64>>();
                break;
            case DType.Float32 or DType.Float64 or DType.Float16 or DType.BFloat16:
                Real(name, dtype, device, new RealOfNumeric<TVisitor>(visitor));
                break;
            default:
                throw new ArgumentException($"{name} has no form for {dtype}. Cast to Int32 or Float32 first.");
        }
    }

    /// <summary>Visits Float32 and Float64.</summary>
    /// <param name="name">The operator, for the error.</param>
    /// <param name="dtype">The element type.</param>
    /// <param name="device">Where the work runs.</param>
    /// <param name="visitor">The work.</param>
    /// <exception cref="ArgumentException">The elements are of another type.</exception>
    internal static void Float<TVisitor>(string name, DType dtype, Device device, TVisitor visitor)
        where TVisitor : struct, IFloatVisitor, allows ref struct
    {
        switch (dtype)
        {
            case DType.Float32 or DType.Float64:
                Real(name, dtype, device, new RealOfFloat<TVisitor>(visitor));
                break;
            default:
                throw new ArgumentException($"{name} is computed in Float32 or Float64, not {dtype}. Cast first.");
        }
    }

    /// <summary>Visits every type's elements.</summary>
    internal static void Scalar<TVisitor>(DType dtype, TVisitor visitor)
        where TVisitor : struct, IScalarVisitor, allows ref struct
    {
        switch (dtype)
        {
            case DType.Float32:
                visitor.Visit<F32>();
                break;
            case DType.Float64:
                visitor.Visit<F64>();
                break;
            case DType.Float16:
                visitor.Visit<F16>();
                break;
            case DType.BFloat16:
                visitor.Visit<BF16>();
                break;
            case DType.Int32:
                visitor.Visit<I32>();
                break;
            case DType.Int64:
                visitor.Visit<I64>();
                break;
            case DType.UInt8:
                visitor.Visit<U8>();
                break;
            default:
                visitor.Visit<TruthValue>();
                break;
        }
    }

    /// <summary>Visits elements by their size.</summary>
    internal static void Size<TVisitor>(DType dtype, TVisitor visitor)
        where TVisitor : struct, ISizeVisitor, allows ref struct
    {
        switch (dtype.Size)
        {
            case 1:
                visitor.Visit<byte>();
                break;
            case 2:
                visitor.Visit<short>();
                break;
            case 4:
                visitor.Visit<int>();
                break;
            default:
                visitor.Visit<long>();
                break;
        }
    }

    /// <summary>Visits Int32 and Int64 indices.</summary>
    internal static void Index<TVisitor>(DType dtype, TVisitor visitor)
        where TVisitor : struct, IIndexVisitor, allows ref struct
    {
        Debug.Assert(dtype is DType.Int32 or DType.Int64, $"indices of type {dtype}");
        if (dtype == DType.Int32)
        {
            visitor.Visit<Index32>();
        }
        else
        {
            visitor.Visit<Index64>();
        }
    }

    private readonly ref struct RealOfNumeric<TVisitor>(TVisitor visitor) : IRealVisitor
        where TVisitor : struct, INumericVisitor, allows ref struct
    {
        private readonly TVisitor _visitor = visitor;

        public void Visit<TStored, TScalar, TVector>()
            where TStored : unmanaged, IStored<TStored, TScalar>
            where TScalar : unmanaged, IReal<TScalar>, IScalar<TScalar>
            where TVector : unmanaged, IReal<TVector> => _visitor.Visit<TStored, TScalar, TVector>();
    }

    private readonly ref struct RealOfFloat<TVisitor>(TVisitor visitor) : IRealVisitor
        where TVisitor : struct, IFloatVisitor, allows ref struct
    {
        private readonly TVisitor _visitor = visitor;

        public void Visit<TStored, TScalar, TVector>()
            where TStored : unmanaged, IStored<TStored, TScalar>
            where TScalar : unmanaged, IReal<TScalar>, IScalar<TScalar>
            where TVector : unmanaged, IReal<TVector> => _visitor.Visit<TScalar, TVector>();
    }
}
