using System.Runtime.CompilerServices;
using ILGPU;
using ILGPU.Algorithms;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;

namespace DeepSharp.Kernels.Tests.Ilgpu;

/// <summary>Generic kernels: operators as structs, with static abstract members, nested, and structs as arguments.</summary>
public class StructTests
{
    internal interface IOperator
    {
        static abstract int Arity { get; }

        float Apply(float x);
    }

    internal interface INumber<T>
        where T : unmanaged, INumber<T>
    {
        static abstract T operator *(T a, T b);

        static abstract T Of(int value);
    }

    private static CPUAccelerator Accelerator => TestAccelerator.Instance;

    [Fact]
    public void Operators_are_structs()
    {
        Assert.Equal([5f, 7, 9], Map(new Affine { Scale = 2, Shift = 3 }, [1, 2, 3]));
        Assert.Equal([1f, 4, 9], Map(default(Square), [1, 2, 3]));
    }

    [Fact]
    public void Operators_nest()
    {
        Then<Square, Then<Affine, Square>> chain = new()
        {
            Second = new Then<Affine, Square> { First = new Affine { Scale = 2, Shift = 1 } },
        };
        Assert.Equal([9f, 81, 361], Map(chain, [1, 2, 3]));
    }

    [Fact]
    public void Static_abstract_members_choose_the_arithmetic()
    {
        Assert.Equal([3f, 6f, 12f], Scale([1f, 2, 4], default(FloatNumber), 3));
        Assert.Equal([3, 6, 12], Scale([1, 2, 4], default(IntNumber), 3));
    }

    [Fact]
    public void A_struct_of_views_and_numbers_is_one_argument()
    {
        using MemoryBuffer1D<float, Stride1D.Dense> x = Accelerator.Allocate1D<float>([1, 2, 3, 4, 5]);
        using MemoryBuffer1D<double, Stride1D.Dense> y = Accelerator.Allocate1D<double>(5);
        Arguments<Affine> arguments = new()
        {
            Flag = 1,
            Input = x.View,
            Scale = 0.5,
            Operator = new Affine { Scale = 2, Shift = 1 },
            Output = y.View,
            Count = 4,
        };
        y.MemSetToZero();
        Accelerator.LoadStreamKernel<Arguments<Affine>>(StructKernel)(new KernelConfig(1, 2), arguments);
        Assert.Equal([1.5, 2.5, 3.5, 4.5, 0], y.GetAsArray1D());
    }

    [Fact]
    public void Argument_structs_can_be_nested_in_generic_classes()
    {
        using MemoryBuffer1D<float, Stride1D.Dense> buffer = Accelerator.Allocate1D<float>([1, 2, 3]);
        Family<Square>.Run(buffer.View, 3);
        Assert.Equal([1f, 4, 9], buffer.GetAsArray1D());
    }

    [Fact]
    public void Mixed_layouts_arrive_as_they_were_sent()
    {
        using MemoryBuffer1D<long, Stride1D.Dense> buffer = Accelerator.Allocate1D<long>(5);
        Mixed mixed = new() { A = 1, B = -2, C = 3.5, D = 4, E = long.MaxValue };
        Accelerator.LoadStreamKernel<ArrayView<long>, Mixed>(Unpack)(new KernelConfig(1, 1), buffer.View, mixed);
        Assert.Equal([1, -2, 7, 4, long.MaxValue], buffer.GetAsArray1D());
    }

    [Fact]
    public void Elements_can_be_wrappers_of_numbers()
    {
        using MemoryBuffer1D<FloatNumber, Stride1D.Dense> buffer =
            Accelerator.Allocate1D([new FloatNumber { Value = 2 }, new FloatNumber { Value = 3 }]);
        Accelerator.LoadStreamKernel<ArrayView<FloatNumber>>(static v => v[Group.IdxX] = v[Group.IdxX] * v[Group.IdxX])(
            new KernelConfig(1, 2), buffer.View);
        Assert.Equal([4f, 9], buffer.GetAsArray1D().Select(n => n.Value));
    }

