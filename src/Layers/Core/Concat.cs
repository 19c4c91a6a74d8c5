namespace DeepSharp.Layers;

/// <summary>Modules side by side, whose outputs stand one behind the other along an axis, as in Inception's blocks (Szegedy et al. 2015):
/// <c>new Concat(1, new Conv2D(8, 4, 1), new Conv2D(8, 4, 3, padding: 1))</c>.</summary>
/// <param name="axis">The axis, from the end if negative; 1 for the channels of images.</param>
/// <param name="modules">At least one module.</param>
public sealed class Concat(int axis, params ReadOnlySpan<Module> modules) : Branches(outputs => Tensor.Concatenate(outputs, axis), modules)
{
    private readonly int _axis = axis;

    /// <summary>The axis, from the end if negative.</summary>
    public int Axis => _axis;

    internal override Branches Of(Module[] modules) => new Concat(_axis, modules);
}
