using System.Diagnostics;

namespace DeepSharp.Kernels;

/// <summary>
/// Attention, softmax(scale Q Kᵀ + mask) V, block by block with a running maximum and sum, and its gradients from the blocks computed
/// again: memory is linear in the lengths. Dao, Fu, Ermon, Rudra, Ré, "FlashAttention", 2022; Milakov, Gimelshein 2018.
/// </summary>
/// <remarks>What the mask leaves out counts as -inf; a query that may look at nothing gives zeros, and has a gradient of zero.</remarks>
internal static class Attention
{
    private const string Name = "ScaledDotProductAttention";

    /// <summary>Writes the output and the logarithm of each query's sum of exponentials.</summary>
    internal static void Forward(in AttentionOperands x) => Dispatch.Real(Name, x.Query.DType, x.Query.Device, new Visitor(x, forward: true));

    /// <summary>Writes the gradients of queries, keys and values.</summary>
    internal static void Backward(in AttentionOperands x) => Dispatch.Real(Name, x.Query.DType, x.Query.Device, new Visitor(x, forward: false));

    private readonly ref struct Visitor(in AttentionOperands operands, bool forward) : IRealVisitor
    {
        private readonly ref readonly AttentionOperands _operands = ref operands;
        private readonly bool _forward = forward;

        public void Visit<TStored, TScalar, TVector>()
            where TStored : unmanaged, IStored<TStored, TScalar>
            where TScalar : unmanaged, IReal<TScalar>, IScalar<TScalar>
            where TVector : unmanaged, IReal<TVector>
        {
            Debug.Assert(StoredRows<TStored, TScalar>.IsPlain, "Attention is computed in Float32 or Float64.");
            if (typeof(TScalar) == typeof(F64))
            {
                Run<F64, TVector, UniformOf64>();
            }
            else
            {
                Run<F32, TVector, UniformOf32>();
            }
        }

        private void Run<T, TVector, TUniform>()
            where T : unmanaged, IReal<T>, IScalar<T>, IStored<T, T>
            where TVector : unmanaged, IReal<TVector>
            where TUniform : unmanaged, IUniform<T>
        {
            ref readonly AttentionOperands x = ref _operands;
            if (x.Output.Count == 0 && (_forward || x.Key.Count == 0))
            {
                return;
            }

            if (x.Query.Device.StartsOnHost())
            {
                HostAttention<T, TVector, TUniform>.Run(x, _forward);
            }
            else if (_forward)
            {
                GpuAttention<T, TUniform>.Forward(x);
            }
            else
            {
                GpuAttention<T, TUniform>.Backward(x);
            }
        }
    }
}

/// <summary>What an attention works on, all of one device and, but for a mask of truth values, of one type.</summary>
/// <param name="Query">[…, queries, depth]; the axes before are the heads.</param>
/// <param name="Key">[…, keys, depth], with the same axes before; a stride of 0 shares a head's keys.</param>
/// <param name="Value">[…, keys, width].</param>
/// <param name="Mask">[…, queries, keys]: what takes part, or numbers that are added; or null.</param>
/// <param name="Output">[…, queries, width]; the last axis is contiguous.</param>
/// <param name="LogSumExp">[heads, queries], contiguous; +inf for a query that may look at nothing.</param>
/// <param name="Scale">The factor of the products.</param>
/// <param name="Diagonal">Query i sees the keys up to i + this number; null for all.</param>
/// <param name="Dropout">What is dropped of the probabilities.</param>
internal readonly record struct AttentionOperands(
    Operand Query, Operand Key, Operand Value, Operand? Mask, Operand Output, Operand LogSumExp, double Scale, int? Diagonal, AttentionDropout Dropout)
{
    /// <summary>For the backward pass: the gradient of the output, of any strides.</summary>
    internal Operand OutputGradient { get; init; }

    /// <summary>For the backward pass: where that of the queries goes; the last axis is contiguous.</summary>
    internal Operand QueryGradient { get; init; }

    /// <summary>For the backward pass: where that of the keys goes, likewise.</summary>
    internal Operand KeyGradient { get; init; }

    /// <summary>For the backward pass: where that of the values goes, likewise.</summary>
    internal Operand ValueGradient { get; init; }

    internal int Heads => LogSumExp.Dims[0];

    internal int Queries => Query.Dims[^2];

    internal int Keys => Key.Dims[^2];

    internal int Depth => Query.Dims[^1];

    internal int Width => Value.Dims[^1];

    /// <summary>The keys that the first query sees, less one: so many that all queries see all keys if there is no diagonal.</summary>
    internal int FirstSeen => Diagonal ?? Keys;

    /// <summary>Where the heads of query, key, value, output, mask and gradient of the output begin, as operands 0 to 5.</summary>
    internal LoopNest HeadNest()
    {
        Operand mask = Mask ?? Output;
        Operand gradient = OutputGradient.Dims is null ? Output : OutputGradient;
        return LoopNest.Over(
            Query.Dims[..^2],
            [Query.Strides[..^2], Key.Strides[..^2], Value.Strides[..^2], Output.Strides[..^2], mask.Strides[..^2], gradient.Strides[..^2]]);
    }

    /// <summary>Where the heads of the gradients of query, key and value begin.</summary>
    internal LoopNest GradientNest() => LoopNest.Over(
        Query.Dims[..^2], [QueryGradient.Strides[..^2], KeyGradient.Strides[..^2], ValueGradient.Strides[..^2]]);
}

/// <summary>Dropout of the probabilities [heads, queries, keys] as if they were a tensor: the elements that <see cref="RandomFill.Dropout"/>
/// drops.</summary>
internal readonly record struct AttentionDropout(double Probability, ulong Seed, ulong Position);
