using System.Runtime.CompilerServices;
using ILGPU;

namespace DeepSharp.Kernels;

/// <content>The kernel of GPUs: a thread for each matrix.</content>
internal static partial class SmallMatrices
{
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void OnGpu<TWork, T>(TWork work, in Operand a, in Operand b)
        where TWork : unmanaged, IMatrixWork
        where T : unmanaged, IReal<T>, IScalar<T> => a.Device.Launch(
            a.Device.Grid(a.Dims[0]), Kernel<TWork, T>, (work, a.View<T>(), b.View<T>(), a.Dims[0], a.Dims[1], b.Dims[2]));

    private static void Kernel<TWork, T>((TWork Work, ArrayView<T> A, ArrayView<T> B, int Batch, int Rows, int Columns) k)
        where TWork : unmanaged, IMatrixWork
        where T : unmanaged, IReal<T>, IScalar<T>
    {
        TWork work = k.Work;
        for (int i = Grid.GlobalIndex.X; (uint)i < (uint)k.Batch; i += Grid.DimX * Group.DimX)
        {
            GpuMatrices<T> matrices = new(k.A, k.B, i, k.Rows, k.Columns);
            work.Run<T, GpuMatrices<T>>(matrices);
        }
    }

    internal readonly struct GpuMatrices<T>(ArrayView<T> a, ArrayView<T> b, int matrix, int rows, int columns) : IMatrices<T>
        where T : unmanaged
    {
        private readonly ArrayView<T> _a = a;
        private readonly ArrayView<T> _b = b;
        private readonly int _startA = matrix * rows * rows;
        private readonly int _startB = matrix * rows * columns;

        public int Rows { get; } = rows;

        public int Columns { get; } = columns;

        public T A(int row, int column) => _a[_startA + (row * Rows) + column];

        public T B(int row, int column) => _b[_startB + (row * Columns) + column];

        public void SetA(int row, int column, T value) => _a[_startA + (row * Rows) + column] = value;

        public void SetB(int row, int column, T value) => _b[_startB + (row * Columns) + column] = value;
    }
}
