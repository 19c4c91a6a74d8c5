namespace DeepSharp.Kernels;

/// <content>The loop of the CPU.</content>
internal static unsafe partial class RandomFill
{
    private static void OnHost<TPair, T, TUniform>(in Draw<TPair> draw, in Operand output, in Operand input)
        where TPair : unmanaged, IPair
        where T : unmanaged, IReal<T>
        where TUniform : unmanaged, IUniform<T> =>
        HostParallel.For(draw.Pairs, 2048, new Loop<TPair, T, TUniform>(draw, output.Host<T>(), input.Host<T>()));

    private readonly struct Loop<TPair, T, TUniform>(Draw<TPair> draw, T* output, T* input) : IRangeBody
        where TPair : unmanaged, IPair
        where T : unmanaged, IReal<T>
        where TUniform : unmanaged, IUniform<T>
    {
        public void Run(int start, int end)
        {
            TPair distribution = draw.Pair;
            ulong seed = draw.Seed;
            ulong position = draw.Position;

            // The number behind an odd count is drawn and not written.
            int whole = Math.Min(end, draw.Count >> 1);
            for (int pair = start; pair < end; pair++)
            {
                TUniform.Draw(seed, position, pair, out T u, out T v);
                T first = TPair.Reads ? input[2 * pair] : default;
                T second = TPair.Reads && pair < whole ? input[(2 * pair) + 1] : default;
                distribution.Sample(u, v, ref first, ref second);
                output[2 * pair] = first;
                if (pair < whole)
                {
                    output[(2 * pair) + 1] = second;
                }
            }
        }
    }
}
