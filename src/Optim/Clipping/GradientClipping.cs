namespace DeepSharp.Optim;

/// <summary>
/// What an optimizer does to gradients that are too large, before its rule sees them. Set it as <see cref="Optimizer.Clipping"/>.
/// </summary>
/// <remarks>
/// By value and by global norm cost no pass over the gradients of their own beyond the norm: the factor is worked out on the device
/// and multiplies the gradients inside the update. Source: Pascanu, Mikolov, Bengio 2013; torch.nn.utils.clip_grad_norm_ and
/// clip_grad_value_.
/// </remarks>
public sealed record GradientClipping
{
    private GradientClipping(GradientClippingKind kind, double limit, double norm)
    {
        Kind = kind;
        Limit = limit > 0 && double.IsFinite(limit)
            ? limit
            : throw new ArgumentOutOfRangeException(nameof(limit), $"GradientClipping: the limit must be finite and above 0, not {limit}.");
        Norm = norm >= 1
            ? norm
            : throw new ArgumentOutOfRangeException(nameof(norm), $"GradientClipping: the norm's exponent must be at least 1, or infinity, not {norm}.");
    }

    /// <summary>How the gradients are limited.</summary>
    public GradientClippingKind Kind { get; }

    /// <summary>The largest value, or the largest norm.</summary>
    public double Limit { get; }

    /// <summary>The exponent of the norm: 2 is Euclidean, 1 the sum of magnitudes, infinity the largest magnitude.</summary>
    public double Norm { get; }

    /// <summary>g ← min(max(g, -limit), limit) for each element.</summary>
    /// <param name="limit">The largest magnitude, above 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">The limit is not finite and above 0.</exception>
    public static GradientClipping ByValue(double limit) => new(GradientClippingKind.Value, limit, 2);

    /// <summary>g ← g min(1, limit / (‖g‖ + 1e-6)) for each parameter by itself; two more launches for each group (three on a GPU).</summary>
    /// <param name="limit">The largest norm, above 0.</param>
    /// <param name="norm">The exponent of the norm: 1, 2 or infinity.</param>
    /// <exception cref="ArgumentOutOfRangeException">The limit is not finite and above 0, or the exponent not allowed.</exception>
    public static GradientClipping ByNorm(double limit, double norm = 2) => norm is 1 or 2 or double.PositiveInfinity
        ? new(GradientClippingKind.Norm, limit, norm)
        : throw new ArgumentOutOfRangeException(nameof(norm), $"GradientClipping.ByNorm: the norm's exponent must be 1, 2 or infinity, not {norm}.");

    /// <summary>g ← g min(1, limit / (‖all g‖ + 1e-6)), with the norm over all parameters of the optimizer; two more launches.</summary>
    /// <param name="limit">The largest norm, above 0.</param>
    /// <param name="norm">The exponent of the norm, at least 1; infinity for the largest magnitude.</param>
    /// <exception cref="ArgumentOutOfRangeException">The limit is not finite and above 0, or the exponent below 1 or NaN.</exception>
    public static GradientClipping ByGlobalNorm(double limit, double norm = 2) => new(GradientClippingKind.GlobalNorm, limit, norm);

    /// <summary>The values by name.</summary>
    public override string ToString() => $"GradientClipping {{ {RecordText.Of(PrintMembers)} }}";
}
