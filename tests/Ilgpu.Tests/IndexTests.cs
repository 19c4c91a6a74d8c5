using ILGPU;

namespace DeepSharp.Ilgpu.Tests;

public class IndexTests
{
    [Fact]
    public void One_dimensional_indices_are_integers()
    {
        Index1D a = 7;
        int b = a + 2;
        LongIndex1D c = a;
        Assert.Equal(9, b);
        Assert.Equal(7L, c.X);
        Assert.Equal(7, ((Index1D)c).X);
        Assert.Equal(7L, (long)c);
        Assert.Equal(7u, (uint)a);
        Assert.Equal("(7)", a.ToString());
        Assert.True(a == new Index1D(7));
        Assert.Equal(5, Index1D.Clamp(a, 1, 5).X);
        Assert.Equal(3, Index1D.Min(a, 3).X);
        Assert.Equal(7, Index1D.Max(a, 3).X);
    }

    [Fact]
    public void Arithmetic_goes_component_by_component()
    {
        Index3D a = (6, 8, 10);
        Index3D b = new(2, 4, 5);
        Assert.Equal(new Index3D(8, 12, 15), a + b);
        Assert.Equal(new Index3D(4, 4, 5), a - b);
        Assert.Equal(new Index3D(12, 32, 50), a * b);
        Assert.Equal(new Index3D(3, 2, 2), a / b);
        Assert.Equal(new Index2D(8, 12), new Index2D(6, 8) + new Index2D(2, 4));
        Assert.True(a != b);
        Assert.Equal("(6, 8, 10)", a.ToString());
    }

    [Fact]
    public void Sizes_are_products()
    {
        Assert.Equal(480, new Index3D(6, 8, 10).Size);
        Assert.Equal(48, new Index2D(6, 8).Size);
        Assert.Equal(1L << 40, new Index2D(1 << 20).LongSize);
        Assert.Equal(6L, ((IIndex)new Index1D(6)).Size);
    }

    [Fact]
    public void Parts_and_constructors()
    {
        Index3D a = new(new Index2D(1, 2), 3);
        Assert.Equal(a, new Index3D(1, new Index2D(2, 3)));
        Assert.Equal(new Index2D(1, 2), a.XY);
        Assert.Equal(new Index2D(2, 3), a.YZ);
        (int x, int y, int z) = a;
        Assert.Equal((1, 2, 3), (x, y, z));
        Assert.Equal(new Index2D(4, 4), new Index2D(4));
        Assert.True(default(Index3D).IsFirst);
        Assert.Equal(-1, Index2D.Invalid.Y);
    }

    [Theory]
    [InlineData(0, 0, true, true)]
    [InlineData(3, 4, false, true)]
    [InlineData(3, 2, false, true)]
    [InlineData(4, 2, false, false)]
    [InlineData(-1, 2, false, false)]
    [InlineData(2, 3, true, true)]
    public void Bounds(int x, int y, bool inside, bool insideOrAtEnd)
    {
        Assert.Equal(inside, new Index2D(x, y).InBounds((3, 4)));
        Assert.Equal(insideOrAtEnd, new Index2D(x, y).InBoundsInclusive((3, 4)));
    }

    [Fact]
    public void Config_knows_its_shape()
    {
        KernelConfig config = ((Index1D)3, (Index1D)4);
        Assert.Equal(new Index3D(3, 1, 1), config.GridDim);
        Assert.Equal(new Index3D(4, 1, 1), config.GroupDim);
        Assert.Equal(12L, config.Size);
        Assert.True(config.IsValid);
        Assert.False(config.UsesDynamicSharedMemory);
        Assert.False(default(KernelConfig).IsValid);
        KernelConfig planar = new(new Index2D(2, 3), new Index2D(4, 5), SharedMemoryConfig.RequestDynamic<double>(6));
        Assert.Equal(new Index3D(2, 3, 1), planar.GridDim);
        Assert.Equal(48, planar.SharedMemoryConfig.ArraySize);
        Assert.True(planar.UsesDynamicSharedMemory);
    }
}
