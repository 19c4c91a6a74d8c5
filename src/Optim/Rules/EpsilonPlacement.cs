namespace DeepSharp.Optim;

/// <summary>Where the small number that keeps a divisor from zero stands; texts differ.</summary>
public enum EpsilonPlacement
{
    /// <summary>sqrt(s) + epsilon: PyTorch, the papers of Adagrad, Adam and AdamW.</summary>
    OutsideRoot,

    /// <summary>sqrt(s + epsilon): many courses, the paper of Adadelta. An epsilon of 1e-8 then acts like one of 1e-4
    /// outside.</summary>
    InsideRoot,
}
