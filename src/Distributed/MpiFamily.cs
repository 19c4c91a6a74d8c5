using System.Runtime.InteropServices;

namespace DeepSharp.Distributed;

/// <summary>The constants that the two families of MPI libraries give other values.</summary>
/// <remarks>Open MPI's are addresses of exported symbols, MPICH's numbers, which its binary interface fixes (Intel MPI, MVAPICH and Cray MPI have the
/// same). Taken from the mpi.h of Open MPI 4.1 and MPICH 4.0.</remarks>
internal sealed record MpiFamily(
    string Name, nint World, nint Null, nint Float, nint Double, nint Int32, nint Int64, nint Byte, nint Sum, nint Max, nint Min, nint InPlace, nint StatusIgnore,
    int SharedMemory, nint NoInfo, nint ErrorsReturn)
{
    internal static MpiFamily Of(nint library)
    {
        if (!NativeLibrary.TryGetExport(library, "ompi_mpi_comm_world", out nint world))
        {
            return new MpiFamily(
                "MPICH", 0x44000000, 0x04000000, 0x4c00040a, 0x4c00080b, 0x4c000439, 0x4c00083a, 0x4c00010d, 0x58000003, 0x58000001, 0x58000002, -1, 1, 1,
                0x1c000000, 0x54000001);
        }

        nint At(string name) => NativeLibrary.GetExport(library, "ompi_" + name);
        return new MpiFamily(
            "Open MPI", world, At("mpi_comm_null"), At("mpi_float"), At("mpi_double"), At("mpi_int32_t"), At("mpi_int64_t"), At("mpi_byte"),
            At("mpi_op_sum"), At("mpi_op_max"), At("mpi_op_min"), 1, 0, 0, At("mpi_info_null"), At("mpi_errors_return"));
    }

    internal nint TypeOf(DType dtype, string operation) => dtype switch
    {
        DType.Float32 => Float,
        DType.Float64 => Double,
        DType.Int32 => Int32,
        DType.Int64 => Int64,
        _ => throw new ArgumentException($"{operation}: elements of {dtype} are not added up between processes. Convert them with To(DType.Float32)."),
    };

    internal nint OperationOf(Reduction reduction) => reduction switch
    {
        Reduction.Sum => Sum,
        Reduction.Max => Max,
        Reduction.Min => Min,
        _ => throw new ArgumentOutOfRangeException(nameof(reduction), $"Communicator: use Sum, Max or Min, not {reduction}."),
    };
}
