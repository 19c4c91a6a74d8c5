using System.Runtime.InteropServices;
using DeepSharp.Kernels;

namespace DeepSharp.Tests;

/// <summary>Results too large for the caches, which the CPU form stores past them: at any alignment, in rows, and in place.</summary>
public class StreamedTests
{
    // Above the size from which on results are streamed, and no multiple of anything.
    private const int Count = (int)(StreamedStore.From / sizeof(float)) + 37;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(15)]
    [InlineData(16)]
    public void Sums_and_copies_at_every_alignment(int offset)
    {
        using Scratch room = Scratch.Rent(Device.Cpu, DType.Float32, [Count + 32]);
        using Scratch left = Scratch.Rent(Device.Cpu, DType.Float32, [Count]);
        Span<float> all = Values(room);
        all.Fill(-1);
        Span<float> x = Values(left);
        for (int i = 0; i < x.Length; i++)
        {
            x[i] = i % 1013;
        }

        Operand output = room.Operand with { Offset = room.Operand.Offset + offset, Dims = [Count] };
        Kernels.Elementwise.RunNumeric(default(AddOp), output, left.Operand, left.Operand, left.Operand);
        int wrong = 0;
        for (int i = 0; i < all.Length; i++)
        {
            int place = i - offset;
            wrong += all[i] != (place >= 0 && place < Count ? 2 * (place % 1013) : -1) ? 1 : 0;
        }

        Assert.Equal(0, wrong);
        StridedCopy.Run(output, left.Operand);
        for (int i = 0; i < all.Length; i++)
        {
            int place = i - offset;
            wrong += all[i] != (place >= 0 && place < Count ? place % 1013 : -1) ? 1 : 0;
        }

        Assert.Equal(0, wrong);
    }

    [Fact]
    public void Rows_and_a_result_that_is_its_own_input()
    {
        const int rows = 2100;
        const int columns = 4003;
        using Scratch matrix = Scratch.Rent(Device.Cpu, DType.Float32, [rows, columns]);
        using Scratch row = Scratch.Rent(Device.Cpu, DType.Float32, [columns]);
        using Scratch result = Scratch.Rent(Device.Cpu, DType.Float32, [rows, columns]);
        Assert.True(matrix.Operand.Count * sizeof(float) > StreamedStore.From);
        for (int c = 0; c < columns; c++)
        {
            Values(row)[c] = c;
        }

        Values(matrix).Fill(0.5f);
        Operand everyRow = row.Operand with { Dims = [rows, columns], Strides = [0, 1] };
        Kernels.Elementwise.RunNumeric(default(AddOp), result.Operand, matrix.Operand, everyRow, matrix.Operand);
        Kernels.Elementwise.RunNumeric(default(AddOp), matrix.Operand, matrix.Operand, everyRow, matrix.Operand);
        int wrong = 0;
        for (int i = 0; i < rows * columns; i++)
        {
            float expected = (i % columns) + 0.5f;
            wrong += Values(result)[i] != expected || Values(matrix)[i] != expected ? 1 : 0;
        }

        Assert.Equal(0, wrong);
    }

    private static unsafe Span<float> Values(Scratch scratch) =>
        MemoryMarshal.CreateSpan(ref *scratch.Operand.Host<float>(), scratch.Operand.Count);
}
