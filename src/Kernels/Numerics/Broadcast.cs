using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace DeepSharp.Kernels;

/// <summary>Numbers that operators hold in double precision, on their way into all lanes of a register.</summary>
internal static class Broadcast
{
    /// <summary>The number rounded to single precision.</summary>
    /// <remarks>
    /// The plain cast becomes an instruction that waits for the old contents of its target, and that the JIT does not move out of
    /// loops: in a loop it chains the iterations. Its form for registers has neither fault.
    /// </remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static float Rounded(double value) => Sse2.IsSupported
        ? Sse2.ConvertToVector128Single(Vector128.CreateScalarUnsafe(value)).ToScalar()
        : (float)value;
}
