using System.Runtime.InteropServices;
using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;

namespace DeepSharp.Ilgpu.Tests;

public class ViewTests
{
    private static CPUAccelerator Accelerator => TestAccelerator.Instance;

    [Fact]
    public void A_sub_view_shares_the_memory()
    {
        using MemoryBuffer1D<int, Stride1D.Dense> buffer = Accelerator.Allocate1D([0, 1, 2, 3, 4, 5, 6, 7]);
        ArrayView<int> all = buffer.View;
        ArrayView<int> part = all.SubView(2, 4).SubView(1);
        Assert.Equal(3, part.Length);
        Assert.Equal(3, part.IntLength);
        Assert.Equal(12, part.LengthInBytes);
        Assert.Equal([3, 4, 5], part.GetAsArray());
        part[1] = 44;
        part[(Index1D)2] = 55;
        part[(LongIndex1D)0L] = 33;
        Assert.Equal([0, 1, 2, 33, 44, 55, 6, 7], buffer.GetAsArray1D());
        Assert.Equal([44, 55], buffer.View.SubView(4, 2).AsContiguous().GetAsArray());
    }

    [Fact]
    public void Sub_views_in_kernels()
    {
        using MemoryBuffer1D<int, Stride1D.Dense> buffer = Accelerator.Allocate1D([.. Enumerable.Range(0, 12)]);
        Accelerator.LoadStreamKernel<ArrayView<int>>(Rows)(new KernelConfig(3, 1), buffer.View);
        Assert.Equal([6, 1, 2, 3, 22, 5, 6, 7, 38, 9, 10, 11], buffer.GetAsArray1D());
    }

    [Fact]
    public void Casts_keep_the_place_and_fit_the_length()
    {
        using MemoryBuffer1D<int, Stride1D.Dense> buffer = Accelerator.Allocate1D([1, 2, 3, 4, 5, 6, 7]);
        ArrayView<int> view = buffer.View;
        ArrayView<long> wide = view.Cast<long>();
        Assert.Equal(3, wide.Length);
        Assert.Equal(1L | (2L << 32), wide[0]);
        Assert.Equal(28, view.Cast<byte>().Length);
        Assert.Equal(3, view.SubView(2, 4).Cast<byte>()[0]);
        Assert.Equal(3L | (4L << 32), view.SubView(2, 4).Cast<long>()[0]);
        Assert.Equal(1, view.SubView(1, 3).Cast<long>().Length);
        Assert.Equal(BitConverter.Int32BitsToSingle(5), view.Cast<float>()[4]);
        Assert.Equal(14, buffer.View.Cast<int, short>().Length);
    }

    [Fact]
    public void Casts_in_kernels_load_several_numbers_at_once()
    {
        using MemoryBuffer1D<float, Stride1D.Dense> buffer = Accelerator.Allocate1D<float>([1, 2, 3, 4, 5, 6, 7, 8]);
        Accelerator.LoadStreamKernel<ArrayView<float>>(SwapPairs)(new KernelConfig(1, 4), buffer.View);
        Assert.Equal([2, 1, 4, 3, 6, 5, 8, 7], buffer.GetAsArray1D());
    }

    [Fact]
    public void Validity_and_emptiness()
    {
        using MemoryBuffer1D<int, Stride1D.Dense> buffer = Accelerator.Allocate1D<int>(4);
        using MemoryBuffer1D<int, Stride1D.Dense> empty = Accelerator.Allocate1D<int>(0);
        Assert.True(buffer.View.IsValid);
        Assert.True(buffer.IsValid);
        Assert.False(empty.View.IsValid);
        Assert.Equal(0, empty.Length);
        Assert.False(ArrayView<int>.Empty.IsValid);
        Assert.False(default(ArrayView<int>).IsValid);
        Assert.Equal(0, default(ArrayView<int>).Length);
        Assert.False(((ArrayView<int>)buffer.View).SubView(0, 0).IsValid);
        Assert.Equal(4, buffer.View.Extent.X);
        Assert.Equal(4, buffer.View.IntExtent.X);
        Assert.Equal(4, ((ArrayView<int>)buffer.View).Extent.X);
        empty.MemSetToZero();
    }

