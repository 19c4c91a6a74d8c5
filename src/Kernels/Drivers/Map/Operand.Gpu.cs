using System.Runtime.CompilerServices;
using ILGPU;

namespace DeepSharp.Kernels;

/// <content>What a kernel of a GPU is given.</content>
internal readonly partial record struct Operand
{
    /// <summary>A view for a kernel that starts at the first element and reaches to the end of the memory.</summary>
    internal ArrayView<T> View<T>()
        where T : unmanaged => Block.View<T>(Offset, (Block.ByteLength / Unsafe.SizeOf<T>()) - Offset);
}
