namespace DeepSharp.Kernels;

/// <content>The loop of the CPU: sixteen lines side by side, since one alone waits for its last sum at each element.</content>
internal static unsafe partial class Scan
{
    private const int Grain = 16 * 1024;
    private const int Together = 16;

    private static void OnHost<TScan, T>(TScan scan, in Lines lines)
        where TScan : unmanaged, ITypedScan<T>
        where T : unmanaged
    {
        int blocks = (lines.Nest.InnerLength + Together - 1) / Together;
        HostParallel.For(
            lines.Nest.OuterCount * blocks, Math.Max(1, Grain / (lines.Length * Together)),
            new Loop<TScan, T>(scan, lines, blocks, lines.Output.Host<T>(), lines.A.Host<T>(), lines.B.Host<T>()));
    }

    private readonly struct Loop<TScan, T>(TScan scan, Lines lines, int blocks, T* output, T* first, T* second) : IRangeBody
        where TScan : unmanaged, ITypedScan<T>
        where T : unmanaged
    {
        public void Run(int start, int end)
        {
            T* last = stackalloc T[Together];
            LoopNest nest = lines.Nest;
            int yStride = nest.InnerStride(0);
            int aStride = nest.InnerStride(1);
            int bStride = nest.InnerStride(2);
            for (int block = start; block < end; block++)
            {
                int outer = block / blocks;
                int line = (block - (outer * blocks)) * Together;
                int count = Math.Min(Together, nest.InnerLength - line);
                T* y = output + nest.OuterOffset(0, outer) + ((long)line * yStride);
                T* a = first + nest.OuterOffset(1, outer) + ((long)line * aStride);
                T* b = second + nest.OuterOffset(2, outer) + ((long)line * bStride);
                new Span<T>(last, count).Fill(scan.Start());
                for (int i = 0; i < lines.Length; i++)
                {
                    for (int j = 0; j < count; j++)
                    {
                        T value = scan.Step(last[j], a[(long)j * aStride], TScan.Arity > 1 ? b[(long)j * bStride] : default);
                        last[j] = value;
                        y[(long)j * yStride] = value;
                    }

                    y += lines.OutputStep;
                    a += lines.AStep;
                    b += lines.BStep;
                }
            }
        }
    }
}
