using System.Runtime.CompilerServices;
using ILGPU;

namespace DeepSharp.Kernels;

/// <content>The kernels of GPUs: Batcher's bitonic sort of all lines at once, a launch for each of its steps. Lines are filled up to a power of two
/// with what sorts behind everything.</content>
internal static partial class Sorting
{
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void OnGpu<T, TKey>(in Lines lines)
        where T : unmanaged
        where TKey : unmanaged, IKey<T>
    {
        if (lines.Nest.Rank > 4)
        {
            throw new ArgumentException("Sorting so many axes that do not merge needs a contiguous input on a GPU. Sort a copy.");
        }

        Device device = lines.Input.Device;
        int padded = 1;
        while (padded < lines.Length)
        {
            padded = checked(padded * 2);
        }

        int count = checked(lines.Count * padded);
        Block keys = device.Pool.Rent((long)count * sizeof(ulong));
        Block order = device.Pool.Rent((long)count * sizeof(int));
        try
        {
            Arguments<T> arguments = new(lines, keys.View<ulong>(0, count), order.View<int>(0, count), padded);
            device.Launch(device.Grid(count), Prepare<T, TKey>, arguments);
            for (int size = 2; size <= padded; size *= 2)
            {
                for (int distance = size / 2; distance > 0; distance /= 2)
                {
                    device.Launch(device.Grid(count), Exchange, (arguments.Keys, arguments.Order, count, padded, size, distance));
                }
            }

            device.Launch(device.Grid(count), Finish, arguments);
        }
        finally
        {
            device.Pool.Return(keys);
            device.Pool.Return(order);
        }
    }

    private static void Prepare<T, TKey>(Arguments<T> k)
        where T : unmanaged
        where TKey : unmanaged, IKey<T>
    {
        int count = k.Nest.Count * k.Padded;
        for (int i = Grid.GlobalIndex.X; (uint)i < (uint)count; i += Grid.DimX * Group.DimX)
        {
            int line = i / k.Padded;
            int place = i - (line * k.Padded);
            ulong key = 0xFFFFFFFFFFFFFFFFUL;
            if (place < k.Length)
            {
                key = TKey.Of(k.Input[k.Nest.A.At(k.Nest.Index(line)) + (place * k.InputStep)]) ^ k.Flip;
            }

            k.Keys[i] = key;
            k.Order[i] = place;
        }
    }

    // What fills a line up has the largest places, so that nothing is behind it.
    private static void Exchange((ArrayView<ulong> Keys, ArrayView<int> Order, int Count, int Padded, int Size, int Distance) k)
    {
        for (int i = Grid.GlobalIndex.X; (uint)i < (uint)k.Count; i += Grid.DimX * Group.DimX)
        {
            int other = i ^ k.Distance;
            if (other > i)
            {
                ulong left = k.Keys[i];
                ulong right = k.Keys[other];
                int leftPlace = k.Order[i];
                int rightPlace = k.Order[other];
                bool isBehind = left > right || (left == right && leftPlace > rightPlace);
                bool ascends = (i & (k.Padded - 1) & k.Size) == 0;
                if (isBehind == ascends)
                {
                    k.Keys[i] = right;
                    k.Keys[other] = left;
                    k.Order[i] = rightPlace;
                    k.Order[other] = leftPlace;
                }
            }
        }
    }

    private static void Finish<T>(Arguments<T> k)
        where T : unmanaged
    {
        int count = k.Nest.Count * k.Padded;
        for (int i = Grid.GlobalIndex.X; (uint)i < (uint)count; i += Grid.DimX * Group.DimX)
        {
            int line = i / k.Padded;
            int place = i - (line * k.Padded);
            if (place < k.Length)
            {
                k.Places[k.Nest.Output.At(k.Nest.Index(line)) + (place * k.PlaceStep)] = k.Order[i];
            }
        }
    }

    internal readonly struct Arguments<T>(in Lines lines, ArrayView<ulong> keys, ArrayView<int> order, int padded)
        where T : unmanaged
    {
        internal readonly ArrayView<long> Places = lines.Places.View<long>();
        internal readonly ArrayView<T> Input = lines.Input.View<T>();
        internal readonly ArrayView<ulong> Keys = keys;
        internal readonly ArrayView<int> Order = order;
        internal readonly GpuNest Nest = GpuNest.Of(lines.Nest, 0);
        internal readonly ulong Flip = lines.Flip;
        internal readonly int Length = lines.Length;
        internal readonly int PlaceStep = lines.PlaceStep;
        internal readonly int InputStep = lines.InputStep;
        internal readonly int Padded = padded;
    }
}
