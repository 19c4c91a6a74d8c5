using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Reflection.Emit;
using ILGPU;
using ILGPU.Backends;
using ILGPU.Backends.PTX;
using ILGPU.Backends.SeparateViews;
using ILGPU.IR.Types;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;
using ILGPU.Runtime.OpenCL;
using ILGPU.Util;

namespace DeepSharp.Kernels;

/// <summary>A kernel in single precision on a GPU.</summary>
/// <remarks>
/// <see cref="SingleCompiler"/> makes every double of a kernel a float, those in the struct of its arguments too, but ILGPU's
/// launchers hand that struct over as it stands in .NET, doubles and all. So here the arguments are written into the form that the
/// kernel declares: a number for each field, a double as a float. A view is its address and its length for CUDA; for OpenCL it is its place in
/// a buffer and its length, while the buffers are arguments of their own. The form is read from the kernel's code, the one place
/// that has the truth about it.
/// </remarks>
/// <typeparam name="T">The struct of the arguments.</typeparam>
[RequiresDynamicCode("The code that writes the arguments is made at run time.")]
internal sealed unsafe class SinglePrecisionKernel<T>
    where T : struct
{
    private readonly Lock _gate = new();
    private readonly AcceleratorStream _stream;
    private readonly Kernel _kernel;
    private readonly Writer _write;
    private readonly int _size;
    private readonly int _views;

    internal SinglePrecisionKernel(Accelerator accelerator, CompiledKernel kernel)
    {
        _stream = accelerator.DefaultStream;
        _kernel = accelerator.LoadKernel(kernel);
        _write = MakeWriter(accelerator.GetBackend().ArgumentMapper.TypeContext, kernel, out _size, out _views);
    }

    internal delegate void Writer(ref T arguments, byte* form, nint* buffers);

    /// <summary>Starts the kernel.</summary>
    internal void Launch(KernelConfig grid, T arguments)
    {
        byte* form = stackalloc byte[_size];
        new Span<byte>(form, _size).Clear();
        nint* buffers = stackalloc nint[_views];
        _write(ref arguments, form, buffers);
        if (_kernel is CudaKernel cuda)
        {
            // Shared memory is static in all kernels, which the code itself declares.
            RuntimeKernelConfig config = new(grid, default);
            CudaException.ThrowIfFailed(CudaAPI.CurrentAPI.LaunchKernelWithStruct((CudaStream)_stream, cuda, config, ref *form, _size));
        }
        else
        {
            LaunchOpenCL((CLKernel)_kernel, grid, form, buffers);
        }
    }

    private void LaunchOpenCL(CLKernel kernel, KernelConfig grid, byte* form, nint* buffers)
    {
        nint* all = stackalloc nint[3] { (nint)grid.GridDim.X * grid.GroupDim.X, (nint)grid.GridDim.Y * grid.GroupDim.Y, (nint)grid.GridDim.Z * grid.GroupDim.Z };
        nint* group = stackalloc nint[3] { grid.GroupDim.X, grid.GroupDim.Y, grid.GroupDim.Z };
        CLAPI api = CLAPI.CurrentAPI;

        // Arguments are given one by one before the launch: see IlgpuBackend.
        lock (_gate)
        {
            for (int i = 0; i < _views; i++)
            {
                CLException.ThrowIfFailed(api.SetKernelArgumentUnsafe(kernel.KernelPtr, i, sizeof(nint), buffers + i));
            }

            CLException.ThrowIfFailed(api.SetKernelArgumentUnsafe(kernel.KernelPtr, _views, _size, form));
            CLException.ThrowIfFailed(api.LaunchKernelUnsafe(((CLStream)_stream).CommandQueue, kernel.KernelPtr, 3, null, all, group));
        }
    }

    // In the order of ILGPU, which a struct without fields has a number in, too.
    private static void Flatten(IRTypeContext types, Type type, FieldInfo[] path, List<FieldInfo[]> leaves)
    {
        bool isView = type.IsArrayViewType(out Type? element);
        if (element == typeof(double) || element == typeof(F64))
        {
            throw new NotSupportedException($"A kernel of {typeof(T)} reads or writes doubles, which the device does not have.");
        }

        if (isView || type.IsPrimitive || type.IsEnum || types.GetTypeInfo(type).NumFields == 0)
        {
            leaves.Add(path);
            return;
        }

        foreach (FieldInfo field in types.GetTypeInfo(type).Fields)
        {
            Flatten(types, field.FieldType, [.. path, field], leaves);
        }
    }

    /// <summary>What writes the arguments of a kernel: so many bytes, and so many buffers beside them.</summary>
    internal static Writer MakeWriter(IRTypeContext types, CompiledKernel kernel, out int size, out int views)
    {
        List<FieldInfo[]> leaves = [];
        Flatten(types, typeof(T), [], leaves);
        List<ArgumentField> form = ArgumentForm.Read(kernel, out size);
        DynamicMethod method = new(
            "Write", typeof(void), [typeof(T).MakeByRefType(), typeof(byte*), typeof(nint*)], typeof(SinglePrecisionKernel<T>).Module, skipVisibility: true);
        ILGenerator il = method.GetILGenerator();
        views = 0;
        int next = 0;
        foreach (FieldInfo[] path in leaves)
        {
            Type type = path[^1].FieldType;
            if (type.IsArrayViewType(out Type? element) && kernel is PTXCompiledKernel)
            {
                Type implementation = typeof(ILGPU.Backends.PointerViews.ViewImplementation<>).MakeGenericType(element);
                LocalBuilder place = il.DeclareLocal(implementation);
                LoadAddress(il, path);
                il.Emit(OpCodes.Ldobj, type);
                il.Emit(OpCodes.Newobj, implementation.GetConstructor([type])!);
                il.Emit(OpCodes.Stloc, place);
                Store(il, form[next++].Of(sizeof(nint)), typeof(nint), () => LoadField(il, place, implementation.GetField("Ptr")!));
                Store(il, form[next++].Of(sizeof(long)), typeof(long), () => LoadField(il, place, implementation.GetField("Length")!));
            }
            else if (element is not null)
            {
                // ILGPU's own methods say where a view's buffer is, where in it the view begins, and how long it is.
                il.Emit(OpCodes.Ldarg_2);
                il.Emit(OpCodes.Ldc_I4, views++ * sizeof(nint));
                il.Emit(OpCodes.Add);
                LoadAddress(il, path);
                il.Emit(OpCodes.Call, ViewImplementation.GetNativePtrMethod(element));
                il.Emit(OpCodes.Stind_I);
                LocalBuilder place = il.DeclareLocal(typeof(ViewImplementation));
                LoadAddress(il, path);
                il.Emit(OpCodes.Ldobj, type);
                il.Emit(OpCodes.Call, ViewImplementation.GetCreateMethod(type));
                il.Emit(OpCodes.Stloc, place);
                Store(il, form[next++].Of(sizeof(int)), typeof(int), () =>
                {
                    LoadField(il, place, typeof(ViewImplementation).GetField(nameof(ViewImplementation.Index))!);
                    il.Emit(OpCodes.Conv_Ovf_I4);
                });
                Store(il, form[next++].Of(sizeof(long)), typeof(long), () => LoadField(il, place, typeof(ViewImplementation).GetField(nameof(ViewImplementation.Length))!));
            }
            else if (type.IsPrimitive || type.IsEnum)
            {
                Type kept = type == typeof(double) ? typeof(float) : type;
                Store(il, form[next++].Of(SizeOf(kept)), kept, () =>
                {
                    LoadAddress(il, path);
                    il.Emit(OpCodes.Ldobj, type);
                    if (type == typeof(double))
                    {
                        il.Emit(OpCodes.Conv_R4);
                    }
                });
            }
            else
            {
                next++;
            }
        }

        if (next != form.Count)
        {
            throw new NotSupportedException($"ILGPU declares {form.Count} numbers for {typeof(T)}, which has {next}.");
        }

        il.Emit(OpCodes.Ret);
        return method.CreateDelegate<Writer>();
    }

    private static int SizeOf(Type type) => Type.GetTypeCode(type) switch
    {
        TypeCode.SByte or TypeCode.Byte => 1,
        TypeCode.Int16 or TypeCode.UInt16 => 2,
        TypeCode.Int32 or TypeCode.UInt32 or TypeCode.Single => 4,
        TypeCode.Int64 or TypeCode.UInt64 => 8,
        _ => throw new NotSupportedException($"A kernel of {typeof(T)} has a field of type {type}, which a kernel does not take."),
    };

    private static void LoadAddress(ILGenerator il, FieldInfo[] path)
    {
        il.Emit(OpCodes.Ldarg_0);
        foreach (FieldInfo field in path)
        {
            il.Emit(OpCodes.Ldflda, field);
        }
    }

    private static void LoadField(ILGenerator il, LocalBuilder view, FieldInfo field)
    {
        il.Emit(OpCodes.Ldloc, view);
        il.Emit(OpCodes.Ldfld, field);
    }

    private static void Store(ILGenerator il, int offset, Type type, Action load)
    {
        il.Emit(OpCodes.Ldarg_1);
        il.Emit(OpCodes.Ldc_I4, offset);
        il.Emit(OpCodes.Add);
        load();
        il.Emit(OpCodes.Stobj, type);
    }
}
