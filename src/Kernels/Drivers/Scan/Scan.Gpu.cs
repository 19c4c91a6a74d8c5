using System.Runtime.CompilerServices;
using ILGPU;

namespace DeepSharp.Kernels;

/// <content>The kernel of GPUs: a thread for each line.</content>
internal static partial class Scan
{
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void OnGpu<TScan, T>(TScan scan, in Lines lines)
        where TScan : unmanaged, ITypedScan<T>
        where T : unmanaged
    {
        Device device = lines.Output.Device;
        KernelConfig grid = device.Grid(GpuNest.InnerCount(lines.Nest));
        for (int launch = 0; launch < GpuNest.LaunchCount(lines.Nest); launch++)
        {
            device.Launch(grid, Kernel<TScan, T>, new Arguments<TScan, T>(scan, lines, GpuNest.Of(lines.Nest, launch)));
        }
    }

    private static void Kernel<TScan, T>(Arguments<TScan, T> k)
        where TScan : unmanaged, ITypedScan<T>
        where T : unmanaged
    {
        TScan scan = k.Scan;
        for (int line = Grid.GlobalIndex.X; (uint)line < (uint)k.Nest.Count; line += Grid.DimX * Group.DimX)
        {
            GpuIndex place = k.Nest.Index(line);
            int y = k.Nest.Output.At(place) + k.Start.Output;
            int a = k.Nest.A.At(place) + k.Start.A;
            int b = k.Nest.B.At(place) + k.Start.B;
            T last = scan.Start();
            for (int i = 0; i < k.Length; i++)
            {
                last = scan.Step(last, k.A[a], TScan.Arity > 1 ? k.B[b] : default);
                k.Output[y] = last;
                y += k.Step.Output;
                a += k.Step.A;
                b += k.Step.B;
            }
        }
    }

    internal readonly record struct Three(int Output, int A, int B);

    internal readonly struct Arguments<TScan, T>(TScan scan, in Lines lines, GpuNest nest)
        where TScan : unmanaged
        where T : unmanaged
    {
        internal readonly TScan Scan = scan;
        internal readonly ArrayView<T> Output = lines.Output.Block.View<T>(0, lines.Output.Block.ByteLength / Unsafe.SizeOf<T>());
        internal readonly ArrayView<T> A = lines.A.Block.View<T>(0, lines.A.Block.ByteLength / Unsafe.SizeOf<T>());
        internal readonly ArrayView<T> B = lines.B.Block.View<T>(0, lines.B.Block.ByteLength / Unsafe.SizeOf<T>());
        internal readonly GpuNest Nest = nest;
        internal readonly int Length = lines.Length;
        internal readonly Three Start = new(lines.Output.Offset, lines.A.Offset, lines.B.Offset);
        internal readonly Three Step = new(lines.OutputStep, lines.AStep, lines.BStep);
    }
}
