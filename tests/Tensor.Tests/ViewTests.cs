namespace DeepSharp.Tests;

/// <summary>Views against index arithmetic: element i of a view is a certain element of the source.</summary>
public class ViewTests
{
    // The source is [2, 3, 4] with the elements 0, 1, …; the formula gives the element at an index of the view.
    private static readonly Dictionary<string, (Func<Tensor, Tensor> View, Shape Shape, Func<int[], int> Element)> s_views = new()
    {
        ["Reshape"] = (x => x.Reshape(4, 6), [4, 6], i => (i[0] * 6) + i[1]),
        ["Reshape, -1"] = (x => x.Reshape(-1, 8), [3, 8], i => (i[0] * 8) + i[1]),
        ["Reshape, ones"] = (x => x.Reshape(1, 24, 1), [1, 24, 1], i => i[1]),
        ["Flatten"] = (x => x.Flatten(), [24], i => i[0]),
        ["Flatten, from 0 to 1"] = (x => x.Flatten(0, 1), [6, 4], i => At(i[0] / 3, i[0] % 3, i[1])),
        ["Flatten, from 1"] = (x => x.Flatten(1), [2, 12], i => (i[0] * 12) + i[1]),
        ["Flatten, from -1"] = (x => x.Flatten(-1), [2, 3, 4], i => At(i[0], i[1], i[2])),
        ["T"] = (x => x.T, [2, 4, 3], i => At(i[0], i[2], i[1])),
        ["Transpose"] = (x => x.Transpose(0, -1), [4, 3, 2], i => At(i[2], i[1], i[0])),
        ["Transpose, same"] = (x => x.Transpose(1, 1), [2, 3, 4], i => At(i[0], i[1], i[2])),
        ["Permute"] = (x => x.Permute(2, 0, 1), [4, 2, 3], i => At(i[1], i[2], i[0])),
        ["Permute, back"] = (x => x.Permute(2, 0, 1).Permute(1, 2, 0), [2, 3, 4], i => At(i[0], i[1], i[2])),
        ["Reshape of transposed"] = (x => x.Transpose(0, 2).Reshape(12, 2), [12, 2], i => At(i[1], i[0] % 3, i[0] / 3)),
        ["Narrow"] = (x => x.Narrow(2, 1, 2), [2, 3, 2], i => At(i[0], i[1], i[2] + 1)),
        ["Narrow, negative axis"] = (x => x.Narrow(-2, 2, 1), [2, 1, 4], i => At(i[0], 2, i[2])),
        ["Narrow, nothing"] = (x => x.Narrow(1, 3, 0), [2, 0, 4], _ => -1),
        ["Index"] = (x => x[1], [3, 4], i => At(1, i[0], i[1])),
        ["Index, from the end"] = (x => x[^1, -2], [4], i => At(1, 1, i[0])),
        ["Index, all"] = (x => x[1, 2, 3], Shape.Scalar, _ => 23),
        ["Range"] = (x => x[.., 1..], [2, 2, 4], i => At(i[0], i[1] + 1, i[2])),
        ["Range, from the end"] = (x => x[.., ..^1, ^2..], [2, 2, 2], i => At(i[0], i[1], i[2] + 2)),
        ["Range, empty"] = (x => x[1..1], [0, 3, 4], _ => -1),
        ["Range and index"] = (x => x[.., 1, 1..3], [2, 2], i => At(i[0], 1, i[1] + 1)),
        ["Every second"] = (x => x[0, TensorIndex.Every(2, ..)], [2, 4], i => At(0, 2 * i[0], i[1])),
        ["Every third from 1"] = (x => x[.., .., TensorIndex.Every(3, 0..)], [2, 3, 2], i => At(i[0], i[1], 3 * i[2])),
        ["New axis"] = (x => x[TensorIndex.NewAxis, 1, .., TensorIndex.NewAxis], [1, 3, 1, 4], i => At(1, i[1], i[3])),
        ["Ellipsis"] = (x => x[TensorIndex.Ellipsis, 2], [2, 3], i => At(i[0], i[1], 2)),
        ["Ellipsis in the middle"] = (x => x[1, TensorIndex.Ellipsis, 1..3], [3, 2], i => At(1, i[0], i[1] + 1)),
        ["Ellipsis of nothing"] = (x => x[0, 1, TensorIndex.Ellipsis, 2], Shape.Scalar, _ => At(0, 1, 2)),
        ["Slice of slice"] = (x => x[.., 1..][.., 1, 2..], [2, 2], i => At(i[0], 2, i[1] + 2)),
        ["Slice of transposed"] = (x => x.Transpose(0, 2)[1..3, 2], [2, 2], i => At(i[1], 2, i[0] + 1)),
        ["Unsqueeze"] = (x => x.Unsqueeze(1), [2, 1, 3, 4], i => At(i[0], i[2], i[3])),
        ["Unsqueeze, last"] = (x => x.Unsqueeze(-1), [2, 3, 4, 1], i => At(i[0], i[1], i[2])),
        ["Squeeze"] = (x => x[.., ..1, ..1].Squeeze(), [2], i => At(i[0], 0, 0)),
        ["Squeeze, one"] = (x => x[..1, .., ..1].Squeeze(0), [3, 1], i => At(0, i[0], 0)),
        ["Expand"] = (x => x[.., ..1].Expand([2, 5, 4]), [2, 5, 4], i => At(i[0], 0, i[2])),
        ["Expand, axes in front"] = (x => x[0].Expand([3, 2, 3, 4]), [3, 2, 3, 4], i => At(0, i[2], i[3])),
        ["Expand to nothing"] = (x => x[.., ..1].Expand([2, 0, 4]), [2, 0, 4], _ => -1),
        ["Reshape of expanded"] = (x => x[.., ..1].Expand([2, 2, 4]).Reshape(2, 8), [2, 8], i => At(i[0], 0, i[1] % 4)),
        ["Clone"] = (x => x.T.Clone(), [2, 4, 3], i => At(i[0], i[2], i[1])),
        ["Contiguous"] = (x => x.Transpose(0, 1).Contiguous(), [3, 2, 4], i => At(i[1], i[0], i[2])),
    };

