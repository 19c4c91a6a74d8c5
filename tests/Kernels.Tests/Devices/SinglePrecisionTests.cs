using System.Reflection;
using DeepSharp.Kernels.Tests.Ilgpu;
using ILGPU;
using ILGPU.Backends;
using ILGPU.Backends.PTX;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;
using ILGPU.Runtime.Cuda;

namespace DeepSharp.Kernels.Tests.Devices;

/// <summary>
/// What kernels in single precision must get right: all of a device without double precision, and those of Float32 on other GPUs.
/// DEEPSHARP_TEST_DEVICE=opencl-single makes an OpenCL device pass for one without.
/// </summary>
public sealed class SinglePrecisionTests
{
    private static readonly SingleCompiler s_cuda =
        new(static context => new PTXBackend(context, CudaArchitecture.SM_80, CudaInstructionSet.ISA_78, null!));

    /// <summary>By C's rules: a number stands at a multiple of its size, and so does the end of them all.</summary>
    [Fact]
    public void The_form_of_arguments_is_read_from_the_source()
    {
        const string source =
            "struct type_7;\nstruct type_7_kernel;\nstruct type_7\n{\n\tfloat field_0;\n};\nstruct type_7_kernel\n{\n\tfloat field_0;\n"
            + "\tchar field_1;\n\tshort field_2;\n\tint field_3;\n\tchar __padding1[4];\n\tint field_4;\n\tlong field_5;\n\tchar field_6;\n};\n"
            + "kernel void Kernel_Kernel(\n\tglobal float* view_0,\n\tstruct type_7_kernel var0)\n{\n";
        List<ArgumentField> form = ArgumentForm.ReadOpenCL(source, out int size);
        Assert.Equal([new(0, 4), new(4, 1), new(6, 2), new(8, 4), new(16, 4), new(24, 8), new(32, 1)], form);
        Assert.Equal(40, size);
    }

    /// <summary>Only the loads of the kernel itself count, not those of a function that it calls.</summary>
    [Fact]
    public void The_form_of_arguments_is_read_from_PTX()
    {
        const string code =
            ".func  (.param .b32 retval_8) Of_9(\n\t.param .b32 _x_7\n)\n{\n\tld.param.f32\t%f1, [_x_7];\n}\n"
            + ".visible .entry Kernel_Kernel(\n\t.param .align 8 .b8 _x_70[40]\n)\n{\n\tld.param.f32\t%f1, [_x_70];\n\tld.param.u8\t%r1, [_x_70+4];\n"
            + "\tld.param.b16\t%rs1, [_x_70+6];\n\tld.param.b64\t%rd1, [_x_70+8];\n\tld.param.b64\t%rd2, [_x_70+16];\n\tld.param.b32\t%r2, [_x_70+32];\n}\n";
        List<ArgumentField> form = ArgumentForm.ReadPtx(code, out int size);
        Assert.Equal([new(0, 4), new(4, 1), new(6, 2), new(8, 8), new(16, 8), new(32, 4)], form);
        Assert.Equal(40, size);
    }

