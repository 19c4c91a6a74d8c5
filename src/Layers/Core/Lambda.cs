namespace DeepSharp.Layers;

/// <summary>A function without parameters as a module: <c>new Lambda(x => x.Transpose(1, 2))</c>.</summary>
/// <param name="function">What is computed.</param>
/// <param name="name">What <see cref="ToString"/> says.</param>
public sealed class Lambda(Func<Tensor, Tensor> function, string name = nameof(Lambda)) : Module
{
    private readonly Func<Tensor, Tensor> _function = function ?? throw new ArgumentNullException(nameof(function));

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">The function returned null.</exception>
    public override Tensor Forward(Tensor input)
    {
        ArgumentNullException.ThrowIfNull(input);
        return Given.Required(name, "what the function returned", _function(input));
    }

    /// <inheritdoc/>
    public override string ToString() => name;
}
