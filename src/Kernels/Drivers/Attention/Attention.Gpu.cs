using System.Runtime.CompilerServices;
using ILGPU;

namespace DeepSharp.Kernels;

/// <summary>The GPU form of attention: a thread for each query, which goes along the keys; in the backward pass one for each key, too.</summary>
internal static class GpuAttention<T, TUniform>
    where T : unmanaged, IReal<T>, IScalar<T>
    where TUniform : unmanaged, IUniform<T>
{
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal static void Forward(in AttentionOperands x)
    {
        using Scratch starts = Starts(x, withGradients: false);
        Arguments k = Common(x, starts);
        x.Query.Device.Launch(x.Query.Device.Grid(x.Heads * x.Queries), ForwardKernel, k);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    internal static void Backward(in AttentionOperands x)
    {
        Device device = x.Query.Device;
        using Scratch starts = Starts(x, withGradients: true);
        using Scratch inner = Scratch.Rent(device, x.Query.DType, [Math.Max(1, x.Heads * x.Queries)]);
        Arguments k = Common(x, starts);
        k.Inner = inner.Operand.View<T>();
        k.OutputGradient = GpuMatrix.Of(x.OutputGradient);
        k.QueryGradient = GpuMatrix.Of(x.QueryGradient);
        k.KeyGradient = GpuMatrix.Of(x.KeyGradient);
        k.ValueGradient = GpuMatrix.Of(x.ValueGradient);
        device.Launch(device.Grid(x.Heads * x.Queries), QueryKernel, k);
        device.Launch(device.Grid(x.Heads * x.Keys), KeyKernel, k);
    }

    // Where each head begins, of the six operands, and of the three gradients.
    private static Scratch Starts(in AttentionOperands x, bool withGradients)
    {
        LoopNest nest = x.HeadNest();
        LoopNest gradients = withGradients ? x.GradientNest() : default;
        int[] starts = new int[(withGradients ? 9 : 6) * x.Heads];
        for (int i = 0; i < starts.Length; i++)
        {
            int operand = i / x.Heads;
            starts[i] = operand < 6 ? nest.Offset(operand, i % x.Heads) : gradients.Offset(operand - 6, i % x.Heads);
        }

        Scratch scratch = Scratch.Rent(x.Query.Device, DType.Int32, [starts.Length]);
        scratch.Operand.Block.Upload<int>(starts, 0);
        return scratch;
    }

    // Views that a kernel does not read repeat one that it does: none may be without memory.
    private static Arguments Common(in AttentionOperands x, in Scratch starts)
    {
        ArrayView<T> any = x.LogSumExp.View<T>();
        bool isTruth = x.Mask is { DType: DType.Bool };
        return new()
        {
            Heads = x.Heads,
            Queries = x.Queries,
            Keys = x.Keys,
            Depth = x.Depth,
            Width = x.Width,
            FirstSeen = x.FirstSeen,
            Scale = T.FromDouble(x.Scale),
            Dropout = x.Dropout,
            Starts = starts.Operand.View<int>(),
            Query = GpuMatrix.Of(x.Query),
            Key = GpuMatrix.Of(x.Key),
            Value = GpuMatrix.Of(x.Value),
            Output = GpuMatrix.Of(x.Output),
            OutputGradient = GpuMatrix.Of(x.Output),
            LogSumExp = any,
            Inner = any,
            QueryGradient = GpuMatrix.Of(x.Output),
            KeyGradient = GpuMatrix.Of(x.Output),
            ValueGradient = GpuMatrix.Of(x.Output),
            HasMask = x.Mask is null ? 0 : isTruth ? 1 : 2,
            MaskRow = x.Mask?.Strides[^2] ?? 0,
            MaskColumn = x.Mask?.Strides[^1] ?? 0,
            Truth = isTruth ? x.Mask!.Value.View<U8>() : starts.Operand.View<int>().Cast<U8>(),
            Added = x.Mask is { } mask && !isTruth ? mask.View<T>() : any,
        };
    }

    private static void ForwardKernel(Arguments k)
    {
        for (int i = Grid.GlobalIndex.X; (uint)i < (uint)(k.Heads * k.Queries); i += Grid.DimX * Group.DimX)
        {
            int head = i / k.Queries;
            int query = i - (head * k.Queries);
            int output = k.Starts[(3 * k.Heads) + head] + (query * k.Output.Row);
            for (int c = 0; c < k.Width; c++)
            {
                k.Output.Elements[output + (c * k.Output.Column)] = 0;
            }

            T maximum = double.NegativeInfinity;
            T sum = 0;
            for (int key = 0; key < k.Keys && key <= query + k.FirstSeen; key++)
            {
                T score = k.Score(head, query, key);
                T next = T.Max(maximum, score);
                T from = T.IfEqual(next, double.NegativeInfinity, 0, next);
                T shrink = T.Exp(maximum - from);
                T e = T.Exp(score - from);
                sum = (sum * shrink) + e;
                e = k.Drop(head, query, key, e);
                int value = k.Starts[(2 * k.Heads) + head] + (key * k.Value.Row);
                for (int c = 0; c < k.Width; c++)
                {
                    int at = output + (c * k.Output.Column);
                    k.Output.Elements[at] = (k.Output.Elements[at] * shrink) + (e * k.Value.Elements[value + (c * k.Value.Column)]);
                }

                maximum = next;
            }

            T inverse = T.IfEqual(sum, 0, 0, 1 / sum);
            for (int c = 0; c < k.Width; c++)
            {
                k.Output.Elements[output + (c * k.Output.Column)] *= inverse;
            }

            k.LogSumExp[i] = T.IfEqual(sum, 0, double.PositiveInfinity, maximum + T.Log(sum));
        }
    }

    private static void QueryKernel(Arguments k)
    {
        for (int i = Grid.GlobalIndex.X; (uint)i < (uint)(k.Heads * k.Queries); i += Grid.DimX * Group.DimX)
        {
            int head = i / k.Queries;
            int query = i - (head * k.Queries);
            int output = k.Starts[(3 * k.Heads) + head] + (query * k.Output.Row);
            int gradient = k.Starts[(5 * k.Heads) + head] + (query * k.OutputGradient.Row);
            T inner = 0;
            for (int c = 0; c < k.Width; c++)
            {
                inner += k.Output.Elements[output + (c * k.Output.Column)] * k.OutputGradient.Elements[gradient + (c * k.OutputGradient.Column)];
            }

            k.Inner[i] = inner;
            int own = k.Starts[(6 * k.Heads) + head] + (query * k.QueryGradient.Row);
            for (int c = 0; c < k.Depth; c++)
            {
                k.QueryGradient.Elements[own + c] = 0;
            }

            for (int key = 0; key < k.Keys && key <= query + k.FirstSeen; key++)
            {
                T slope = k.Slope(head, query, key, T.Exp(k.Score(head, query, key) - k.LogSumExp[i]), inner);
                int place = k.Starts[k.Heads + head] + (key * k.Key.Row);
                for (int c = 0; c < k.Depth; c++)
                {
                    k.QueryGradient.Elements[own + c] += slope * k.Key.Elements[place + (c * k.Key.Column)];
                }
            }
        }
    }

    private static void KeyKernel(Arguments k)
    {
        for (int i = Grid.GlobalIndex.X; (uint)i < (uint)(k.Heads * k.Keys); i += Grid.DimX * Group.DimX)
        {
            int head = i / k.Keys;
            int key = i - (head * k.Keys);
            int ownKey = k.Starts[(7 * k.Heads) + head] + (key * k.KeyGradient.Row);
            int ownValue = k.Starts[(8 * k.Heads) + head] + (key * k.ValueGradient.Row);
            for (int c = 0; c < k.Depth; c++)
            {
                k.KeyGradient.Elements[ownKey + c] = 0;
            }

            for (int c = 0; c < k.Width; c++)
            {
                k.ValueGradient.Elements[ownValue + c] = 0;
            }

            for (int query = 0; query < k.Queries; query++)
            {
                if (key <= query + k.FirstSeen)
                {
                    int row = (head * k.Queries) + query;
                    T p = T.Exp(k.Score(head, query, key) - k.LogSumExp[row]);
                    T slope = k.Slope(head, query, key, p, k.Inner[row]);
                    T dropped = k.Drop(head, query, key, p);
                    int place = k.Starts[head] + (query * k.Query.Row);
                    for (int c = 0; c < k.Depth; c++)
                    {
                        k.KeyGradient.Elements[ownKey + c] += slope * k.Query.Elements[place + (c * k.Query.Column)];
                    }

                    int gradient = k.Starts[(5 * k.Heads) + head] + (query * k.OutputGradient.Row);
                    for (int c = 0; c < k.Width; c++)
                    {
                        k.ValueGradient.Elements[ownValue + c] += dropped * k.OutputGradient.Elements[gradient + (c * k.OutputGradient.Column)];
                    }
                }
            }
        }
    }

    internal struct GpuMatrix
    {
        internal ArrayView<T> Elements;
        internal int Row;
        internal int Column;

        internal static GpuMatrix Of(in Operand operand) =>
            new() { Elements = operand.View<T>(), Row = operand.Strides[^2], Column = operand.Strides[^1] };
    }

    internal struct Arguments
    {
        internal int Heads;
        internal int Queries;
        internal int Keys;
        internal int Depth;
        internal int Width;
        internal int FirstSeen;
        internal int HasMask;
        internal int MaskRow;
        internal int MaskColumn;
        internal T Scale;
        internal AttentionDropout Dropout;
        internal ArrayView<int> Starts;
        internal GpuMatrix Query;
        internal GpuMatrix Key;
        internal GpuMatrix Value;
        internal GpuMatrix Output;
        internal GpuMatrix OutputGradient;
        internal ArrayView<T> LogSumExp;
        internal ArrayView<T> Inner;
        internal GpuMatrix QueryGradient;
        internal GpuMatrix KeyGradient;
        internal GpuMatrix ValueGradient;
        internal ArrayView<U8> Truth;
        internal ArrayView<T> Added;

        internal readonly T Score(int head, int query, int key)
        {
            int a = Starts[head] + (query * Query.Row);
            int b = Starts[Heads + head] + (key * Key.Row);
            T score = 0;
            for (int c = 0; c < Depth; c++)
            {
                score += Query.Elements[a + (c * Query.Column)] * Key.Elements[b + (c * Key.Column)];
            }

            score *= Scale;
            int mask = HasMask == 0 ? 0 : Starts[(4 * Heads) + head] + (query * MaskRow) + (key * MaskColumn);
            if (HasMask == 1)
            {
                score = Truth[mask].Number != 0 ? score : double.NegativeInfinity;
            }

            if (HasMask == 2)
            {
                score += Added[mask];
            }

            return score;
        }

        // The gradient of a product, before the scale, from its probability.
        internal readonly T Slope(int head, int query, int key, T p, T inner)
        {
            int gradient = Starts[(5 * Heads) + head] + (query * OutputGradient.Row);
            int value = Starts[(2 * Heads) + head] + (key * Value.Row);
            T slope = 0;
            for (int c = 0; c < Width; c++)
            {
                slope += OutputGradient.Elements[gradient + (c * OutputGradient.Column)] * Value.Elements[value + (c * Value.Column)];
            }

            return p * (Drop(head, query, key, slope) - inner) * Scale;
        }

        internal readonly T Drop(int head, int query, int key, T x)
        {
            if (Dropout.Probability > 0)
            {
                long at = ((((long)head * Queries) + query) * Keys) + key;
                TUniform.Draw(Dropout.Seed, Dropout.Position, (int)(at >> 1), out T u, out T v);
                T other = 0;
                new DropoutPair(Dropout.Probability).Sample((at & 1) != 0 ? v : u, v, ref x, ref other);
            }

            return x;
        }
    }
}
