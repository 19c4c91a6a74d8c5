using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Reflection;
using System.Reflection.Emit;
using System.Text.RegularExpressions;
using ILGPU;
using ILGPU.Backends.OpenCL;
using ILGPU.Backends.SeparateViews;
using ILGPU.IR.Types;
using ILGPU.Runtime.OpenCL;
using ILGPU.Util;

namespace DeepSharp.Kernels;

/// <summary>A kernel on an OpenCL device without double precision.</summary>
/// <remarks>
/// ILGPU's <see cref="MathMode.Fast32BitOnly"/> makes every double of a kernel a float, those in the struct of its arguments too, but its
/// launchers hand that struct over as it stands in .NET, doubles and all. So here the arguments are written into the form that the
/// kernel declares: a number for each field, a double as a float, and for each view its place in a buffer and its length, while the
/// buffers are arguments of their own. The form is read from the kernel's source, the one place that has the truth about it.
/// </remarks>
/// <typeparam name="T">The struct of the arguments.</typeparam>
[RequiresDynamicCode("The code that writes the arguments is made at run time.")]
internal sealed unsafe class SinglePrecisionKernel<T>
    where T : struct
{
    private readonly Lock _gate = new();
    private readonly CLStream _stream;
    private readonly CLKernel _kernel;
    private readonly Writer _write;
    private readonly int _size;
    private readonly int _views;

    internal SinglePrecisionKernel(CLAccelerator accelerator, MethodInfo kernel)
    {
        List<FieldInfo[]> leaves = [];
        Flatten(accelerator.Backend.ArgumentMapper.TypeContext, typeof(T), [], leaves);
        _stream = (CLStream)accelerator.DefaultStream;
        _kernel = (CLKernel)accelerator.LoadKernel(kernel);
        List<ArgumentField> form = ArgumentForm.Read(((CLCompiledKernel)_kernel.CompiledKernel).Source, out _size);
        _write = MakeWriter(leaves, form, out _views);
    }

    private delegate void Writer(ref T arguments, byte* form, nint* buffers);

    /// <summary>Starts the kernel.</summary>
    internal void Launch(KernelConfig grid, T arguments)
    {
        byte* form = stackalloc byte[_size];
        new Span<byte>(form, _size).Clear();
        nint* buffers = stackalloc nint[_views];
        _write(ref arguments, form, buffers);
        nint* all = stackalloc nint[3] { (nint)grid.GridDim.X * grid.GroupDim.X, (nint)grid.GridDim.Y * grid.GroupDim.Y, (nint)grid.GridDim.Z * grid.GroupDim.Z };
        nint* group = stackalloc nint[3] { grid.GroupDim.X, grid.GroupDim.Y, grid.GroupDim.Z };
        CLAPI api = CLAPI.CurrentAPI;

        // Arguments are given one by one before the launch: see IlgpuBackend.
        lock (_gate)
        {
            for (int i = 0; i < _views; i++)
            {
                CLException.ThrowIfFailed(api.SetKernelArgumentUnsafe(_kernel.KernelPtr, i, sizeof(nint), buffers + i));
            }

            CLException.ThrowIfFailed(api.SetKernelArgumentUnsafe(_kernel.KernelPtr, _views, _size, form));
            CLException.ThrowIfFailed(api.LaunchKernelUnsafe(_stream.CommandQueue, _kernel.KernelPtr, 3, null, all, group));
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

    private static Writer MakeWriter(List<FieldInfo[]> leaves, List<ArgumentField> form, out int views)
    {
        DynamicMethod method = new(
            "Write", typeof(void), [typeof(T).MakeByRefType(), typeof(byte*), typeof(nint*)], typeof(SinglePrecisionKernel<T>).Module, skipVisibility: true);
        ILGenerator il = method.GetILGenerator();
        views = 0;
        int next = 0;
        foreach (FieldInfo[] path in leaves)
        {
            Type type = path[^1].FieldType;
            if (type.IsArrayViewType(out Type? element))
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
                Store(il, form[next++].Of(sizeof(int)), typeof(int), () => LoadField(il, place, nameof(ViewImplementation.Index)));
                Store(il, form[next++].Of(sizeof(long)), typeof(long), () => LoadField(il, place, nameof(ViewImplementation.Length)));
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
        _ => throw new NotSupportedException($"A kernel of {typeof(T)} has a field of type {type}, which OpenCL does not take."),
    };

    private static void LoadAddress(ILGenerator il, FieldInfo[] path)
    {
        il.Emit(OpCodes.Ldarg_0);
        foreach (FieldInfo field in path)
        {
            il.Emit(OpCodes.Ldflda, field);
        }
    }

    private static void LoadField(ILGenerator il, LocalBuilder view, string field)
    {
        il.Emit(OpCodes.Ldloc, view);
        il.Emit(OpCodes.Ldfld, typeof(ViewImplementation).GetField(field)!);
        if (field == nameof(ViewImplementation.Index))
        {
            il.Emit(OpCodes.Conv_Ovf_I4);
        }
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

/// <summary>A number of a kernel's arguments: where it stands, and its bytes.</summary>
internal readonly record struct ArgumentField(int Offset, int Size)
{
    /// <summary>The place of a number that must have so many bytes.</summary>
    internal int Of(int size) => size == Size ? Offset : throw new NotSupportedException($"ILGPU declares {Size} bytes for a number of {size}.");
}

/// <summary>The struct of arguments that the source of an OpenCL kernel declares.</summary>
internal static partial class ArgumentForm
{
    /// <summary>Its numbers in their order, by C's rules of alignment.</summary>
    internal static List<ArgumentField> Read(string source, out int size)
    {
        string type = LastParameter.Match(source) is { Success: true } found
            ? found.Groups[1].Value
            : throw new NotSupportedException("ILGPU's source of a kernel does not end in a struct of arguments.");
        int start = source.IndexOf($"{type}\n{{", StringComparison.Ordinal);
        start = start >= 0 ? start : source.IndexOf($"{type}\r\n{{", StringComparison.Ordinal);
        string body = source[start..source.IndexOf("};", start, StringComparison.Ordinal)];
        List<ArgumentField> fields = [];
        int offset = 0;
        int widest = 1;
        foreach (Match line in Field.Matches(body))
        {
            if (line.Groups["padding"] is { Success: true } padding)
            {
                offset += int.Parse(padding.Value, CultureInfo.InvariantCulture);
                continue;
            }

            int bytes = line.Groups["type"].Value switch
            {
                "char" or "uchar" => 1,
                "short" or "ushort" or "half" => 2,
                "int" or "uint" or "float" => 4,
                "long" or "ulong" => 8,
                var other => throw new NotSupportedException($"An argument of a kernel is a {other}."),
            };
            offset = (offset + bytes - 1) / bytes * bytes;
            fields.Add(new ArgumentField(offset, bytes));
            offset += bytes;
            widest = Math.Max(widest, bytes);
        }

        size = (offset + widest - 1) / widest * widest;
        return fields;
    }

    [GeneratedRegex(@"kernel void [^)]*?(struct \w+) \w+\)")]
    private static partial Regex LastParameter { get; }

    [GeneratedRegex(@"^\t(?<type>[\w ]+) (?:__padding\d+\[(?<padding>\d+)\]|\w+);", RegexOptions.Multiline)]
    private static partial Regex Field { get; }
}
