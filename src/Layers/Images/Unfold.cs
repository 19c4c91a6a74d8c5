namespace DeepSharp.Layers;

/// <summary>The patches of images as columns: [N, C, H, W] gives [N, C · kernel height · kernel width, patches]; see <see cref="PatchOperators"/>.</summary>
/// <param name="kernel">The lengths of a patch.</param>
/// <param name="dilation">How far apart its elements stand; 1 if null.</param>
/// <param name="padding">How many zeros stand on both sides of an axis; 0 if null.</param>
/// <param name="stride">How far it moves; 1 if null.</param>
public sealed class Unfold(PerAxis kernel, PerAxis? dilation = null, PerAxis? padding = null, PerAxis? stride = null) : Module
{
    /// <inheritdoc/>
    public override Tensor Forward(Tensor input) => input.Unfold(kernel, dilation, padding, stride);

    /// <inheritdoc/>
    public override string ToString() => $"Unfold({kernel}, dilation {dilation ?? 1}, padding {padding ?? 0}, stride {stride ?? 1})";
}
