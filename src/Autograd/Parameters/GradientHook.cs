namespace DeepSharp;

/// <summary>Tells when the gradients of parameters are ready, while a backward pass still computes others.</summary>
/// <remarks>
/// <para>A parameter's gradient is ready when everything that was computed from the parameter has sent its share, and has been added to what the gradient
/// held before. That is told in the order in which it happens, as a rule the last layer's first; a parameter that a pass does not reach is not told of.
/// The end of a pass is told before <c>Backward</c> returns. Hooks see what <c>Backward</c> adds to gradients; <see cref="Grad"/>'s functions
/// give theirs away and tell nothing. Hooks run on the thread of the pass, and an exception of theirs comes out of it.</para>
/// <para>For what can begin early: sending gradients to other processes, statistics, an optimizer for each layer. As PyTorch's
/// register_post_accumulate_grad_hook.</para>
/// </remarks>
public sealed class GradientHook : IDisposable
{
    private readonly Dictionary<LeafNode, Parameter> _parameters = [];
    private readonly Action<Parameter> _ready;
    private readonly Action? _ended;

    /// <summary>Begins to tell.</summary>
    /// <param name="parameters">The parameters.</param>
    /// <param name="ready">Is told a parameter whose <c>Gradient</c> is ready.</param>
    /// <param name="ended">Is told the end of a pass that had any of the parameters in its graph; null for nobody.</param>
    public GradientHook(IEnumerable<Parameter> parameters, Action<Parameter> ready, Action? ended = null)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        ArgumentNullException.ThrowIfNull(ready);
        (_ready, _ended) = (ready, ended);
        foreach (Parameter parameter in parameters)
        {
            ArgumentNullException.ThrowIfNull(parameter, nameof(parameters));
            _parameters[parameter.Leaf] = parameter;
        }

        foreach (LeafNode leaf in _parameters.Keys)
        {
            leaf.Hooks = [.. leaf.Hooks, this];
        }
    }

    /// <summary>Tells no more.</summary>
    public void Dispose()
    {
        foreach (LeafNode leaf in _parameters.Keys)
        {
            leaf.Hooks = Array.FindAll(leaf.Hooks, hook => hook != this);
        }
    }

    internal void Ready(LeafNode leaf) => _ready(_parameters[leaf]);

    internal void End() => _ended?.Invoke();
}
