using System.Reflection;
using System.Runtime.CompilerServices;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;

namespace ILGPU.Execution;

/// <summary>A loaded kernel without its arguments.</summary>
internal sealed class KernelLauncher
{
    private readonly CPUAccelerator _accelerator;
    private readonly int _groupSize;

    /// <summary>Loads an explicitly grouped kernel.</summary>
    public KernelLauncher(Accelerator accelerator, Delegate action)
    {
        ArgumentNullException.ThrowIfNull(action);
        // A lambda that captures nothing is an instance method of a class without fields.
        FieldInfo[] captured = action.Target?.GetType().GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic) ?? [];
        if (captured.Length > 0 || (action.Target is not null && !action.Target.GetType().IsDefined(typeof(CompilerGeneratedAttribute), false)))
        {
            throw new NotSupportedException($"The kernel {action.Method.Name} must be a static method or a lambda that captures nothing.");
        }

        foreach (ParameterInfo parameter in action.Method.GetParameters())
        {
            if (!IsVisible(parameter.ParameterType))
            {
                throw new InternalCompilerException(
                    $"The type {parameter.ParameterType} of the parameter {parameter.Name} of {action.Method.Name} must be public, or internal "
                    + "in an assembly with InternalsVisibleTo(\"ILGPURuntime\").");
            }
        }

        ObjectDisposedException.ThrowIf(accelerator.IsDisposed, accelerator);
        _accelerator = (CPUAccelerator)accelerator;
    }

    /// <summary>Loads an implicitly grouped kernel.</summary>
    public static KernelLauncher Implicit<TIndex>(Accelerator accelerator, Delegate action, int groupSize)
        where TIndex : struct, IIndex
    {
        if (typeof(TIndex) != typeof(Index1D) && typeof(TIndex) != typeof(Index2D) && typeof(TIndex) != typeof(Index3D))
        {
            throw new NotSupportedException($"The first parameter of {action?.Method.Name} must be Index1D, Index2D or Index3D.");
        }

        return new KernelLauncher(accelerator, action, groupSize);
    }

    private KernelLauncher(Accelerator accelerator, Delegate action, int groupSize)
        : this(accelerator, action)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(groupSize, 1);
        if (groupSize > accelerator.MaxNumThreadsPerGroup)
        {
            throw new NotSupportedException(
                $"A group of {groupSize} has more than the {accelerator.MaxNumThreadsPerGroup} threads that the device allows.");
        }

        _groupSize = groupSize;
    }

    public void Launch(in KernelConfig config, Action body) => _accelerator.Launch(config, body);

    /// <summary>Runs <paramref name="body"/> for each index of <paramref name="extent"/>.</summary>
    public void Launch<TIndex>(TIndex extent, Action<TIndex> body)
        where TIndex : struct, IIndex
    {
        Index3D size = ToIndex3D(extent);
        long count = size.LongSize;
        Launch(
            new KernelConfig(new Index3D((int)((size.X + _groupSize - 1L) / _groupSize), size.Y, size.Z), new Index3D(_groupSize, 1, 1)),
            () =>
            {
                Lane lane = Lane.Current;
                long linear = ((long)Lane.Linear(lane.Grid, lane.GridDim) * _groupSize) + lane.Number;
                if (linear < count)
                {
                    body(FromLinear<TIndex>(linear, size));
                }
            });
    }

    // Whether code that ILGPU generates in an assembly of its own could name the type.
    private static bool IsVisible(Type type)
    {
        if (type.IsGenericParameter)
        {
            return true;
        }

        if (type.IsGenericType && !type.GetGenericArguments().All(IsVisible))
        {
            return false;
        }

        bool friend = type.Assembly.GetCustomAttributes<InternalsVisibleToAttribute>().Any(static a => a.AssemblyName == "ILGPURuntime");
        return type.IsNested
            ? (type.IsNestedPublic || (friend && (type.IsNestedAssembly || type.IsNestedFamORAssem))) && IsVisible(type.DeclaringType!)
            : type.IsPublic || friend;
    }

    private static Index3D ToIndex3D<TIndex>(TIndex extent)
        where TIndex : struct
    {
        if (typeof(TIndex) == typeof(Index1D))
        {
            return new Index3D(((Index1D)(object)extent).X, 1, 1);
        }

        return typeof(TIndex) == typeof(Index2D) ? new Index3D((Index2D)(object)extent, 1) : (Index3D)(object)extent;
    }

    private static TIndex FromLinear<TIndex>(long linear, Index3D extent)
        where TIndex : struct
    {
        if (typeof(TIndex) == typeof(Index1D))
        {
            return (TIndex)(object)new Index1D((int)linear);
        }

        Index3D index = Index3D.FromLinear(linear, extent);
        return typeof(TIndex) == typeof(Index2D) ? (TIndex)(object)index.XY : (TIndex)(object)index;
    }
}
