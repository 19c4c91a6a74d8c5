using System.Buffers;

namespace DeepSharp.Kernels;

/// <content>The loop of the CPU: a line at a time, with .NET's sort of keys, after which equal keys get their places in order.</content>
internal static unsafe partial class Sorting
{
    private const int Grain = 4 * 1024;

    private static void OnHost<T, TKey>(in Lines lines)
        where T : unmanaged
        where TKey : unmanaged, IKey<T> => HostParallel.For(
            lines.Count, Math.Max(1, Grain / lines.Length), new Loop<T, TKey>(lines, lines.Places.Host<long>(), lines.Input.Host<T>()));

    private readonly struct Loop<T, TKey>(Lines lines, long* places, T* input) : IRangeBody
        where T : unmanaged
        where TKey : unmanaged, IKey<T>
    {
        public void Run(int start, int end)
        {
            int length = lines.Length;
            ulong[] keyMemory = ArrayPool<ulong>.Shared.Rent(length);
            int[] placeMemory = ArrayPool<int>.Shared.Rent(length);
            Span<ulong> keys = keyMemory.AsSpan(0, length);
            Span<int> order = placeMemory.AsSpan(0, length);
            for (int line = start; line < end; line++)
            {
                T* x = input + lines.Nest.Offset(1, line);
                long* y = places + lines.Nest.Offset(0, line);
                for (int i = 0; i < length; i++)
                {
                    keys[i] = TKey.Of(x[(long)i * lines.InputStep]) ^ lines.Flip;
                    order[i] = i;
                }

                keys.Sort(order);
                for (int first = 0, next; first < length; first = next)
                {
                    next = first + 1;
                    while (next < length && keys[next] == keys[first])
                    {
                        next++;
                    }

                    if (next > first + 1)
                    {
                        order[first..next].Sort();
                    }
                }

                for (int i = 0; i < length; i++)
                {
                    y[(long)i * lines.PlaceStep] = order[i];
                }
            }

            ArrayPool<ulong>.Shared.Return(keyMemory);
            ArrayPool<int>.Shared.Return(placeMemory);
        }
    }
}
