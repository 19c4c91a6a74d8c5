using System.Runtime.CompilerServices;
using ILGPU;

namespace DeepSharp.Kernels;

/// <content>The kernel of GPUs.</content>
internal static partial class RandomFill
{
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void OnGpu<TPair, T, TUniform>(in Draw<TPair> draw, in Operand output, in Operand input)
        where TPair : unmanaged, IPair
        where T : unmanaged, IReal<T>
        where TUniform : unmanaged, IUniform<T> =>
        output.Device.Launch(output.Device.Grid(draw.Pairs), Kernel<TPair, T, TUniform>, (draw, output.View<T>(), input.View<T>()));

    private static void Kernel<TPair, T, TUniform>((Draw<TPair> Draw, ArrayView<T> Output, ArrayView<T> Input) k)
        where TPair : unmanaged, IPair
        where T : unmanaged, IReal<T>
        where TUniform : unmanaged, IUniform<T>
    {
        TPair distribution = k.Draw.Pair;
        int whole = k.Draw.Count >> 1;
        int pairs = whole + (k.Draw.Count & 1);
        for (int pair = Grid.GlobalIndex.X; (uint)pair < (uint)pairs; pair += Grid.DimX * Group.DimX)
        {
            TUniform.Draw(k.Draw.Seed, k.Draw.Position, pair, out T u, out T v);
            T first = TPair.Reads ? k.Input[2 * pair] : default;
            T second = TPair.Reads && pair < whole ? k.Input[(2 * pair) + 1] : default;
            distribution.Sample(u, v, ref first, ref second);
            k.Output[2 * pair] = first;
            if (pair < whole)
            {
                k.Output[(2 * pair) + 1] = second;
            }
        }
    }
}
