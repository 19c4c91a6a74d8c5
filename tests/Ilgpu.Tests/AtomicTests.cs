using ILGPU;

namespace DeepSharp.Ilgpu.Tests;

public class AtomicTests
{
    private static readonly KernelConfig Shape = new(4, 8);

    [Fact]
    public void Integers_add_up_and_every_old_value_is_seen_once()
    {
        int[] seen = TestAccelerator.Run<int>(Tickets, Shape, 33);
        Assert.Equal(32, seen[32]);
        Assert.Equal(Enumerable.Range(0, 32), seen[..32].Order());
    }

    [Fact]
    public void All_number_types_add()
    {
        Assert.Equal([496], TestAccelerator.RunOn(static v => Atomic.Add(ref v[0], Grid.GlobalIndex.X), Shape, [0]));
        Assert.Equal([496u], TestAccelerator.RunOn(static v => Atomic.Add(ref v[0], (uint)Grid.GlobalIndex.X), Shape, [0u]));
        Assert.Equal([(1L << 40) + 496], TestAccelerator.RunOn(static v => Atomic.Add(ref v[0], (long)Grid.GlobalIndex.X), Shape, [1L << 40]));
        Assert.Equal([496ul], TestAccelerator.RunOn(static v => Atomic.Add(ref v[0], (ulong)Grid.GlobalIndex.X), Shape, [0ul]));
        Assert.Equal([248f], TestAccelerator.RunOn(static v => Atomic.Add(ref v[0], 0.5f * Grid.GlobalIndex.X), Shape, [0f]));
        Assert.Equal([248.0], TestAccelerator.RunOn(static v => Atomic.Add(ref v[0], 0.5 * Grid.GlobalIndex.X), Shape, [0.0]));
    }

    [Fact]
    public void Largest_and_smallest()
    {
        Assert.Equal([31], TestAccelerator.RunOn(static v => Atomic.Max(ref v[0], Grid.GlobalIndex.X), Shape, [7]));
        Assert.Equal([40], TestAccelerator.RunOn(static v => Atomic.Max(ref v[0], Grid.GlobalIndex.X), Shape, [40]));
        Assert.Equal([0u], TestAccelerator.RunOn(static v => Atomic.Min(ref v[0], (uint)Grid.GlobalIndex.X), Shape, [9u]));
        Assert.Equal([-31L], TestAccelerator.RunOn(static v => Atomic.Min(ref v[0], -(long)Grid.GlobalIndex.X), Shape, [9L]));
        Assert.Equal([15.5f], TestAccelerator.RunOn(static v => Atomic.Max(ref v[0], 0.5f * Grid.GlobalIndex.X), Shape, [-1f]));
        Assert.Equal([-15.5], TestAccelerator.RunOn(static v => Atomic.Min(ref v[0], -0.5 * Grid.GlobalIndex.X), Shape, [1.0]));
    }

    [Fact]
    public void Bits()
    {
        Assert.Equal([-1], TestAccelerator.RunOn(static v => Atomic.Or(ref v[0], 1 << Grid.GlobalIndex.X), Shape, [0]));
        Assert.Equal([0], TestAccelerator.RunOn(static v => Atomic.And(ref v[0], ~(1 << Grid.GlobalIndex.X)), Shape, [-1]));
        Assert.Equal([0x0F0Fu], TestAccelerator.RunOn(static v => Atomic.Xor(ref v[0], 1u << Grid.GlobalIndex.X), Shape, [0xFFFFF0F0u]));
    }

    [Fact]
    public void Exchange_hands_every_value_on()
    {
        // What is put in, and what was there before, come out again: each once, but the last, which stays.
        int[] seen = TestAccelerator.RunOn<int>(Swap, Shape, [.. Enumerable.Repeat(-5, 33)]);
        Assert.Equal(Enumerable.Range(0, 32).Append(-5).Order(), seen.Order());
    }

    [Fact]
    public void Compare_exchange_lets_one_thread_through()
    {
        int[] seen = TestAccelerator.RunOn<int>(First, Shape, [.. Enumerable.Repeat(-1, 33)]);
        int winner = seen[32];
        Assert.InRange(winner, 0, 31);
        Assert.Equal(-1, seen[winner]);
        Assert.All(Enumerable.Range(0, 32).Where(i => i != winner), i => Assert.Equal(winner, seen[i]));
    }

    [Fact]
    public void Atomics_on_shared_memory_count_a_histogram()
    {
        Assert.Equal([8, 8, 8, 8], TestAccelerator.Run<int>(Histogram, Shape, 4));
    }

    private static void Tickets(ArrayView<int> view) => view[Grid.GlobalIndex.X] = Atomic.Add(ref view[32], 1);

    private static void Swap(ArrayView<int> view) => view[Grid.GlobalIndex.X] = Atomic.Exchange(ref view[32], Grid.GlobalIndex.X);

    private static void First(ArrayView<int> view) =>
        view[Grid.GlobalIndex.X] = Atomic.CompareExchange(ref view[32], -1, Grid.GlobalIndex.X);

    private static void Histogram(ArrayView<int> view)
    {
        ArrayView<int> counts = SharedMemory.Allocate<int>(4);
        if (Group.IdxX < 4)
        {
            counts[Group.IdxX] = 0;
        }

        Group.Barrier();
        Atomic.Add(ref counts[Group.IdxX % 4], 1);
        Group.Barrier();
        if (Group.IdxX < 4)
        {
            Atomic.Add(ref view[Group.IdxX], counts[Group.IdxX]);
        }
    }
}
