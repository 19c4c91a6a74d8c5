using DeepSharp.Kernels;

namespace DeepSharp;

/// <summary>
/// O = softmax(s Q Kᵀ + M) V. With P the probabilities and D the sum of dO ∘ O over each row: dV = Pᵀ dO, dS = P ∘ (dO Vᵀ - D),
/// dQ = s dS K, dK = s dSᵀ Q. P is computed again, block by block.
/// </summary>
internal sealed class AttentionNode : Node
{
    private const string Operation = "ScaledDotProductAttention";
    private readonly AttentionSettings _settings;

    private AttentionNode(Tensor query, Tensor key, Tensor value, Tensor output, Tensor logSumExp, in AttentionSettings settings)
        : base(Operation, query, key, value)
    {
        _settings = settings with { Mask = null };
        SaveInputs(query, key, value);
        Save(output, logSumExp, settings.Mask ?? output);
        HasMask = settings.Mask is not null;
    }

    private bool HasMask { get; }

    /// <summary>Runs the kernel; the inputs share their axes but the last two, none of them is empty, and no gradient goes to the mask.</summary>
    internal static Tensor Run(Tensor query, Tensor key, Tensor value, in AttentionSettings settings)
    {
        Tensor output = InOrderOf(query, value.Shape[^1]);
        int heads = query.Count / (query.Shape[^1] * query.Shape[^2]);
        Tensor logSumExp = Tensor.Uninitialized([heads, query.Shape[^2]], query.DType, query.Device, Operation);
        Attention.Forward(Operands(query, key, value, settings.Mask, output, logSumExp, settings));
        return query.Records() || key.Records() || value.Records()
            ? new AttentionNode(query, key, value, output, logSumExp, settings).Attach(output)
            : output;
    }

    /// <summary>The same made of differentiable operators, with all probabilities in memory.</summary>
    internal static Tensor Compose(Tensor query, Tensor key, Tensor value, in AttentionSettings settings) =>
        Probabilities(query, key, settings).MatMul(value);

    /// <summary>What each query takes of each key, behind the dropout.</summary>
    internal static Tensor Probabilities(Tensor query, Tensor key, in AttentionSettings settings)
    {
        Tensor scores = query.MatMul(key.T) * settings.Scale;
        if (key.Shape[^2] == 0)
        {
            return scores;
        }

        Tensor? allowed = settings.Mask;
        if (allowed is not null && allowed.DType != DType.Bool)
        {
            scores += allowed;
            allowed = allowed.Detach() > double.NegativeInfinity;
        }

        if (settings.Diagonal is { } diagonal)
        {
            Tensor rows = Tensor.Arange(query.Shape[^2], DType.Int64, query.Device).Unsqueeze(1) + diagonal;
            Tensor seen = rows >= Tensor.Arange(key.Shape[^2], DType.Int64, query.Device);
            allowed = allowed is null ? seen : allowed & seen;
        }

        Tensor p = allowed is null ? scores.Softmax() : scores.MaskedSoftmax(allowed);
        AttentionDropout dropout = settings.Dropout;
        return dropout.Probability > 0 ? DropoutNode.Run(p, dropout.Probability, dropout.Seed, dropout.Position) : p;
    }

    internal override void Backward(Tensor gradient)
    {
        (Tensor query, Tensor key, Tensor value) = (Saved(0), Saved(1), Saved(2));
        Tensor? mask = HasMask ? Saved(5) : null;
        if (Grad.IsEnabled)
        {
            AttentionSettings settings = _settings with { Mask = mask };
            Tensor?[] found = ComposedGradient.Of(
                [query, key, value], [gradient], given => [Compose(given[0], given[1], given[2], settings)]);
            for (int i = 0; i < found.Length; i++)
            {
                if (found[i] is { } own && Wants(i))
                {
                    Send(i, own);
                }
            }

            return;
        }

        Tensor dq = InOrderOf(query, query.Shape[^1]);
        Tensor dk = InOrderOf(key, key.Shape[^1]);
        Tensor dv = InOrderOf(value, value.Shape[^1]);
        Attention.Backward(Operands(query, key, value, mask, Saved(3), Saved(4), _settings) with
        {
            OutputGradient = gradient.Operand,
            QueryGradient = dq.Operand,
            KeyGradient = dk.Operand,
            ValueGradient = dv.Operand,
        });
        foreach ((int input, Tensor own) in ((int, Tensor)[])[(0, dq), (1, dk), (2, dv)])
        {
            if (Wants(input))
            {
                Send(input, own);
            }
        }
    }

    private static AttentionOperands Operands(
        Tensor query, Tensor key, Tensor value, Tensor? mask, Tensor output, Tensor logSumExp, in AttentionSettings settings)
    {
        return new(
            query.Operand, key.Operand, value.Operand, mask is null ? null : Expanded(mask, query.Rank), output.Operand, logSumExp.Operand,
            settings.Scale, settings.Diagonal, settings.Dropout);
    }

    // The mask with a stride for each axis of the pairs of queries and keys, of which there may be more than a tensor can have.
    private static Operand Expanded(Tensor mask, int rank)
    {
        int added = rank - mask.Rank;
        int[] strides = new int[rank];
        for (int axis = 0; axis < mask.Rank; axis++)
        {
            strides[axis + added] = mask.Shape[axis] == 1 ? 0 : mask.Strides[axis];
        }

        return mask.Operand with { Strides = strides };
    }

    // Memory whose axes stand in the order of another tensor's, the last one innermost: heads that were features side by side become so
    // again without a copy.
    private static Tensor InOrderOf(Tensor like, int last)
    {
        int[] order = [.. Enumerable.Range(0, like.Rank - 1).OrderByDescending(axis => like.Strides[axis]), like.Rank - 1];
        int[] dims = Array.ConvertAll(order, axis => axis == like.Rank - 1 ? last : like.Shape[axis]);
        Tensor made = Tensor.Uninitialized(new Shape(dims), like.DType, like.Device, Operation);
        return made.Permute([.. Enumerable.Range(0, like.Rank).Select(axis => Array.IndexOf(order, axis))]).MadeBy(Operation);
    }
}

/// <summary>How an attention looks.</summary>
/// <param name="Mask">What takes part, or numbers that are added to the products, which broadcast; or null.</param>
/// <param name="Diagonal">Query i sees the keys up to i + this number; null for all.</param>
/// <param name="Scale">The factor of the products.</param>
/// <param name="Dropout">What is dropped of the probabilities.</param>
internal readonly record struct AttentionSettings(Tensor? Mask, int? Diagonal, double Scale, AttentionDropout Dropout);
