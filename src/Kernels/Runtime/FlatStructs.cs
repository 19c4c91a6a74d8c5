using ILGPU;
using ILGPU.IR.Types;

namespace DeepSharp.Kernels;

/// <summary>Structs of numbers of one kind, as ILGPU must know them from the start.</summary>
/// <remarks>
/// ILGPU 1.5.3 takes structs for one type if their numbers are the same in the same places, however they are nested, and keeps the nest of
/// the one that it met first; by that nest it cuts a struct's field out of another. Four numbers may be two <see cref="Dual{T}"/> in
/// one kernel and three and one in another: where the latter came first, half of the former was one number, and "Cannot convert from
/// 'Float64' to type 'Struct&lt;Float64, Float64&gt;'" was the end of all compilation on that device. From a struct without a nest every field
/// is cut right, so those come first. A nest of different numbers has its like rarely, and no dual number is one.
/// </remarks>
internal static class FlatStructs
{
    // Duals six deep, and more numbers than a rule has.
    private const int Longest = 64;

    /// <summary>Makes them known, before a kernel is compiled.</summary>
    internal static void Register(IRTypeContext types)
    {
        // A struct without fields is a byte.
        foreach (BasicValueType kind in (BasicValueType[])[BasicValueType.Int8, BasicValueType.Float32, BasicValueType.Float64])
        {
            for (int count = 2; count <= Longest; count++)
            {
                StructureType.Builder flat = types.CreateStructureType(count);
                for (int i = 0; i < count; i++)
                {
                    flat.Add(types.GetPrimitiveType(kind));
                }

                flat.Seal();
            }
        }
    }
}
