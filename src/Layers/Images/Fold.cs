namespace DeepSharp.Layers;

/// <summary>The images whose patches are given, where they overlap their sum: [N, C · kernel height · kernel width, patches] gives [N, C, H, W]; see
/// <see cref="PatchOperators"/>.</summary>
/// <param name="outputSize">The height and width of an image.</param>
/// <param name="kernel">The lengths of a patch.</param>
/// <param name="dilation">How far apart its elements stand; 1 if null.</param>
/// <param name="padding">How many zeros stood on both sides of an axis; 0 if null.</param>
/// <param name="stride">How far it moves; 1 if null.</param>
public sealed class Fold(PerAxis outputSize, PerAxis kernel, PerAxis? dilation = null, PerAxis? padding = null, PerAxis? stride = null) : Module
{
    /// <inheritdoc/>
    public override Tensor Forward(Tensor input) => input.Fold(outputSize, kernel, dilation, padding, stride);

    /// <inheritdoc/>
    public override string ToString() => $"Fold({outputSize}, {kernel}, dilation {dilation ?? 1}, padding {padding ?? 0}, stride {stride ?? 1})";
}