    [Fact]
    public void Views_of_a_kernel_know_their_length_and_validity()
    {
        using MemoryBuffer1D<int, Stride1D.Dense> buffer = Accelerator.Allocate1D<int>(4);
        Accelerator.LoadStreamKernel<ArrayView<int>, ArrayView<float>>(Describe)(new KernelConfig(1, 1), buffer.View, default);
        Assert.Equal([4, 16, 1, 0], buffer.GetAsArray1D());
    }

    [Fact]
    public void Copies_to_and_from_arrays()
    {
        using MemoryBuffer1D<int, Stride1D.Dense> buffer = Accelerator.Allocate1D<int>(4);
        buffer.CopyFromCPU([5, 6, 7, 8]);
        int[] back = new int[6];
        ArrayView<int> view = buffer.View;
        view.SubView(1, 2).CopyToCPU(ref back[3], 2);
        Assert.Equal([0, 0, 0, 6, 7, 0], back);
        int[] source = [1, 2, 3];
        view.SubView(1, 2).CopyFromCPU(ref source[1], 2);
        Assert.Equal([5, 2, 3, 8], buffer.GetAsArray1D());
        view.CopyFromCPU([9, 9, 9, 9]);
        Assert.Equal([9, 9, 9, 9], view.GetAsArray());
        buffer.View.CopyFromCPU(Accelerator.DefaultStream, [4, 3, 2, 1]);
        int[] again = new int[4];
        buffer.CopyToCPU(again);
        Assert.Equal([4, 3, 2, 1], again);
    }

    [Fact]
    public void Copies_between_buffers()
    {
        using MemoryBuffer1D<int, Stride1D.Dense> a = Accelerator.Allocate1D([1, 2, 3, 4, 5, 6]);
        using MemoryBuffer1D<int, Stride1D.Dense> b = Accelerator.Allocate1D(new int[4]);
        ArrayView<int> source = a.View;
        ArrayView<int> target = b.View;
        target.CopyFrom(source.SubView(1, 4));
        Assert.Equal([2, 3, 4, 5], b.GetAsArray1D());
        source.SubView(4, 2).CopyTo(Accelerator.DefaultStream, target.SubView(0, 2));
        Assert.Equal([5, 6, 4, 5], b.GetAsArray1D());
        source.SubView(0, 2).CopyTo(target.SubView(2, 2));
        b.View.SubView(0, 2).CopyFrom(a.View.SubView(2, 2));
        Assert.Equal([3, 4, 1, 2], b.GetAsArray1D());
    }

    [Fact]
    public void Fills_bytes()
    {
        using MemoryBuffer1D<int, Stride1D.Dense> buffer = Accelerator.Allocate1D([7, 7, 7, 7]);
        ((ArrayView<int>)buffer.View).SubView(1, 2).MemSet(1);
        Assert.Equal([7, 0x01010101, 0x01010101, 7], buffer.GetAsArray1D());
        buffer.View.SubView(2, 2).MemSetToZero();
        Assert.Equal([7, 0x01010101, 0, 0], buffer.GetAsArray1D());
        buffer.MemSet(Accelerator.DefaultStream, 0xFF);
        Assert.Equal([-1, -1, -1, -1], buffer.GetAsArray1D());
        buffer.MemSetToZero(Accelerator.DefaultStream);
        Assert.Equal([0, 0, 0, 0], buffer.GetAsArray1D());
    }

