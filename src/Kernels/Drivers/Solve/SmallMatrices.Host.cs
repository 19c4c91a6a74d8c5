using System.Runtime.CompilerServices;

namespace DeepSharp.Kernels;

/// <content>The loop of the CPU.</content>
internal static unsafe partial class SmallMatrices
{
    private const int Grain = 64 * 1024;

    private static void OnHost<TWork, T>(TWork work, in Operand a, in Operand b)
        where TWork : unmanaged, IMatrixWork
        where T : unmanaged, IReal<T>, IScalar<T>
    {
        long each = (long)a.Dims[1] * a.Dims[1] * (a.Dims[1] + b.Dims[2]);
        int refused = -1;
        HostParallel.For(a.Dims[0], (int)Math.Max(1, Grain / each), new Loop<TWork, T>(work, a.Host<T>(), b.Host<T>(), a.Dims[1], b.Dims[2], &refused));
        if (refused >= 0)
        {
            throw new ArgumentException($"matrix {refused} of the batch is {TWork.Lack}");
        }
    }

    private readonly struct Loop<TWork, T>(TWork work, T* a, T* b, int rows, int columns, int* refused) : IRangeBody
        where TWork : unmanaged, IMatrixWork
        where T : unmanaged, IReal<T>, IScalar<T>
    {
        public void Run(int start, int end)
        {
            for (int i = start; i < end; i++)
            {
                HostMatrices<T> matrices = new(a + ((long)i * rows * rows), b + ((long)i * rows * columns), rows, columns);
                if (!work.Run<T, HostMatrices<T>>(matrices))
                {
                    Volatile.Write(ref *refused, i);
                }
            }
        }
    }

    private readonly struct HostMatrices<T>(T* a, T* b, int rows, int columns) : IMatrices<T>
        where T : unmanaged
    {
        public int Rows
        {
            [MethodImpl(MethodImplOptions.AggressiveInlining)]
            get => rows;
        }

        public int Columns
        {
            [MethodImpl(MethodImplOptions.AggressiveInlining)]
            get => columns;
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T A(int row, int column) => a[((long)row * rows) + column];

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T B(int row, int column) => b[((long)row * columns) + column];

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void SetA(int row, int column, T value) => a[((long)row * rows) + column] = value;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void SetB(int row, int column, T value) => b[((long)row * columns) + column] = value;
    }
}
