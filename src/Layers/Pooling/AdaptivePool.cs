namespace DeepSharp.Layers;

/// <summary>The largest elements of so many windows that share the last axis of [N, C, L] out evenly, whatever the size of the input.</summary>
/// <param name="outputs">The number of outputs.</param>
public sealed class AdaptiveMaxPool1D(PerAxis outputs) : Module
{
    /// <summary>How many outputs each axis has.</summary>
    public PerAxis Outputs => outputs;

    /// <inheritdoc/>
    public override Tensor Forward(Tensor input) => input.AdaptiveMaxPool1D(outputs);

    /// <inheritdoc/>
    public override string ToString() => $"AdaptiveMaxPool1D({outputs})";
}

/// <summary>The largest elements of so many windows that share the last two axes of [N, C, H, W] out evenly, whatever the size of the input.</summary>
/// <param name="outputs">The number of outputs, along each axis.</param>
public sealed class AdaptiveMaxPool2D(PerAxis outputs) : Module
{
    /// <summary>How many outputs each axis has.</summary>
    public PerAxis Outputs => outputs;

    /// <inheritdoc/>
    public override Tensor Forward(Tensor input) => input.AdaptiveMaxPool2D(outputs);

    /// <inheritdoc/>
    public override string ToString() => $"AdaptiveMaxPool2D({outputs})";
}

/// <summary>The largest elements of so many windows that share the last three axes of [N, C, D, H, W] out evenly, whatever the size of the input.</summary>
/// <param name="outputs">The number of outputs, along each axis.</param>
public sealed class AdaptiveMaxPool3D(PerAxis outputs) : Module
{
    /// <summary>How many outputs each axis has.</summary>
    public PerAxis Outputs => outputs;

    /// <inheritdoc/>
    public override Tensor Forward(Tensor input) => input.AdaptiveMaxPool3D(outputs);

    /// <inheritdoc/>
    public override string ToString() => $"AdaptiveMaxPool3D({outputs})";
}

/// <summary>The averages of so many windows that share the last axis of [N, C, L] out evenly, whatever the size of the input.</summary>
/// <param name="outputs">The number of outputs.</param>
public sealed class AdaptiveAveragePool1D(PerAxis outputs) : Module
{
    /// <summary>How many outputs each axis has.</summary>
    public PerAxis Outputs => outputs;

    /// <inheritdoc/>
    public override Tensor Forward(Tensor input) => input.AdaptiveAveragePool1D(outputs);

    /// <inheritdoc/>
    public override string ToString() => $"AdaptiveAveragePool1D({outputs})";
}

/// <summary>The averages of so many windows that share the last two axes of [N, C, H, W] out evenly, whatever the size of the input.</summary>
/// <param name="outputs">The number of outputs, along each axis.</param>
public sealed class AdaptiveAveragePool2D(PerAxis outputs) : Module
{
    /// <summary>How many outputs each axis has.</summary>
    public PerAxis Outputs => outputs;

    /// <inheritdoc/>
    public override Tensor Forward(Tensor input) => input.AdaptiveAveragePool2D(outputs);

    /// <inheritdoc/>
    public override string ToString() => $"AdaptiveAveragePool2D({outputs})";
}

/// <summary>The averages of so many windows that share the last three axes of [N, C, D, H, W] out evenly, whatever the size of the input.</summary>
/// <param name="outputs">The number of outputs, along each axis.</param>
public sealed class AdaptiveAveragePool3D(PerAxis outputs) : Module
{
    /// <summary>How many outputs each axis has.</summary>
    public PerAxis Outputs => outputs;

    /// <inheritdoc/>
    public override Tensor Forward(Tensor input) => input.AdaptiveAveragePool3D(outputs);

    /// <inheritdoc/>
    public override string ToString() => $"AdaptiveAveragePool3D({outputs})";
}