    /// <summary>CUDA takes the arguments as bytes: a view is its address and its length, and a double a float, so that what follows moves up.</summary>
    [Fact]
    public unsafe void Arguments_stand_where_the_code_for_CUDA_loads_them()
    {
        CompiledKernel kernel = s_cuda.Compile(((Delegate)Kernel).Method);
        CPUAccelerator host = TestAccelerator.Instance;
        SinglePrecisionKernel<Arguments>.Writer write =
            SinglePrecisionKernel<Arguments>.MakeWriter(host.GetBackend().ArgumentMapper.TypeContext, kernel, out int size, out int views);
        using MemoryBuffer1D<float, Stride1D.Dense> buffer = host.Allocate1D<float>(8);
        Arguments arguments = new()
        {
            Start = 1.25,
            Output = buffer.View.BaseView.SubView(2, 5),
            Flag = 7,
            Inner = new(-2.5, 11),
            Large = 1L << 40,
        };
        byte* bytes = stackalloc byte[size];
        write(ref arguments, bytes, null);
        Assert.Equal((48, 0), (size, views));
        Assert.Equal(1.25f, *(float*)bytes);
        Assert.Equal((buffer.NativePtr + (2 * sizeof(float)), 5L), (*(nint*)(bytes + 8), *(long*)(bytes + 16)));
        Assert.Equal((7, -2.5f, 11), (bytes[24], *(float*)(bytes + 28), *(int*)(bytes + 32)));
        Assert.Equal(1L << 40, *(long*)(bytes + 40));

        string code = ((PTXCompiledKernel)kernel).PTXAssembly;
        Assert.Contains(".align 8 .b8", code, StringComparison.Ordinal);
        Assert.DoesNotContain(".f64", code, StringComparison.Ordinal);
    }

    /// <summary>1 / 3 and the root of 2 are not the hardware's approximations.</summary>
    [Fact]
    public void Divisions_and_roots_are_rounded_correctly_in_single_precision()
    {
        string code = ((PTXCompiledKernel)s_cuda.Compile(((Delegate)Kernel).Method)).PTXAssembly;
        Assert.Contains("div.rn.f32", code, StringComparison.Ordinal);
        Assert.Contains("sqrt.rn.f32", code, StringComparison.Ordinal);
        Assert.DoesNotContain("approx", code, StringComparison.Ordinal);
    }

    /// <summary>What decides whether a kernel is compiled in single precision where there is a choice.</summary>
    [Fact]
    public void Kernels_of_Float32_that_touch_no_double_are_in_single_precision()
    {
        Assert.True(IsSingle(typeof(GpuMap<RealMap<UnaryForward<ClampOp>, F32, F32x>, F32, F32x, F32>), typeof(F32), typeof(F32)));
        Assert.True(IsSingle(typeof(GpuMap<RealMap<UnaryForward<ClampOp>, F32, F32x>, F32, F32x, F16>), typeof(F16), typeof(F16)));
        Assert.False(IsSingle(typeof(GpuMap<RealMap<UnaryForward<ClampOp>, F64, F64x>, F64, F64x, F64>), typeof(F64), typeof(F64)));
        Assert.False(IsSingle(typeof(GpuMap<NumericMap<AddScaledOp, I64, Ix<long, I64>>, I64, Ix<long, I64>, I64>), typeof(I64), typeof(I64)));
        Assert.False(IsSingle(typeof(GpuRunningSum<F32>)));
    }

    private static bool IsSingle(Type family, params Type[] arguments)
    {
        MethodInfo method = family.GetMethod("Kernel", BindingFlags.Static | BindingFlags.NonPublic)!;
        return KernelTypes.IsSingle(arguments.Length == 0 ? method : method.MakeGenericMethod(arguments));
    }

    [Fact]
    public void Fields_of_every_width_reach_a_kernel()
    {
        Widths operation = new(1.25, -3, 2.5, 7, 1L << 40, 0.5f);
        using Sample x = Sample.Of(TestDevice.Gpu, DType.Float32, [5], static i => i + 1);
        using Sample y = Sample.Filled(TestDevice.Gpu, DType.Float32, [5], 0);
        using Sample z = Sample.Filled(TestDevice.Gpu, DType.Float32, [5], 0);
        MultiMap.Run(operation, [y.Operand, z.Operand], [x.Operand]);
        Assert.Equal([.. Enumerable.Range(1, 5).Select(static i => (i * 1.25) - 3 + 2.5)], y.Read());
        Assert.Equal([.. Enumerable.Range(1, 5).Select(static i => 7 + 40 + (i * 0.5))], z.Read());
    }