    [Fact]
    public void Buffers_can_be_viewed_as_bytes_and_as_elements()
    {
        using MemoryBuffer1D<int, Stride1D.Dense> buffer = Accelerator.Allocate1D([1, 2, 3, 4]);
        Assert.Equal(16, buffer.LengthInBytes);
        Assert.Equal(4, buffer.ElementSize);
        Assert.Equal([3, 0, 0, 0], buffer.AsRawArrayView(8, 4).GetAsArray());
        Assert.Equal(12, buffer.AsRawArrayView(4).Length);
        Assert.Equal([3, 4], buffer.AsArrayView<int>(2, 2).GetAsArray());
        Assert.Equal([3, 4], buffer.AsRawArrayView(8, 8).Cast<int>().GetAsArray());
    }

    [Fact]
    public unsafe void Memory_of_ones_own_can_be_a_buffer()
    {
        int* memory = (int*)NativeMemory.AlignedAlloc(64, 64);
        try
        {
            new Span<int>(memory, 16).Fill(3);
            using (CPUMemoryBuffer buffer = CPUMemoryBuffer.Create(Accelerator, (IntPtr)memory, 64, 1))
            {
                Assert.Equal((IntPtr)memory, buffer.NativePtr);
                Assert.Equal(64, buffer.Length);
                ArrayView<int> view = buffer.AsRawArrayView(8, 12).Cast<int>();
                Assert.Equal((IntPtr)(memory + 2), view.LoadEffectiveAddressAsPtr());
                Assert.Equal((IntPtr)(memory + 3), view.SubView(1, 2).LoadEffectiveAddressAsPtr());
                view[1] = 5;
                Accelerator.LoadStreamKernel<ArrayView<int>>(static v => v[Group.IdxX] += 10)(new KernelConfig(1, 2), view);
            }

            Assert.Equal([3, 3, 13, 15, 3], new Span<int>(memory, 5).ToArray());
        }
        finally
        {
            NativeMemory.AlignedFree(memory);
        }
    }

    [Fact]
    public unsafe void Host_code_can_work_on_a_buffer_in_place()
    {
        using MemoryBuffer1D<double, Stride1D.Dense> buffer = Accelerator.Allocate1D([1.0, 2, 3]);
        foreach (ref double x in new Span<double>((void*)buffer.NativePtr, 3))
        {
            x *= 2;
        }

        Assert.Equal([2, 4, 6], buffer.GetAsArray1D());
    }

    [Fact]
    public void Disposal()
    {
        MemoryBuffer1D<int, Stride1D.Dense> buffer = Accelerator.Allocate1D<int>(4);
        buffer.Dispose();
        Assert.True(buffer.IsDisposed);
        Assert.False(buffer.IsValid);
        Assert.False(buffer.View.IsValid);
        Assert.Equal(IntPtr.Zero, buffer.NativePtr);
        buffer.Dispose();
    }

    [Fact]
    public void An_accelerator_takes_its_buffers_with_it()
    {
        CPUAccelerator own = TestAccelerator.Create();
        MemoryBuffer1D<int, Stride1D.Dense> buffer = own.Allocate1D<int>(4);
        own.Dispose();
        Assert.True(buffer.IsDisposed);
        Assert.False(buffer.View.IsValid);
        buffer.Dispose();
    }

    private static void Rows(ArrayView<int> view)
    {
        ArrayView<int> row = view.SubView(Grid.IdxX * 4, 4);
        int sum = 0;
        for (int i = 0; i < row.IntLength; i++)
        {
            sum += row[i];
        }

        row[0] = sum;
    }

    private static void SwapPairs(ArrayView<float> view)
    {
        ArrayView<Float2> pairs = view.Cast<Float2>();
        Float2 pair = pairs[Group.IdxX];
        pairs[Group.IdxX] = new Float2 { First = pair.Second, Second = pair.First };
    }

    private static void Describe(ArrayView<int> view, ArrayView<float> empty)
    {
        view[0] = view.IntLength;
        view[1] = (int)view.LengthInBytes;
        view[2] = view.IsValid ? 1 : 0;
        view[3] = empty.IsValid ? 1 : 0;
    }

    private struct Float2
    {
        internal float First;
        internal float Second;
    }
}
