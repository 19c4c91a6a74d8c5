using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ILGPU.Runtime.CPU;

/// <summary>Host memory: its own, which it does not clear, or somebody else's.</summary>
public abstract unsafe class CPUMemoryBuffer : MemoryBuffer
{
    private protected CPUMemoryBuffer(Accelerator accelerator, IntPtr memory, long length, int elementSize)
        : base(accelerator, length, elementSize) => NativePtr = memory;

    public static CPUMemoryBuffer Create(Accelerator accelerator, long length, int elementSize)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfLessThan(elementSize, 1);
        return new Owned(accelerator, length, elementSize);
    }

    public static CPUMemoryBuffer Create(Accelerator accelerator, IntPtr ptr, long length, int elementSize)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfLessThan(elementSize, 1);
        return new Wrapped(accelerator, ptr, length, elementSize);
    }

    public static CPUMemoryBuffer Create<T>(Accelerator accelerator, ref T value, long length)
        where T : unmanaged =>
        Create(accelerator, (IntPtr)Unsafe.AsPointer(ref value), length, sizeof(T));

    private sealed class Wrapped(Accelerator accelerator, IntPtr memory, long length, int elementSize)
        : CPUMemoryBuffer(accelerator, memory, length, elementSize)
    {
        private protected override void Dispose(bool disposing)
        {
        }
    }

    private sealed class Owned(Accelerator accelerator, long length, int elementSize)
        : CPUMemoryBuffer(accelerator, (IntPtr)NativeMemory.Alloc((nuint)length, (nuint)elementSize), length, elementSize)
    {
        private protected override void Dispose(bool disposing)
        {
            NativeMemory.Free((void*)NativePtr);
            NativePtr = default;
        }
    }
}
