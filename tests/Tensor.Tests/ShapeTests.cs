namespace DeepSharp.Tests;

public class ShapeTests
{
    // NumPy's rules: aligned at the last axis, a length of one repeats.
    private static readonly (Shape Left, Shape Right, Shape? Result)[] s_rules =
    [
        (Shape.Scalar, Shape.Scalar, Shape.Scalar),
        ([3], Shape.Scalar, [3]),
        ([3], [1], [3]),
        ([3], [3], [3]),
        ([2, 3], [3], [2, 3]),
        ([2, 1], [3], [2, 3]),
        ([2, 1], [1, 3], [2, 3]),
        ([256, 256, 3], [3], [256, 256, 3]),
        ([8, 1, 6, 1], [7, 1, 5], [8, 7, 6, 5]),
        ([15, 3, 5], [15, 1, 5], [15, 3, 5]),
        ([0], [1], [0]),
        ([0, 3], [1, 3], [0, 3]),
        ([2, 0], [0], [2, 0]),
        ([3], [4], null),
        ([2, 1], [8, 4, 3], null),
        ([0], [2], null),
        ([2, 3], [2], null),
    ];

    [Fact]
    public void Shapes_broadcast_by_NumPys_rules_in_either_order()
    {
        foreach ((Shape left, Shape right, Shape? result) in s_rules)
        {
            if (result is { } shape)
            {
                Assert.Equal(shape, Shape.Broadcast(left, right));
                Assert.Equal(shape, Shape.Broadcast(right, left));
                continue;
            }

            string message = Assert.Throws<ArgumentException>(() => Shape.Broadcast(left, right, "Multiply")).Message;
            Assert.Contains("Multiply", message, StringComparison.Ordinal);
            Assert.Contains(left.ToString(), message, StringComparison.Ordinal);
            Assert.Contains(right.ToString(), message, StringComparison.Ordinal);
            Assert.Contains("reshape", message, StringComparison.Ordinal);
            Assert.Throws<ArgumentException>(() => Shape.Broadcast(right, left));
        }
    }

    [Fact]
    public void A_shape_tells_its_axes_and_size()
    {
        Shape shape = [2, 3, 5];
        Assert.Equal(3, shape.Rank);
        Assert.Equal(30, shape.Size);
        Assert.Equal((2, 5, 3, 5), (shape[0], shape[-1], shape[1], shape[^1]));
        Assert.Equal("[2, 3, 5]", shape.ToString());
        Assert.Equal([2, 3, 5], shape.ToArray());
        Assert.Equal((0, 1, "[]"), (Shape.Scalar.Rank, Shape.Scalar.Size, Shape.Scalar.ToString()));
        Assert.Equal(Shape.Scalar, default);
        Assert.Equal(1, default(Shape).Size);
        Assert.Equal(0, new Shape(4, 0, 7).Size);
    }

    [Fact]
    public void Equal_shapes_have_equal_axes()
    {
        Shape shape = [2, 3];
        Assert.True(shape == new Shape(2, 3));
        Assert.True(shape != new Shape(3, 2));
        Assert.True(shape != new Shape(2, 3, 1));
        Assert.Equal(shape.GetHashCode(), new Shape(2, 3).GetHashCode());
        Assert.False(shape.Equals("[2, 3]"));
    }

    [Fact]
    public void Arrays_given_and_taken_are_copies()
    {
        int[] dims = [2, 3];
        Shape shape = dims;
        dims[0] = 9;
        shape.ToArray()[1] = 9;
        Assert.Equal([2, 3], shape);
    }

    [Fact]
    public void Shapes_that_cannot_be_are_refused()
    {
        Assert.Contains("[2, -3]", Assert.Throws<ArgumentException>(() => new Shape(2, -3)).Message, StringComparison.Ordinal);
        Assert.Equal(8, Shape.MaxRank);
        Assert.Equal(8, new Shape(1, 1, 1, 1, 1, 1, 1, 1).Rank);
        Assert.Contains("8", Assert.Throws<ArgumentException>(() => new Shape(1, 1, 1, 1, 1, 1, 1, 1, 1)).Message, StringComparison.Ordinal);
        foreach (int[] dims in (int[][])[[65536, 32768], [int.MaxValue, 2], [int.MaxValue, int.MaxValue, int.MaxValue, int.MaxValue]])
        {
            Assert.Contains("[" + dims[0], Assert.Throws<ArgumentException>(() => new Shape(dims)).Message, StringComparison.Ordinal);
        }

        Assert.Equal(0, new Shape(int.MaxValue, int.MaxValue, int.MaxValue, 0).Size);
        string axis = Assert.Throws<ArgumentOutOfRangeException>(() => new Shape(2, 3)[2]).Message;
        Assert.Contains("[2, 3]", axis, StringComparison.Ordinal);
        Assert.Contains("-2 to 1", axis, StringComparison.Ordinal);
    }
}
