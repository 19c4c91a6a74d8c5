namespace DeepSharp.Optim;

/// <summary>The hyper-parameters of <see cref="AdamW"/>: those of <see cref="Adam"/>, with decoupled weight decay of 0.01.</summary>
public sealed record AdamWOptions : AdamOptions
{
    /// <summary>The defaults: a learning rate of 1e-3, weight decay of 1e-2.</summary>
    public AdamWOptions()
    {
        WeightDecay = 1e-2;
        DecoupledWeightDecay = true;
    }
}