    public static TheoryData<string> Names => [.. s_views.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Elements_stand_where_index_arithmetic_says(string name)
    {
        (Func<Tensor, Tensor> view, Shape shape, Func<int[], int> element) = s_views[name];
        double[] expected = [.. Indices(shape).Select(i => (double)element(i))];
        foreach (Device device in Devices.All)
        {
            using TensorScope scope = Tensor.Scope();
            Tensor source = Tensor.Arange(24, DType.Float64, device).Reshape(2, 3, 4);

            // The same elements with strides in another order, with gaps, and from the middle of the memory.
            Tensor transposed = source.Permute(2, 1, 0).Clone().Permute(2, 1, 0);
            Tensor larger = Tensor.Full([4, 3, 9], -5, DType.Float64, device);
            Tensor inside = larger[1..3, .., TensorIndex.Every(2, 1..)];
            inside.CopyFrom(source);
            foreach (Tensor x in (Tensor[])[source, transposed, inside])
            {
                Tensor result = view(x);
                Assert.Equal(shape, result.Shape);
                Assert.Equal(expected, result.ToArray<double>());
                Assert.Equal(expected, Devices.Values(result.To(DType.Int32)));
            }
        }
    }

    [Fact]
    public void Views_share_memory_and_copies_do_not()
    {
        using TensorScope scope = Tensor.Scope();
        Tensor x = Tensor.Arange(24, DType.Float32, Device.Cpu).Reshape(2, 3, 4);
        Tensor[] views =
        [
            x.Reshape(6, 4), x.T, x[.., 1], x.T[.., 1], x.T.Unsqueeze(1), x.T.Reshape(2, 2, 2, 1, 3), x[.., .., 0], x.Permute(2, 0, 1),
            x[1], x[.., 1..], x.Unsqueeze(0), x.Contiguous(), x.Flatten(),
        ];
        foreach (Tensor view in views)
        {
            Assert.Same(x.Storage, view.Storage);
        }

        foreach (Tensor copy in (Tensor[])[x.Clone(), x.T.Contiguous(), x.T.Reshape(24), x[.., 1..].Reshape(16), x.To(DType.Float64), x.To(TestDevice.Gpu)])
        {
            Assert.NotSame(x.Storage, copy.Storage);
        }

        Assert.Same(x, x.To(DType.Float32));
        Assert.Same(x, x.To(Device.Cpu));
        x[1, 2].Fill(-1);
        Assert.Equal([-1, -1, -1, -1], x.Reshape(6, 4)[5].ToArray<float>());
        Assert.Equal([0, 1, 2, 3], x[0, 0].ToArray<float>());
        x[.., 0, 1].Fill(-2);
        Assert.Equal([0, -2, 2, 3], x[0, 0].ToArray<float>());
        Assert.Equal([12, -2, 14, 15], x[1, 0].ToArray<float>());
    }

    [Fact]
    public void A_view_outlives_its_source()
    {
        Tensor x = Tensor.Arange(6, DType.Float32, Device.Cpu);
        Tensor view = x[2..4];
        x.Dispose();
        Assert.Equal([2, 3], view.ToArray<float>());
        view.Dispose();
        Assert.True(view.IsDisposed);
    }

    [Fact]
    public void Strides_say_what_is_contiguous()
    {
        using TensorScope scope = Tensor.Scope();
        Tensor x = Tensor.Zeros([2, 3, 4], DType.Float32, Device.Cpu);
        Assert.Equal([12, 4, 1], x.Strides.ToArray());
        Assert.Equal([12, 1, 4], x.T.Strides.ToArray());
        Assert.Equal([12, 0, 1], x[.., ..1].Expand([2, 7, 4]).Strides.ToArray());
        Assert.True(x.IsContiguous);
        Assert.True(x[1].IsContiguous);
        Assert.True(x[1..].IsContiguous);
        Assert.True(x[.., 1, 2..2].IsContiguous);
        Assert.False(x.T.IsContiguous);
        Assert.False(x[.., 1].IsContiguous);
        Assert.False(x[.., .., ..2].IsContiguous);
    }

    [Fact]
    public void Wrong_places_and_shapes_are_refused_by_name()
    {
        using TensorScope scope = Tensor.Scope();
        Tensor x = Tensor.Zeros([2, 3, 4], DType.Float32, Device.Cpu);
        Refused<ArgumentException>("Reshape", () => x.Reshape(5, 5));
        Refused<ArgumentException>("Reshape", () => x.Reshape(-1, 5));
        Refused<ArgumentException>("Permute", () => x.Permute(0, 1));
        Refused<ArgumentException>("Permute", () => x.Permute(0, 1, 1));
        Refused<ArgumentOutOfRangeException>("Permute", () => x.Permute(0, 1, 3));
        Refused<ArgumentOutOfRangeException>("Transpose", () => x.Transpose(0, 3));
        Refused<ArgumentException>("Expand", () => x.Expand([2, 5, 4]));
        Refused<ArgumentException>("Expand", () => x.Expand([3, 4]));
        Refused<ArgumentException>("Squeeze", () => x.Squeeze(1));
        Refused<ArgumentOutOfRangeException>("Unsqueeze", () => x.Unsqueeze(5));
        Refused<ArgumentOutOfRangeException>("Narrow", () => x.Narrow(1, 2, 2));
        Refused<ArgumentOutOfRangeException>("Narrow", () => x.Narrow(1, int.MaxValue, 2));
        Refused<ArgumentOutOfRangeException>("Narrow", () => x.Narrow(1, -1, 2));
        Refused<ArgumentOutOfRangeException>("Index", () => x[2]);
        Refused<ArgumentOutOfRangeException>("Index", () => x[-3]);
        Refused<ArgumentOutOfRangeException>("Index", () => x[0, 1..5]);
        Refused<ArgumentOutOfRangeException>("Index", () => x[0, ^4..]);
        Refused<ArgumentOutOfRangeException>("Index", () => x[0, 2..1]);
        Refused<ArgumentException>("Index", () => x[0, 0, 0, 0]);
        Refused<ArgumentException>("Index", () => x[TensorIndex.Ellipsis, TensorIndex.Ellipsis]);
        Assert.Contains("T:", Assert.Throws<InvalidOperationException>(() => x[0, 0].T).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => TensorIndex.Every(0, ..));

        static void Refused<TException>(string operation, Func<Tensor> call)
            where TException : ArgumentException
        {
            string message = Assert.Throws<TException>(call).Message;
            Assert.Contains(operation, message, StringComparison.Ordinal);
            Assert.Contains(operation == "Unsqueeze" ? "-4 to 3" : "[2, 3, 4]", message, StringComparison.Ordinal);
        }
    }

    private static int At(int i, int j, int k) => (i * 12) + (j * 4) + k;

    private static IEnumerable<int[]> Indices(Shape shape)
    {
        for (int linear = 0; linear < shape.Size; linear++)
        {
            int[] index = new int[shape.Rank];
            int rest = linear;
            for (int axis = shape.Rank - 1; axis >= 0; axis--)
            {
                index[axis] = rest % shape[axis];
                rest /= shape[axis];
            }

            yield return index;
        }
    }
}
