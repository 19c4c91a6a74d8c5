namespace DeepSharp.Optim;

/// <summary>How gradients are limited.</summary>
public enum GradientClippingKind
{
    /// <summary>Each element by itself.</summary>
    Value,

    /// <summary>The norm of each parameter's gradient.</summary>
    Norm,

    /// <summary>The norm of all gradients together.</summary>
    GlobalNorm,
}