    private static float[] Map<TOperator>(TOperator op, float[] data)
        where TOperator : unmanaged, IOperator
    {
        using MemoryBuffer1D<float, Stride1D.Dense> buffer = Accelerator.Allocate1D(data);
        Accelerator.LoadStreamKernel<TOperator, ArrayView<float>>(MapKernel)(new KernelConfig(1, data.Length), op, buffer.View);
        return buffer.GetAsArray1D();
    }

    private static TOut[] Scale<TOut, T>(TOut[] data, T kind, int factor)
        where TOut : unmanaged
        where T : unmanaged, INumber<T>
    {
        using MemoryBuffer1D<TOut, Stride1D.Dense> buffer = Accelerator.Allocate1D(data);
        ArrayView<TOut> view = buffer.View;
        Accelerator.LoadStreamKernel<ArrayView<T>, int>(ScaleKernel)(new KernelConfig(1, data.Length), view.Cast<T>(), factor);
        return buffer.GetAsArray1D();
    }

    private static void MapKernel<TOperator>(TOperator op, ArrayView<float> view)
        where TOperator : unmanaged, IOperator
    {
        if (TOperator.Arity == 1)
        {
            view[Grid.GlobalIndex.X] = op.Apply(view[Grid.GlobalIndex.X]);
        }
    }

    private static void ScaleKernel<T>(ArrayView<T> view, int factor)
        where T : unmanaged, INumber<T> => view[Grid.GlobalIndex.X] = view[Grid.GlobalIndex.X] * T.Of(factor);

    private static void StructKernel<TOperator>(Arguments<TOperator> x)
        where TOperator : unmanaged, IOperator
    {
        for (int i = Grid.GlobalIndex.X; i < x.Count; i += Grid.DimX * Group.DimX)
        {
            x.Output[i] = x.Flag != 0 ? x.Operator.Apply(x.Input[i]) * x.Scale : -1;
        }
    }

    private static void Unpack(ArrayView<long> view, Mixed mixed)
    {
        view[0] = mixed.A;
        view[1] = mixed.B;
        view[2] = (long)(mixed.C * 2);
        view[3] = mixed.D;
        view[4] = mixed.E;
    }

    internal struct Arguments<TOperator>
        where TOperator : unmanaged
    {
        internal byte Flag;
        internal ArrayView<float> Input;
        internal double Scale;
        internal TOperator Operator;
        internal ArrayView<double> Output;
        internal int Count;
    }

    internal static class Family<TOperator>
        where TOperator : unmanaged, IOperator
    {
        internal static void Run(ArrayView<float> view, int count) =>
            Accelerator.LoadStreamKernel<Arguments>(Kernel)(new KernelConfig(1, count), new Arguments { View = view });

        private static void Kernel(Arguments x) => x.View[Group.IdxX] = x.Operator.Apply(x.View[Group.IdxX]);

        internal struct Arguments
        {
            internal ArrayView<float> View;
            internal TOperator Operator;
        }
    }

    internal struct Mixed
    {
        internal byte A;
        internal short B;
        internal double C;
        internal byte D;
        internal long E;
    }

    internal struct Affine : IOperator
    {
        internal float Scale;
        internal float Shift;

        public static int Arity => 1;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly float Apply(float x) => (Scale * x) + Shift;
    }

    internal struct Square : IOperator
    {
        public static int Arity => 1;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly float Apply(float x) => x * x;
    }

    internal struct Then<TFirst, TSecond> : IOperator
        where TFirst : unmanaged, IOperator
        where TSecond : unmanaged, IOperator
    {
        internal TFirst First;
        internal TSecond Second;

        public static int Arity => XMath.Max(TFirst.Arity, TSecond.Arity);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly float Apply(float x) => Second.Apply(First.Apply(x));
    }

    internal struct FloatNumber : INumber<FloatNumber>
    {
        internal float Value;

        public static FloatNumber operator *(FloatNumber a, FloatNumber b) => new() { Value = a.Value * b.Value };

        public static FloatNumber Of(int value) => new() { Value = value };
    }

    internal struct IntNumber : INumber<IntNumber>
    {
        internal int Value;

        public static IntNumber operator *(IntNumber a, IntNumber b) => new() { Value = a.Value * b.Value };

        public static IntNumber Of(int value) => new() { Value = value };
    }
}