    /// <summary>So has the length of an axis that negative indices count from.</summary>
    [Fact]
    public void Indices_from_the_end_of_a_long_axis_keep_their_digits()
    {
        const int length = (1 << 30) + 3;
        using Sample x = Sample.Of(TestDevice.Gpu, DType.Int64, [3], static i => i - 2);
        using Sample y = Sample.Filled(TestDevice.Gpu, DType.Int64, [3], 0);
        Kernels.Elementwise.RunNumeric(new WrapOp(length), y.Operand, x.Operand, x.Operand, x.Operand);
        Assert.Equal([length - 2.0, length - 1.0, 0], y.Read());
    }

    /// <summary>A float has 24 bits of an integer, a double 53.</summary>
    [Theory]
    [InlineData(DType.Int64, DType.Int32)]
    [InlineData(DType.Int32, DType.Int64)]
    [InlineData(DType.Int64, DType.UInt8)]
    [InlineData(DType.Int64, DType.Bool)]
    [InlineData(DType.UInt8, DType.Int32)]
    public void Integers_keep_their_digits(DType from, DType to)
    {
        double[] values = from switch
        {
            DType.UInt8 => [0, 1, 127, 128, 255],
            DType.Int32 => [0, 1, 16777217, -16777219, int.MaxValue, int.MinValue, 255, 256, -1],
            _ => [0, 1, 16777217, -16777219, int.MaxValue, int.MinValue, 255, 256, -1, 3e9, -3e9],
        };
        using Sample input = Sample.Of(TestDevice.Gpu, from, [values.Length], i => values[i]);
        using Sample output = Sample.Filled(TestDevice.Gpu, to, [values.Length], 0);
        Cast.Run(output.Operand, input.Operand);
        double[] expected = [.. values.Select(value => to switch
        {
            DType.Int32 => Math.Clamp(value, int.MinValue, int.MaxValue),
            DType.UInt8 => Math.Clamp(value, 0, 255),
            DType.Bool => value != 0 ? 1 : 0,
            _ => value,
        })];
        Assert.Equal(expected, output.Read());
    }

    private static void Kernel(Arguments k)
    {
        F32 x = (k.Inner.Of<F32>(k.Output[0]) + k.Start) / k.Output[1];
        k.Output[(int)k.Flag] = k.Large > 0 ? F32.Sqrt(x).Value : x.Value;
    }

    /// <summary>What a kernel takes.</summary>
    public struct Arguments
    {
#pragma warning disable CA1051 // A kernel's arguments are fields.
        /// <summary>A constant.</summary>
        public double Start;

        /// <summary>What is written.</summary>
        public ArrayView<float> Output;

        /// <summary>A small number.</summary>
        public byte Flag;

        /// <summary>A struct of two.</summary>
        public Inner Inner;

        /// <summary>A large number.</summary>
        public long Large;
#pragma warning restore CA1051
    }

    /// <summary>Fields as a user's struct may have them.</summary>
    public readonly struct Inner(double a, int b)
    {
        private readonly double _a = a;
        private readonly int _b = b;

        /// <summary>a x + b.</summary>
        public T Of<T>(T x)
            where T : unmanaged, IReal<T> => (x * _a) + _b;
    }

    /// <summary>Two results that show all fields.</summary>
    public readonly struct Widths(double a, int b, double c, short d, long e, float f) : IMultiMap
    {
        private readonly Inner _inner = new(a, b);
        private readonly double _c = c;
        private readonly short _d = d;
        private readonly long _e = e;
        private readonly float _f = f;

        /// <inheritdoc/>
        public static int Inputs => 1;

        /// <inheritdoc/>
        public static int Outputs => 2;

        /// <inheritdoc/>
        public Pack<T> Apply<T>(Pack<T> x)
            where T : unmanaged, IReal<T> => new()
            {
                A = _inner.Of(x.A) + _c,
                B = (x.A * _f) + (_d + (_e == 1L << 40 ? 40 : 0)),
            };
    }
}
